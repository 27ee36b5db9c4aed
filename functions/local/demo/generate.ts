/**
 * Demo data: an invented company's customers, day by day. Everything follows from a seed and
 * the day the demo began, so asking for a later `today` adds to what was there and changes
 * none of it.
 */
import { dateOf } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import { dayOf } from './calendar.ts';
import type { DemoTable, DemoTables } from './columns.ts';
import { kinds } from './kinds.ts';
import { Life } from './life.ts';
import { generateShop } from './shop.ts';
import { World } from './world.ts';

export interface DemoOptions {
  /** The pack whose tables are wanted; `retail`, or one of `kinds`. */
  pack: string;
  /** Accounts that exist after 400 days (a fifth of them joined on the way). Default 1,000. */
  accounts?: number;
  /** Days from `origin` to `today`, both included, where no `origin` is given. Default 400. */
  days?: number;
  /** Last day that has happened, `YYYY-MM-DD`. */
  today: string;
  /** Default 1. */
  seed?: number;
  /** First day with events, `YYYY-MM-DD`: keep it to advance the same world. */
  origin?: string;
  /** First day whose events are wanted, `YYYY-MM-DD`; default: `origin`. */
  from?: string;
}

/** Days over which the number of accounts grows from 78 % to all of `accounts`. */
const growthDays = 400;
const firstShare = 0.78;

/**
 * Generates the demo's tables.
 * @throws Rejected `bad-request` where an option is out of range or no demo exists for the pack.
 */
export function generateDemo(options: DemoOptions): DemoTables {
  const { accounts = 1000, days = growthDays, seed = 1 } = options;
  whole('accounts', accounts, 1, 100_000);
  whole('days', days, 1, 3660);
  const today = dayOf(options.today);
  const origin = options.origin === undefined ? today - days + 1 : dayOf(options.origin);
  const from = options.from === undefined ? origin : Math.max(origin, dayOf(options.from));
  if (origin > today)
    throw new Rejected(
      code.badRequest,
      `Demo data: origin ${dateOf(origin)} is after today, ${options.today}; it must not be.`,
    );
  const range = { seed, origin, from, today };
  return {
    origin: dateOf(origin),
    today: options.today,
    tables: tablesOf(options.pack, range, accounts),
  };
}

function tablesOf(
  pack: string,
  range: { seed: number; origin: number; from: number; today: number },
  accounts: number,
): DemoTable[] {
  if (pack === 'retail') return generateShop({ ...range, customers: accounts, growthDays });
  const kind = kinds.get(pack);
  if (kind) return generateCustomers(new World(range, kind), accounts);
  throw new Rejected(
    code.badRequest,
    `There is no demo data for pack ${JSON.stringify(pack)}: choose one of ${['retail', ...kinds.keys()].sort().join(', ')}, or give your own with --data.`,
  );
}

function generateCustomers(world: World, accounts: number): DemoTable[] {
  const first = Math.max(1, Math.floor(accounts * firstShare));
  const perDay = Math.max(accounts - first, 0.2) / (growthDays - 2);
  for (let slot = 0; slot < first; slot++) fillSlot(world, slot, 'before');
  for (let slot = first; ; slot++) {
    // Growth rests for a few days, so that the number is met when the demo is first looked at.
    const rest = slot < accounts ? 0 : 3;
    const opens = world.origin + rest + Math.floor((slot - first + 1) / perDay);
    if (opens > world.today) break;
    fillSlot(world, slot, opens);
  }
  return world.tables.map((table) => table.build());
}

/** One account after another: whoever leaves is followed by a new trial the same day. */
function fillSlot(world: World, slot: number, opens: number | 'before'): void {
  let ended = new Life(world, { slot, generation: 0, day: opens }).run();
  for (let generation = 1; ended !== undefined; generation++)
    ended = new Life(world, { slot, generation, day: ended }).run();
}

function whole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Rejected(
      code.badRequest,
      `Demo data: ${name} is ${value}, but must be a whole number from ${least} to ${most}.`,
    );
}
