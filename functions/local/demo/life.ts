/** One account from its creation to its end: its hidden health drives all that it does. */
import { Activity } from './activity.ts';
import { Agreement } from './agreement.ts';
import { isWeekend } from './calendar.ts';
import { Care } from './care.ts';
import { type Course, drawCourse, leaves, targetOf } from './course.ts';
import type { AccountDay } from './kind.ts';
import { type Profile, profileOf } from './profile.ts';
import { clamp, Random } from './random.ts';
import { Team } from './team.ts';
import type { World } from './world.ts';

/** Days that an account goes on without use before it leaves: a whole year can be looked at. */
const unusedDays = 300;
const daysBetweenLooks = 90;

/** Where an account comes from: the slot that it fills, and since when. */
export interface Birth {
  slot: number;
  generation: number;
  /** Day of creation; for accounts older than the demo, drawn by the account itself. */
  day: number | 'before';
}

export class Life {
  private readonly world: World;
  private readonly random: Random;
  private readonly profile: Profile;
  private readonly agreement: Agreement;
  private readonly team: Team;
  private readonly care: Care;
  private readonly activity: Activity;
  private readonly record: ((today: AccountDay) => void) | undefined;
  private day: number;
  private course: Course;
  private level: number;
  private drift = 0;
  private shock = 0;
  /** Mean health of about the last month. */
  private recent: number;
  private painUntil = 0;
  private painRate = 0;
  private wishUntil = 0;

  constructor(world: World, birth: Birth) {
    const { slot, generation } = birth;
    this.world = world;
    this.random = new Random(world.seed, slot, generation);
    const { random } = this;
    const profile = world.kind.shape(profileOf(random, slot, generation), random);
    this.profile = profile;
    const age = birth.day === 'before' ? random.whole(profile.exemplar ? 366 : 1, 1000) : 0;
    const trial = random.whole(35, 65);
    const createdOn = birth.day === 'before' ? world.origin - age - trial : birth.day;
    this.agreement = new Agreement(world, profile, random, createdOn, createdOn + trial);
    this.team = new Team(world, profile.id, random, !profile.lacks.users);
    this.care = new Care(world, profile, random);
    const key = slot * 64 + generation;
    this.activity = new Activity(world, profile, this.team, key);
    this.record = world.records?.follow(profile, key);
    if (birth.day === 'before') {
      const startedOn = world.origin - age;
      let termStart = startedOn;
      for (let end = this.termEnd(startedOn); end <= world.origin; end = this.termEnd(end))
        termStart = end;
      const renewed = termStart > startedOn;
      this.day = termStart;
      this.level = renewed ? profile.fit : 0.42;
      this.agreement.sign(termStart, startedOn, this.termEnd(termStart));
      this.course = this.nextCourse(termStart);
      this.team.begin(termStart, renewed ? this.wantedUsers(profile.fit) : 4);
    } else {
      this.day = birth.day;
      this.level = random.between(0.3, 0.55);
      this.agreement.open(birth.day);
      this.course = {
        kind: random.chance(0.4) ? 'shelf' : 'steady',
        start: birth.day,
        end: birth.day + trial,
        onset: 0,
        length: 0,
      };
      this.team.begin(birth.day, random.whole(2, 4));
    }
    this.recent = this.level;
  }

  /** Lives up to the world's last day; gives the day it ended, if it did. */
  run(): number | undefined {
    for (; this.day <= this.world.today; this.day++) {
      if (this.day >= this.course.end && !this.goOn()) {
        this.agreement.leave(this.day);
        this.team.end(this.day);
        return this.day;
      }
      this.live();
    }
    this.agreement.stay();
    this.team.end(null);
    return undefined;
  }

  /** The end of a trial or term: true where a new term begins. */
  private goOn(): boolean {
    const { random, day, agreement } = this;
    if (agreement.status === 'trial') {
      if (!random.chance(clamp(1.5 * this.recent - 0.1, 0.05, 0.9))) return false;
      agreement.sign(day, day, this.termEnd(day));
    } else {
      if (this.leavesNow()) return false;
      agreement.renew(day, this.termEnd(day), this.team.members.length);
    }
    this.course = this.nextCourse(day);
    return true;
  }

  private termEnd(start: number): number {
    return this.world.kind.termEnd(start, this.profile);
  }

  private leavesNow(): boolean {
    const { exemplar } = this.profile;
    if (exemplar === 'unused') return this.day >= this.world.origin + unusedDays;
    return !exemplar && leaves(this.random, this.course, this.recent);
  }

  private nextCourse(start: number): Course {
    const { agreement, profile, random } = this;
    const end = this.termEnd(start);
    if (profile.exemplar) return { kind: 'steady', start, end, onset: 0, length: 0 };
    const first = agreement.startedOn === start;
    return drawCourse(random, { start, end, fit: profile.fit, first });
  }

  private live(): void {
    const { random, day, agreement, profile } = this;
    const health = this.feel();
    const pain = day < this.painUntil;
    const wish = day < this.wishUntil;
    agreement.live(day, health);
    const stays = profile.exemplar === 'model';
    if (this.team.live(day, this.wantedUsers(this.recent), health, stays)) this.shock += 0.1;
    if (wish && agreement.status === 'active' && this.fill() > 0.95 && random.chance(0.012)) {
      agreement.expand(day);
      this.wishUntil = day;
    }
    const contractDays = agreement.status === 'active' ? day - agreement.startedOn : -1;
    const weekend = isWeekend(day);
    this.care.live(
      { day, health, pain, wish, seats: agreement.seats, contractDays, csm: agreement.csm },
      weekend,
    );
    const wanted = day >= this.world.from && day >= this.world.origin;
    const users = this.team.members.length;
    this.record?.({ day, health, pain, wish, weekend, users, contractDays, wanted });
    if (!wanted) return;
    if (profile.exemplar === 'unused') {
      this.lookIn();
      return;
    }
    const errorRate = profile.errorRate + (pain ? this.painRate : 0);
    this.activity.live({ day, health, errorRate, wish });
  }

  /** Whoever pays for nothing logs in now and then, and finds nothing to do. */
  private lookIn(): void {
    const { day, profile } = this;
    if (day % daysBetweenLooks > 0) return;
    this.activity.live({ day, health: 0.3, errorRate: profile.errorRate, wish: false });
  }

  /** Today's health, in [0, 1], and what begins today. */
  private feel(): number {
    const { random, day, profile } = this;
    this.level += 0.045 * (targetOf(this.course, profile.fit, day) - this.level);
    this.drift = 0.97 * this.drift + 0.009 * random.normal();
    if (day >= this.painUntil && !profile.exemplar && random.chance(0.0014)) {
      this.painUntil = day + random.whole(40, 80);
      this.painRate = random.between(0.02, 0.13);
    }
    if (day < this.painUntil) this.shock += 0.0025;
    this.shock *= 0.985;
    const health = clamp(this.level + this.drift - this.shock, 0.02, 0.99);
    this.recent += (health - this.recent) / 30;
    const eager =
      this.agreement.status === 'trial'
        ? 0.04
        : this.course.kind === 'growing'
          ? 0.006
          : this.fill() > 0.95
            ? 0.004
            : 0.0012;
    if (day >= this.wishUntil && random.chance(health > 0.45 ? eager : eager / 5))
      this.wishUntil = day + random.whole(25, 60);
    return health;
  }

  private fill(): number {
    return this.team.members.length / this.agreement.seats;
  }

  /** Users that an account of this health comes to have. */
  private wantedUsers(health: number): number {
    const { agreement, day, profile } = this;
    const ready =
      agreement.status === 'trial' ? 0.45 : clamp(0.4 + (day - agreement.startedOn) / 110, 0, 1);
    const share = clamp(0.32 + 0.8 * health + profile.crowd, 0.15, 1.15);
    const eager = day < this.wishUntil ? 1.12 : 1;
    return Math.max(2, Math.round(agreement.seats * share * ready * eager));
  }
}
