/** A learning platform's customers: schools, whose year begins in April, and their learners. */
import { dateOf } from '../../calendar.ts';
import { dayOf, instant } from './calendar.ts';
import { TableBuilder } from './columns.ts';
import {
  type AccountDay,
  type DemoDays,
  type DemoKind,
  type Records,
  subscription,
  words,
} from './kind.ts';
import { type Profile, wordOf } from './profile.ts';
import { clamp, Random } from './random.ts';
import { lateFeed } from './world.ts';

const feed = { weeks: 8, fails: 0, days: 1 };
const feedId = 21;
/** A school that signs shortly before April signs until the April after it. */
const shortestTerm = 120;

export const school: DemoKind = {
  ...subscription,
  features: words('assignments progress books own_materials tests classes messages reports'),
  options: words('handwriting speaking analysis'),
  shape(profile, random) {
    const { exemplar } = profile;
    const word = wordOf(random);
    const suffix = random.pick([
      '学園高等学校',
      '中学校',
      '小学校',
      'ゼミナール',
      '予備校',
      '学習塾',
    ]);
    const seats = clamp(Math.round(profile.seats * 0.7), 4, 40);
    const name = exemplar === 'model' ? 'Kenko（自社研修）' : `${word}${suffix}`;
    const named = { ...profile, name, seats, term: 365, industry: 'education' };
    // The third account has a licence that nobody uses, until the school year ends.
    return profile.id === 'A-0003'
      ? {
          ...named,
          fit: 0.02,
          breadth: -1,
          exemplar: 'unused',
          lacks: { usage: false, events: false, users: false },
        }
      : named;
  },
  termEnd: (start) => nextApril(start + shortestTerm),
  season: (day) => (isHoliday(day) ? 0.75 : 1),
  records: (days) => new Learning(days),
};

/** The first day of the first school year that begins after a day. */
function nextApril(day: number): number {
  const year = Number(dateOf(day).slice(0, 4));
  const april = dayOf(`${year}-04-01`);
  return april > day ? april : dayOf(`${year + 1}-04-01`);
}

/** Summer and the weeks around the turn of the year in April. */
function isHoliday(day: number): boolean {
  const date = dateOf(day).slice(5);
  return (date >= '07-21' && date <= '08-31') || (date >= '03-20' && date <= '04-07');
}

/** What learners do, day by day; days without any are rows too. */
class Learning implements Records {
  private readonly learning = new TableBuilder('learning_daily', 'append', [
    ['account_id', 'STRING'],
    ['study_date', 'DATE'],
    ['registered_learners', 'INT64'],
    ['active_learners', 'INT64'],
    ['answers', 'INT64'],
    ['loaded_at', 'TIMESTAMP'],
  ]);
  private readonly random = new Random();
  private readonly days: DemoDays;

  constructor(days: DemoDays) {
    this.days = days;
  }

  get tables(): TableBuilder[] {
    return [this.learning];
  }

  follow(profile: Profile, key: number): (today: AccountDay) => void {
    const learners = profile.seats * (8 + (key % 23));
    return (today) => {
      if (today.wanted && !profile.lacks.usage) this.study(profile, learners, key, today);
    };
  }

  private study(profile: Profile, learners: number, key: number, today: AccountDay): void {
    const { random, days } = this;
    const { day, health, weekend, contractDays } = today;
    random.restart(days.seed + feedId, key, day);
    const registered = contractDays < 0 ? Math.ceil(learners / 5) : learners;
    const open = clamp(weekend ? 0.5 * health - 0.1 : 1.5 * health - 0.1, 0, 0.97);
    const idle = profile.exemplar === 'unused' || !random.chance(open);
    const usual = (weekend ? 0.35 : 1) * school.season(day) * health * health;
    const share = idle ? 0 : clamp(usual * random.between(0.75, 1.05), 0, 0.97);
    const active = random.rounded(registered * share);
    const answers = Math.round(active * random.between(0.8, 1.2) * (8 + 34 * health));
    const late = lateFeed(days.seed, feedId, day, feed);
    const loaded = instant(day, late ?? 23 * 60 + 55);
    this.learning.add(profile.id, day, registered, active, answers, loaded);
  }
}
