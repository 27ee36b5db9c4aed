/** A recruiting platform's customers: job posts, who looks at them, and who applies. */
import { instant } from './calendar.ts';
import { TableBuilder } from './columns.ts';
import {
  type AccountDay,
  type DemoDays,
  type DemoKind,
  type Records,
  subscription,
  words,
} from './kind.ts';
import type { Profile } from './profile.ts';
import { clamp, Random } from './random.ts';
import { lateFeed } from './world.ts';

const feed = { weeks: 8, fails: 0, days: 1 };
const feedId = 23;
const stream = 33;
const sections = 8;

export const recruiting: DemoKind = {
  ...subscription,
  features: words(
    'job_posts company_profile stories candidates messages casual_visits member_profiles reports',
  ),
  options: words('scouting referrals promotion'),
  shape(profile, random) {
    const short = random.chance(0.3);
    if (profile.exemplar) return profile;
    return { ...profile, term: profile.segment === 'smb' && short ? 91 : profile.term };
  },
  records: (days) => new Recruiting(days),
};

class Recruiting implements Records {
  private readonly postings = new TableBuilder('postings', 'replace', [
    ['posting_id', 'STRING'],
    ['account_id', 'STRING'],
    ['published_on', 'DATE'],
    ['closed_on', 'DATE'],
  ]);
  private readonly traffic = new TableBuilder('posting_daily', 'append', [
    ['account_id', 'STRING'],
    ['traffic_date', 'DATE'],
    ['page_views', 'INT64'],
    ['entries', 'INT64'],
    ['loaded_at', 'TIMESTAMP'],
  ]);
  private readonly profiles = new TableBuilder('profile_updates', 'replace', [
    ['account_id', 'STRING'],
    ['updated_on', 'DATE'],
    ['sections_filled', 'INT64'],
    ['sections_total', 'INT64'],
  ]);
  private readonly daily = new Random();
  private readonly days: DemoDays;

  constructor(days: DemoDays) {
    this.days = days;
  }

  get tables(): TableBuilder[] {
    return [this.postings, this.traffic, this.profiles];
  }

  follow(profile: Profile, key: number): (today: AccountDay) => void {
    const random = new Random(this.days.seed, stream, key);
    /** Days on which public posts are taken down. */
    let closing: number[] = [];
    const filled = { sections: 0 };
    let count = 0;
    return (today) => {
      this.fillIn(random, profile, filled, today);
      if (this.publishes(random, profile, today)) {
        count++;
        closing.push(this.publish(random, profile, count, today.day));
      }
      closing = closing.filter((day) => day > today.day);
      const open = closing.length;
      if (today.wanted && open > 0 && !profile.lacks.usage) this.view(profile, key, open, today);
    };
  }

  /** Profiles are filled in at the start, more or less far, and seldom later. */
  private fillIn(
    random: Random,
    profile: Profile,
    filled: { sections: number },
    { day, health }: AccountDay,
  ): void {
    const aim = profile.exemplar === 'model' ? sections : Math.round(sections * (0.15 + health));
    const grows = random.chance(0.06) && filled.sections < Math.min(sections, aim);
    if (filled.sections > 0 && !grows) return;
    filled.sections++;
    this.profiles.add(profile.id, day, filled.sections, sections);
  }

  private publishes(
    random: Random,
    profile: Profile,
    { health, wish, weekend }: AccountDay,
  ): boolean {
    const draw = random.next();
    if (weekend) return false;
    const size = clamp(0.5 + profile.seats / 40, 0.6, 1.6);
    return draw < 0.42 * health * health * size * (wish ? 1.7 : 1);
  }

  private publish(random: Random, profile: Profile, number: number, day: number): number {
    const closes = day + random.whole(21, 75);
    const known = closes <= this.days.today ? closes : null;
    this.postings.add(`J-${profile.id.slice(2)}-${number}`, profile.id, day, known);
    return closes;
  }

  private view(profile: Profile, key: number, open: number, today: AccountDay): void {
    const { daily, days } = this;
    const { day, health, weekend } = today;
    daily.restart(days.seed + feedId, key, day);
    const each = (weekend ? 6 : 11) * (0.4 + 0.9 * health) * daily.between(0.7, 1.3);
    const views = daily.rounded(open * each);
    const entries = daily.rounded(views * 0.012 * (0.3 + health));
    const late = lateFeed(days.seed, feedId, day, feed);
    this.traffic.add(profile.id, day, views, entries, instant(day, late ?? 23 * 60 + 55));
  }
}
