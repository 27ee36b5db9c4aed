/** A data-integration platform's customers: jobs that run every day, looked after by engineers. */
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
import { Participations } from './participation.ts';
import type { Profile } from './profile.ts';
import { clamp, Random } from './random.ts';
import { lateFeed } from './world.ts';

const feed = { weeks: 8, fails: 0, days: 1 };
const feedId = 22;
/** Transfers of 28 days that cost nothing extra, in megabytes. */
const freeMb = 50_000;

export const dataPlatform: DemoKind = {
  ...subscription,
  features: words(
    'transfer_jobs connections datamarts workflows schedules notifications teams programming',
  ),
  options: words('change_capture data_catalog reverse_transfer'),
  owners: 'engineer',
  // One engineer from the trial on.
  lastingOwner: true,
  shape: (profile) =>
    profile.exemplar === 'model' ? { ...profile, patience: 0.5, crowd: 0.16 } : profile,
  records: (days) => new Service(days),
};

class Service implements Records {
  private readonly service = new TableBuilder('service_daily', 'append', [
    ['account_id', 'STRING'],
    ['service_date', 'DATE'],
    ['display_ms', 'INT64'],
    ['transferred_mb', 'INT64'],
    ['free_mb', 'INT64'],
    ['sources_needed', 'INT64'],
    ['sources_covered', 'INT64'],
    ['loaded_at', 'TIMESTAMP'],
  ]);
  private readonly participations: Participations;
  private readonly random = new Random();
  private readonly days: DemoDays;

  constructor(days: DemoDays) {
    this.days = days;
    this.participations = new Participations(days.seed, { event: 0.01, case_study: 0.0012 });
  }

  get tables(): TableBuilder[] {
    return [this.service, this.participations.table];
  }

  follow(profile: Profile, key: number): (today: AccountDay) => void {
    const takesPart = this.participations.follow(profile, key);
    return (today) => {
      takesPart(today);
      if (today.wanted && !profile.lacks.usage) this.measure(profile, key, today);
    };
  }

  private measure(profile: Profile, key: number, today: AccountDay): void {
    const { random, days } = this;
    const { day, health, pain, users } = today;
    random.restart(days.seed + feedId, key, day);
    const usual = 350 + 1100 * (profile.patience - 0.5);
    const display = usual * random.between(0.9, 1.1) * (pain ? 1.9 : 1);
    const volume = users * 330 * health * health * random.between(0.7, 1.3);
    const needed = 3 + (key % 8);
    const covered = Math.round(needed * clamp(0.3 + 0.85 * profile.fit, 0, 1));
    const late = lateFeed(days.seed, feedId, day, feed);
    this.service.add(
      profile.id,
      day,
      Math.round(display),
      Math.round(volume),
      freeMb,
      needed,
      covered,
      instant(day, late ?? 23 * 60 + 55),
    );
  }
}
