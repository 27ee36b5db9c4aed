/** The data that a state folder scores: the demo, or the user's own files. */
import { DateTime } from 'luxon';
import { addDays, parseDate } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import { endOfDate, momentOf } from '../../inputs/moments.ts';
import { runId } from '../../inputs/run-tables.ts';
import { pathOf } from '../../inputs/sources-query.ts';
import { advanceDemo, readDemoState } from '../../local/demo/advance.ts';
import { quoted, quotedTable } from '../../local/googlesql/duckdb-text.ts';
import { importData, newestCompleteDay, oldestDay, todayOf } from '../../own-data/folder.ts';
import { ref } from '../../records/collection.ts';
import { dayId, days, packs, runs } from '../../records/run-documents.ts';
import type { DataOptions } from '../options.ts';
import type { RunSummary } from '../run/run-summary.ts';
import type { LocalSystem } from './local-system.ts';
import type { BackfillSummary, Progress } from './session.ts';

type DemoOptions = DataOptions & { today?: string | undefined; history?: boolean | undefined };
type Backfill = (range: { from: string; to: string; every: number }) => Promise<BackfillSummary>;
/** Past dates that were scored before a pack's first run, and why there are no more. */
export type FilledHistory = RunSummary['history'];

export interface StateData {
  /** The slot of the next run; of one that sees the data as of an instant, where given. */
  nextSlot(asOf: string | undefined): Promise<string>;
  /** Makes or reads what the slot's run needs, and fills the history behind a first run. */
  provide(slot: string, progress: Progress, backfill: Backfill): Promise<FilledHistory>;
}

/** Days of events that the demo begins with. */
const demoDays = 400;
const demoSeed = 1;
/** The demo's runs start at two in the morning, when the nightly loads are through. */
const demoHour = 2;
/** Weekly snapshots behind a first run. */
const weeksBehind = 8;

const noHistory: FilledHistory = { dates: [], stopped: null };

/** @throws Rejected where the folder holds the other kind of data */
export async function openStateData(system: LocalSystem, options: DemoOptions): Promise<StateData> {
  const demo = await readDemoState(system.warehouse);
  if (options.data !== undefined) {
    if (demo) {
      throw new Rejected(
        code.conflict,
        `The state folder ${options.state} holds the demo of ${options.pack}; name another one with --state for your own data.`,
      );
    }
    return ownData(system, options.data, options.history ?? false);
  }
  const { tables } = system.runtime.pack;
  const accounts = tables.get('accounts')?.table ?? 'accounts';
  const imported = await system.warehouse.describe(pathOf(system.warehouse, accounts));
  if (imported && !demo) return existingData(system);
  return demoData(system, options);
}

function demoData(system: LocalSystem, options: DemoOptions): StateData {
  const { runtime, warehouse } = system;
  const { pack, snapshots, clock } = runtime;
  runtime.aheadOfClock = true;
  const slotOn = (day: string): string =>
    toSlot(DateTime.fromISO(day, { zone: pack.zone }).set({ hour: demoHour }));
  return {
    async nextSlot(asOf) {
      if (asOf !== undefined) return asOf;
      const known = await readDemoState(warehouse);
      if (!known) {
        const today =
          options.today === undefined
            ? DateTime.fromJSDate(clock.now()).setZone(pack.zone).toISODate()
            : parseDate(options.today, '--today');
        return slotOn(today ?? '');
      }
      // A start that was interrupted before its run is taken up, not skipped.
      const done = (await snapshots.get(ref(packs, pack.id)))?.data.current;
      const ofToday = momentOf(slotOn(known.today), pack).date;
      return slotOn(done && done.date >= ofToday ? addDays(known.today, 1) : known.today);
    },
    async provide(slot, progress, backfill) {
      const today = DateTime.fromISO(slot).setZone(pack.zone).toISODate() ?? '';
      progress(`demo data up to ${today}`);
      await advanceDemo(warehouse, {
        pack: pack.id,
        accounts: options.accounts,
        seed: demoSeed,
        days: demoDays,
        today,
      });
      await seedSalesforce(system);
      return fillHistory(system, slot, null, backfill);
    },
  };
}

/**
 * Scores the weeks behind a pack's first run, and the day before it, as far as the data goes back, so
 * that trends and changes are there from the start. A past date that cannot be scored ends it: the
 * run itself is what people wait for.
 */
async function fillHistory(
  { runtime: { pack, snapshots } }: LocalSystem,
  slot: string,
  oldest: string | null,
  backfill: Backfill,
): Promise<FilledHistory> {
  if ((await snapshots.get(ref(packs, pack.id)))?.data.current) return noHistory;
  const { date } = momentOf(slot, pack);
  const behind = Array.from({ length: weeksBehind }, (_, i) =>
    addDays(date, -7 * (weeksBehind - i)),
  ).concat(addDays(date, -1));
  const dates: string[] = [];
  for (const past of behind) {
    if (oldest !== null && past < oldest) continue;
    if (await snapshots.get(ref(days, dayId(pack.id, past)))) continue;
    try {
      await backfill({ from: past, to: past, every: 1 });
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return { dates, stopped: error.message };
    }
    dates.push(past);
  }
  return { dates, stopped: null };
}

function ownData(system: LocalSystem, folder: string, history: boolean): StateData {
  const { pack } = system.runtime;
  let imported: Promise<{ changed: boolean }> | undefined;
  const read = () => {
    imported ??= importData(system.warehouse, { folder, pack });
    return imported;
  };
  return {
    async nextSlot(asOf) {
      const { changed } = await read();
      return nextRevision(system, await asOfOf(system, asOf), changed);
    },
    async provide(slot, progress, backfill) {
      progress(`reading ${folder}`);
      await read();
      await seedSalesforce(system);
      const oldest = history ? await oldestDay(system.warehouse, pack, todayOf(pack)) : null;
      return oldest === null ? noHistory : fillHistory(system, slot, oldest, backfill);
    },
  };
}

/** A folder that own data was read into before; commands that only look name no --data. */
function existingData(system: LocalSystem): StateData {
  return {
    nextSlot: async (asOf) => nextRevision(system, await asOfOf(system, asOf), false),
    async provide() {
      await seedSalesforce(system);
      return noHistory;
    },
  };
}

async function asOfOf({ runtime, warehouse }: LocalSystem, asOf?: string): Promise<string> {
  if (asOf !== undefined) return momentOf(asOf, runtime.pack).asOf;
  const newest = await newestCompleteDay(warehouse, runtime.pack, todayOf(runtime.pack));
  if (newest === null) {
    throw new Rejected(
      code.invalidData,
      'No table says when anything happened, so the newest day is unknown; name one with --as-of.',
    );
  }
  return endOfDate(newest, runtime.pack.zone);
}

/** The slot itself, or, where it was run and the data changed since, one a minute later. */
async function nextRevision(
  { runtime }: LocalSystem,
  asOf: string,
  changed: boolean,
): Promise<string> {
  const { pack, snapshots } = runtime;
  let slot = asOf;
  let last: string | undefined;
  for (let revision = 1; revision < 24 * 60; revision += 1) {
    const id = runId(pack.id, 'scheduled', { ...momentOf(slot, pack), slot });
    if (!(await snapshots.get(ref(runs, id)))) break;
    last = slot;
    slot = toSlot(DateTime.fromISO(asOf).plus({ minutes: revision }));
  }
  return changed ? slot : (last ?? slot);
}

function toSlot(at: DateTime): string {
  const text = at.toUTC().toISO({ suppressMilliseconds: true });
  if (!text) throw new Rejected(code.badRequest, 'The date is outside the calendar.');
  return text;
}

/**
 * Salesforce has a record for every customer before Kenko comes: in the stand-in, for those in
 * the accounts table.
 */
async function seedSalesforce({ warehouse, salesforce, runtime }: LocalSystem): Promise<void> {
  const field = runtime.pack.salesforce?.externalId;
  if (!field) return;
  const mapped = runtime.pack.tables.get('accounts');
  const id = mapped?.columns.get('account_id') ?? 'account_id';
  const table = mapped?.table ?? 'accounts';
  const accounts = await warehouse.transaction(async (connection) => {
    const result = await connection.runAndReadAll(
      `SELECT DISTINCT CAST(${quoted(id)} AS VARCHAR) FROM ${quotedTable(pathOf(warehouse, table))} WHERE ${quoted(id)} IS NOT NULL ORDER BY 1`,
    );
    return result.getRows().map(([account]) => String(account));
  });
  await salesforce.seedAccounts(accounts.map((account) => ({ [field]: account, Name: account })));
}
