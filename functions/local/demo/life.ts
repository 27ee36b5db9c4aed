/** One account from its creation to its end: its hidden health drives all that it does. */
import { Activity } from './activity.ts';
import { Agreement } from './agreement.ts';
import { isWeekend } from './calendar.ts';
import { Care } from './care.ts';
import { type Course, drawCourse, leaves, targetOf } from './course.ts';
import { type Profile, profileOf } from './profile.ts';
import { clamp, Random } from './random.ts';
import { Team } from './team.ts';
import type { World } from './world.ts';

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
    const profile = profileOf(random, slot, generation);
    this.profile = profile;
    const age = birth.day === 'before' ? random.whole(profile.exemplar ? 366 : 1, 1000) : 0;
    const trial = random.whole(35, 65);
    const createdOn = birth.day === 'before' ? world.origin - age - trial : birth.day;
    this.agreement = new Agreement(world, profile, random, createdOn, createdOn + trial);
    this.team = new Team(world, profile.id, random, !profile.lacks.users);
    this.care = new Care(world, profile, random);
    this.activity = new Activity(world, profile, this.team, slot * 64 + generation);
    if (birth.day === 'before') {
      const startedOn = world.origin - age;
      const terms = Math.floor(age / profile.term);
      const termStart = startedOn + terms * profile.term;
      this.day = termStart;
      this.level = terms > 0 ? profile.fit : 0.42;
      this.agreement.sign(termStart, startedOn, termStart + profile.term);
      this.course = this.nextCourse(termStart);
      this.team.begin(termStart, terms > 0 ? this.wantedUsers(profile.fit) : 4);
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
    const { random, day, profile, agreement } = this;
    if (agreement.status === 'trial') {
      if (!random.chance(clamp(1.5 * this.recent - 0.1, 0.05, 0.9))) return false;
      agreement.sign(day, day, day + profile.term);
    } else {
      if (!profile.exemplar && leaves(random, this.course, this.recent)) return false;
      agreement.renew(day, this.team.members.length);
    }
    this.course = this.nextCourse(day);
    return true;
  }

  private nextCourse(start: number): Course {
    const { agreement, profile, random } = this;
    const end = start + profile.term;
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
    this.care.live(
      { day, health, pain, wish, seats: agreement.seats, contractDays, csm: agreement.csm },
      isWeekend(day),
    );
    if (day < this.world.from || day < this.world.origin) return;
    const errorRate = profile.errorRate + (pain ? this.painRate : 0);
    this.activity.live({ day, health, errorRate, wish });
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
