/** The data that a state folder scores: the demo, or the user's own files. */
import { DateTime } from 'luxon';
import { addDays, parseDate } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import { endOfDate, momentOf } from '../../inputs/moments.ts';
import { runId } from '../../inputs/run-tables.ts';
import { pathOf } from '../../inputs/sources-query.ts';
import { advanceDemo, readDemoState } from '../../local/demo/advance.ts';
import { quoted, quotedTable } from '../../local/googlesql/duckdb-text.ts';
import { importData, newestCompleteDay } from '../../own-data/folder.ts';
import { ref } from '../../records/collection.ts';
import { dayId, days, packs, runs } from '../../records/run-documents.ts';
import type { DataOptions } from '../options.ts';
import type { LocalSystem } from './local-system.ts';
import type { BackfillSummary, Progress } from './session.ts';

type DemoOptions = DataOptions & { today?: string | undefined };
type Backfill = (range: { from: string; to: string; every: number }) => Promise<BackfillSummary>;

export interface StateData {
  /** The slot of the next run; of one that sees the data as of an instant, where given. */
  nextSlot(asOf: string | undefined): Promise<string>;
  /** Makes or reads what the slot's run needs, and the history behind it. */
  provide(slot: string, progress: Progress, backfill: Backfill): Promise<void>;
}

/** Days of events that the demo begins with. */
const demoDays = 400;
const demoSeed = 1;
/** The demo's runs start at two in the morning, when the nightly loads are through. */
const demoHour = 2;
/** Weekly snapshots behind the first day of the demo. */
const demoWeeks = 8;

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
    return ownData(system, options.data);
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
      const holder = (await snapshots.get(ref(packs, pack.id)))?.data;
      if (holder?.current) return;
      const date = momentOf(slot, pack).date;
      const behind = Array.from({ length: demoWeeks }, (_, i) =>
        addDays(date, -7 * (demoWeeks - i)),
      ).concat(addDays(date, -1));
      for (const past of behind) {
        if (await snapshots.get(ref(days, dayId(pack.id, past)))) continue;
        await backfill({ from: past, to: past, every: 1 });
      }
    },
  };
}

function ownData(system: LocalSystem, folder: string): StateData {
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
    async provide(_slot, progress) {
      progress(`reading ${folder}`);
      await read();
      await seedSalesforce(system);
    },
  };
}

/** A folder that own data was read into before; commands that only look name no --data. */
function existingData(system: LocalSystem): StateData {
  return {
    nextSlot: async (asOf) => nextRevision(system, await asOfOf(system, asOf), false),
    provide: async () => seedSalesforce(system),
  };
}

async function asOfOf({ runtime, warehouse }: LocalSystem, asOf?: string): Promise<string> {
  if (asOf !== undefined) return momentOf(asOf, runtime.pack).asOf;
  const newest = await newestCompleteDay(warehouse, runtime.pack);
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
