/** What an account's users do in the product on one day. */
import { instant, isWeekend } from './calendar.ts';
import type { Profile } from './profile.ts';
import { clamp, Random } from './random.ts';
import type { Team } from './team.ts';
import { lateFeed, type World } from './world.ts';

// Outages at weekends: a working day that arrives late moves twice as many scores at once.
const feeds = {
  events: { id: 11, weeks: 9, fails: 1, days: 1 },
  usage: { id: 12, weeks: 7, fails: 0, days: 3 },
} as const;

export interface Doing {
  day: number;
  health: number;
  errorRate: number;
  wish: boolean;
}

/** When the rows of a day arrive, for all accounts alike. */
export class Feeds {
  private day = Number.NaN;
  private events: number | undefined;
  private usage: number | undefined;

  at(seed: number, day: number): { events: number | undefined; usage: number | undefined } {
    if (day !== this.day) {
      this.day = day;
      this.events = lateFeed(seed, feeds.events.id, day, feeds.events);
      this.usage = lateFeed(seed, feeds.usage.id, day, feeds.usage);
    }
    return { events: this.events, usage: this.usage };
  }
}

/** Writes the day's usage and events; draws depend on the day alone, so days can be left out. */
export class Activity {
  private readonly random = new Random();
  private readonly feeds = new Feeds();
  private readonly world: World;
  private readonly profile: Profile;
  private readonly team: Team;
  private readonly key: number;
  private usageLate: number | undefined;
  private eventsLate: number | undefined;

  constructor(world: World, profile: Profile, team: Team, key: number) {
    this.world = world;
    this.profile = profile;
    this.team = team;
    this.key = key;
  }

  live(doing: Doing): void {
    const { random, world } = this;
    const { day, health } = doing;
    random.restart(world.seed, this.key, day);
    const late = this.feeds.at(world.seed, day);
    this.usageLate = late.usage;
    this.eventsLate = late.events;
    const weekend = isWeekend(day);
    const season = world.kind.season(day);
    const users = this.inPlay(health);
    const open = random.chance(
      season * (weekend ? 0.06 + 0.25 * health : clamp(0.08 + 1.6 * health, 0, 0.985)),
    );
    const share = (weekend ? 0.08 : 0.35 + 0.35 * health) * random.between(0.8, 1.2);
    const active = open ? clamp(random.rounded(users * share), 1, users) : 0;
    this.use(doing, active);
    if (this.profile.lacks.events) return;
    this.carry(doing, weekend);
    const events = active > 0 ? clamp(random.rounded(0.35 * active + 0.7), 1, 7) : 0;
    for (let i = 0; i < events; i++) {
      const user = this.team.members[random.whole(0, users - 1)];
      if (user) this.act(doing, user.id);
    }
  }

  /** Users who take part at all: fewer, the worse things go. */
  private inPlay(health: number): number {
    return clamp(Math.round(clamp(0.2 + 0.95 * health, 0, 1) * this.team.members.length), 1, 100);
  }

  private use(doing: Doing, active: number): void {
    const { random } = this;
    if (active === 0 || this.profile.lacks.usage) return;
    const minutes = active * random.between(0.8, 1.2) * (12 + 50 * doing.health);
    const actions = active * random.between(0.8, 1.2) * (6 + 14 * doing.health);
    this.world.usage.add(
      this.profile.id,
      doing.day,
      active,
      Math.round(minutes),
      Math.round(actions),
      Math.min(Math.round(actions), random.rounded(actions * doing.errorRate)),
      instant(doing.day, this.usageLate ?? 23 * 60 + 50),
    );
  }

  /** Key users come by themselves, less and less where they lose interest. */
  private carry(doing: Doing, weekend: boolean): void {
    const { health } = doing;
    const keen = this.profile.handsOn * health * health;
    const chance = weekend ? 0.01 : 0.01 + 0.9 * keen;
    for (const user of this.team.keyUsers) if (this.random.chance(chance)) this.act(doing, user.id);
  }

  private act(doing: Doing, user: string): void {
    const { random, profile } = this;
    const { health } = doing;
    const { features, options } = this.world.kind;
    const owned = Math.min(profile.options, Math.floor(health * 4.5));
    const option = owned > 0 && random.chance(0.12);
    const count = clamp(Math.round(0.4 + 7.6 * health + profile.breadth), 1, features.length);
    const feature = option
      ? options[random.whole(0, owned - 1)]
      : features[(this.key + random.whole(0, count - 1)) % features.length];
    const draw = random.next();
    const explore = doing.wish ? 0.09 : 0.004;
    const kind =
      draw < explore
        ? 'explore'
        : draw < explore + 0.06 + 0.12 * health
          ? 'create'
          : draw < explore + 0.1 + 0.25 * health
            ? 'share'
            : 'use';
    const minute = random.whole(8 * 60 + 30, 20 * 60);
    const at = instant(doing.day, minute);
    const loaded =
      this.eventsLate === undefined ? at + 600_000 : instant(doing.day, this.eventsLate);
    this.world.events.add(profile.id, user, at, kind, feature ?? null, option ? 1 : 0, loaded);
  }
}
