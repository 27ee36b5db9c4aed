/** An account's contract and what accounts shows of it: terms, seats, payments, owner. */
import type { Profile } from './profile.ts';
import { clamp, type Random } from './random.ts';
import { Versions, type World } from './world.ts';

const invoiceDays = 30;
const daysPerMonth = 30.4;

export class Agreement {
  status: 'trial' | 'active' | 'ended' = 'trial';
  /** First day of the first term; of the trial before that. */
  startedOn: number;
  renewalOn: number;
  seats: number;
  private readonly createdOn: number;
  private owner: string;
  private overdueSince: number | null = null;
  private paysOn = 0;
  private readonly account: Versions;
  private readonly contract: Versions;
  private readonly world: World;
  private readonly profile: Profile;
  private readonly random: Random;

  constructor(
    world: World,
    profile: Profile,
    random: Random,
    createdOn: number,
    trialEnds: number,
  ) {
    this.world = world;
    this.profile = profile;
    this.random = random;
    this.createdOn = createdOn;
    this.startedOn = createdOn;
    this.renewalOn = trialEnds;
    this.seats = Math.min(profile.seats, 10);
    this.owner = ownerFor(random, profile, world.kind.owners);
    this.account = new Versions(world.accounts);
    this.contract = new Versions(world.contracts);
  }

  get mrr(): number {
    return this.status === 'trial' ? 0 : this.seats * this.profile.pricePerSeat;
  }

  get csm(): string {
    return this.owner;
  }

  /** A trial begins; `day` is when its rows were written. */
  open(day: number): void {
    this.record(day);
  }

  /** A contract begins, or one that began earlier is written down. */
  sign(day: number, startedOn: number, renewalOn: number): void {
    this.status = 'active';
    this.startedOn = startedOn;
    this.renewalOn = renewalOn;
    this.seats = this.profile.seats;
    this.record(day);
    if (startedOn === day) this.outcome(day, 'contracted');
  }

  /** Payments and changes of owner of one day. */
  live(day: number, health: number): void {
    const { random } = this;
    if (this.status === 'active' && day > this.startedOn) {
      const due = (day - this.startedOn) % invoiceDays === 1;
      if (due && this.overdueSince === null && random.chance(health < 0.35 ? 0.26 : 0.09)) {
        this.overdueSince = day - 1;
        const length = random.next();
        this.paysOn =
          day +
          (length < 0.55
            ? random.whole(4, 20)
            : length < 0.85
              ? random.whole(20, 50)
              : random.whole(60, 110));
        this.recordContract(day);
      } else if (this.overdueSince !== null && day >= this.paysOn) {
        this.overdueSince = null;
        this.recordContract(day);
      }
    }
    if (random.chance(this.world.kind.lastingOwner ? 0 : 0.0004)) {
      this.owner = ownerFor(random, this.profile, this.world.kind.owners);
      this.recordAccount(day);
    }
  }

  expand(day: number): void {
    this.seats = Math.ceil(this.seats * this.random.between(1.2, 1.4));
    this.record(day);
    this.outcome(day, 'expanded');
  }

  /** Renews for another term; with far too many seats, perhaps for fewer. */
  renew(day: number, renewalOn: number, used: number): void {
    this.renewalOn = renewalOn;
    if (used < this.seats * 0.55 && this.random.chance(0.4))
      this.seats = clamp(Math.ceil(used * 1.4), 3, this.seats);
    this.record(day);
    this.outcome(day, 'renewed');
  }

  /** The customer leaves: the account's rows end, so that it becomes absent. */
  leave(day: number): void {
    this.outcome(day, this.status === 'trial' ? 'trial_ended' : 'churned');
    this.account.end(day);
    this.contract.end(day);
  }

  /** Nothing more is known: the current rows stay valid. */
  stay(): void {
    this.account.end(null);
    this.contract.end(null);
  }

  private record(day: number): void {
    this.recordAccount(day);
    this.recordContract(day);
  }

  private recordAccount(day: number): void {
    const { id, name, plan, segment, industry, region } = this.profile;
    const active = this.status === 'active';
    this.account.change(day, [
      id,
      name,
      this.owner,
      plan,
      segment,
      industry,
      region,
      this.createdOn,
      active ? this.renewalOn : null,
      active ? this.mrr : null,
    ]);
  }

  private recordContract(day: number): void {
    const { id } = this.profile;
    this.contract.change(day, [
      `C-${id.slice(2)}`,
      id,
      this.status,
      this.startedOn,
      this.renewalOn,
      this.seats,
      this.mrr,
      Math.round(this.profile.term / daysPerMonth),
      this.overdueSince,
    ]);
  }

  /** Outcomes are known from the first day of the demo on. */
  private outcome(day: number, kind: string): void {
    if (day >= this.world.origin) this.world.outcomes.add(this.profile.id, day, kind, this.mrr);
  }
}

/** Large customers have owners of their own. */
function ownerFor(random: Random, profile: Profile, role: string): string {
  const number =
    profile.segment === 'enterprise'
      ? random.whole(1, 4)
      : profile.segment === 'mid'
        ? random.whole(5, 8)
        : random.whole(9, 12);
  return `${role}-${String(number).padStart(2, '0')}@example.com`;
}
