/** What accounts were by date, as runs keep it in whatever order they come through. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import type { AccountResult } from '../../../functions/publish/account-document.ts';
import { daysToKeep, keepDay } from '../../../functions/publish/keep-days.ts';
import { type Ref, ref } from '../../../functions/records/collection.ts';
import { type AccountDocument, accounts } from '../../../functions/records/documents.ts';
import {
  calendarId,
  calendars,
  type RunDocument,
} from '../../../functions/records/run-documents.ts';
import { entryAt, timelineOf } from '../../../functions/records/timeline.ts';
import {
  dayKey,
  daysIn,
  type YearDocument,
  yearAfter,
  yearOf,
  yearsOf,
} from '../../../functions/records/years.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { accountOf } from '../../support/api/documents.ts';
import { historyRowOf } from '../../support/published-shard.ts';
import { finishedRun } from '../../support/runs.ts';
import { tinyPackFiles } from '../../support/system/tiny-pack.ts';

const pack = parsePack(tinyPackFiles());
const layout = layoutOf(pack);
const account = 'a1';

/** What the account is on a date: points, or that it left. */
type Content = number | 'absent';

let snapshots: ReturnType<typeof openSqliteSnapshots>;
/** Results by date as the history has them, and the revision of each. */
let history: Map<string, Content>;
let revisions: Map<string, number>;
let current: string | undefined;
/** The run that people see. */
let shownRun: string | undefined;
let writes: Ref<unknown>[];

function begin(): void {
  snapshots = openSqliteSnapshots({ path: ':memory:' });
  history = new Map();
  revisions = new Map();
  current = undefined;
  shownRun = undefined;
  writes = [];
}
beforeEach(begin);
afterEach(() => snapshots.close());

const closedBefore = (date: string): string | undefined =>
  [...history.keys()]
    .filter((one) => one < date)
    .sort()
    .at(-1);

function rowsOf(date: string, content: Content, before: string | undefined) {
  const then = before === undefined ? undefined : history.get(before);
  const points = content === 'absent' ? null : content;
  const earlier = then === undefined || then === 'absent' ? null : then;
  const moved = points === null || earlier === null ? null : points - earlier;
  const state = content === 'absent' ? 'absent' : 'scored';
  const band = points === null ? null : points < 5_000 ? 'red' : 'green';
  return [
    historyRowOf(
      {
        ...{ account_id: account, state, points, band, result_hash: String(content) },
        ...{ before_date: then === undefined ? null : (before ?? null), before_points: earlier },
        ...{ change_rules: 0, change_phase: 0, change_data: 0, change_behaviour: moved },
      },
      date,
      pack.hash,
    ),
  ];
}

/** A run of a date that has been closed, and is still to be published. */
interface Closed {
  run: RunDocument;
  id: string;
  result: AccountResult;
}

/** Closes a run of the date: from here on the history has this result. */
async function close(date: string, content: Content, kind: RunDocument['kind']): Promise<Closed> {
  const before = closedBefore(date);
  const revision = (revisions.get(date) ?? 0) + 1;
  const then = before === undefined ? undefined : history.get(before);
  const result: AccountResult = {
    ...{ account, attributes: {}, mergedInto: null },
    rows: rowsOf(date, content, before),
    before:
      before === undefined || then === undefined
        ? []
        : [{ row: rowsOf(before, then, closedBefore(before))[0] as never, layout }],
  };
  history.set(date, content);
  revisions.set(date, revision);
  const id = `${kind}-${date}-${revision}`;
  if (kind === 'scheduled') [current, shownRun] = [date, id];
  await snapshots.transaction(async (tx) =>
    tx.merge(ref(calendars, calendarId('tiny', yearOf(date))), {
      pack: 'tiny',
      closed: { [dayKey(date)]: revision },
    }),
  );
  const run = finishedRun({
    ...{ pack: 'tiny', kind, date, revision, before_date: before ?? null, rules_hash: pack.hash },
  });
  return { run, id, result };
}

/** Publishes it, as `publish-shard` does; with `dies`, up to the end of its transaction. */
async function publish({ run, id, result }: Closed, dies = false): Promise<void> {
  const now = current && {
    date: current,
    slot: `${current}T15:00:00Z`,
    revision: 1,
    run: shownRun,
  };
  const work = snapshots.transaction(async (tx) => {
    const latest = (await tx.get(ref(accounts, account)))?.data;
    const seen = { ...tx, get: tx.get.bind(tx), getAll: tx.getAll.bind(tx) };
    const merge: typeof tx.merge = (target, fields) => {
      writes.push(target);
      tx.merge(target, fields);
    };
    const [day] = await daysToKeep(Object.assign(seen, { merge }) as typeof tx, {
      ...{ id, run, results: [result], latest: [latest] },
      current: now as never,
    });
    keepDay({ merge } as typeof tx, day);
    if (now && now.run === id && latest?.run !== id) {
      const next = documentOf(run, id, result, latest);
      if (next) tx.set(ref(accounts, account), next);
    }
    if (dies) throw new Error('the process is gone');
  });
  if (dies) await expect(work).rejects.toThrow('gone');
  else await work;
}

/** What is shown of a result; the date stays where the result is the one before. */
function documentOf(
  { date, rules_hash }: RunDocument,
  run: string,
  { rows: [row] }: AccountResult,
  latest: AccountDocument | undefined,
): AccountDocument | undefined {
  if (!row || (row.state === 'absent' && !latest)) return undefined;
  const result_hash = `health:${row.result_hash}`;
  if (latest?.result_hash === result_hash) return latest;
  const document = {
    ...accountOf({ id: account, points: null }),
    date,
    run,
    rules_hash,
    result_hash,
  };
  if (row.state === 'absent') return { ...document, state: 'absent', phase: null, scores: {} };
  const { health } = accountOf({ id: account, points: (row.points ?? 0) / 100 }).scores;
  if (!health) throw new Error('there is no such score');
  const shown = { scorecard: 'all', band: row.band, computed_band: row.band };
  return { ...document, phase: null, scores: { health: { ...health, ...shown } } };
}

async function years(): Promise<Map<string, YearDocument>> {
  const found = await snapshots.query({ collection: yearsOf(account), limit: 100 });
  return new Map(found.map(({ id, data }) => [id, data]));
}

const firstThere = (): string =>
  [...history].flatMap(([date, of]) => (of === 'absent' ? [] : [date])).sort()[0] ?? '9999';

/** Every date that was closed, as documents have it: who was never there is as absent as who left. */
async function shown(isLate = false): Promise<Map<string, Content | undefined>> {
  const kept = await years();
  const timeline = timelineOf(kept);
  const on = (date: string): Content | undefined => {
    const held = kept.size === 0 ? 'nothing' : entryAt(timeline, date);
    // Who is not known to have been there before has not been. Nothing else is left to the warehouse, but
    // where runs of an account that nobody had seen came through in another order.
    if (held === undefined) {
      if (date < firstThere()) return 'absent';
      return isLate ? history.get(date) : undefined;
    }
    if (held === 'nothing' || held.entry === 'absent') return 'absent';
    return held.entry.health?.points ?? undefined;
  };
  return new Map([...history.keys()].sort().map((date) => [date, on(date)]));
}

async function datesKept(): Promise<string[]> {
  return [...(await years())].flatMap(([year, document]) =>
    daysIn(year, document).map(({ date }) => date),
  );
}

const scheduled = async (date: string, content: Content): Promise<void> =>
  publish(await close(date, content, 'scheduled'));
const backfill = async (date: string, content: Content): Promise<void> =>
  publish(await close(date, content, 'backfill'));

describe('a run that people see', () => {
  it('sets one field where the result changed, and reads no year', async () => {
    await scheduled('2026-03-01', 2_000);
    writes.length = 0;
    await scheduled('2026-03-02', 2_000);
    expect(writes).toEqual([]);
    await scheduled('2026-03-03', 8_000);
    expect(writes.map(({ id }) => id)).toEqual(['2026']);
    expect(await datesKept()).toEqual(['2026-03-01', '2026-03-03']);
    const document = (await years()).get('2026') as YearDocument;
    expect(daysIn('2026', document)[1]).toMatchObject({
      date: '2026-03-03',
      entry: { health: { points: 8_000, band: 'green', change: { behaviour: 6_000 } } },
    });
    expect(document.opening).toBe('');
  });

  it('opens a year with what the one before ended with', async () => {
    await scheduled('2025-11-01', 2_000);
    await scheduled('2026-01-01', 2_000);
    await scheduled('2026-02-01', 8_000);
    expect((await years()).get('2026')?.opening).toMatch(/^2025-11-01 /);
    expect(await shown()).toEqual(history);
  });

  it('that revises its date takes the entry back where nothing changed against the day before', async () => {
    await scheduled('2026-03-01', 2_000);
    await scheduled('2026-03-02', 8_000);
    await scheduled('2026-03-02', 6_000);
    expect(await shown()).toEqual(history);
    await scheduled('2026-03-02', 2_000);
    expect(await datesKept()).toEqual(['2026-03-01']);
    writes.length = 0;
    await scheduled('2026-03-02', 2_000);
    expect(writes).toEqual([]);
    expect(await shown()).toEqual(history);
  });

  it('says once that an account left, and when it is back', async () => {
    await scheduled('2026-03-01', 2_000);
    for (const date of ['2026-03-02', '2026-03-03']) await scheduled(date, 'absent');
    await scheduled('2026-03-04', 2_000);
    expect(await datesKept()).toEqual(['2026-03-01', '2026-03-02', '2026-03-04']);
  });

  it('writes what it wrote when its message comes again, and nothing of an account that never was', async () => {
    await scheduled('2026-03-01', 'absent');
    expect(writes).toEqual([]);
    const closed = await close('2026-03-02', 2_000, 'scheduled');
    await publish(closed, true);
    expect(await datesKept()).toEqual([]);
    await publish(closed);
    const before = await years();
    await publish(closed);
    expect(await years()).toEqual(before);
  });
});

describe('a run that was overtaken, or a backfill', () => {
  it('puts its date between the others, which show what they did', async () => {
    await scheduled('2026-03-01', 2_000);
    await scheduled('2026-03-05', 2_000);
    await backfill('2026-03-03', 8_000);
    expect(await shown()).toEqual(history);
    expect(await datesKept()).toEqual(['2026-03-01', '2026-03-03', '2026-03-05']);
    await backfill('2026-03-03', 2_000);
    expect(await datesKept()).toEqual(['2026-03-01']);
  });

  it('sets what opens the next year, though nothing changed in that', async () => {
    await scheduled('2025-11-01', 2_000);
    await scheduled('2026-02-01', 8_000);
    await backfill('2025-12-31', 6_000);
    expect((await years()).get('2026')?.opening).toMatch(/^2025-12-31 /);
    expect(await shown()).toEqual(history);
  });

  it('writes nothing where another run has revised its date since', async () => {
    await scheduled('2026-03-05', 2_000);
    const first = await close('2026-03-01', 8_000, 'backfill');
    await backfill('2026-03-01', 6_000);
    const before = await years();
    await publish(first);
    expect(await years()).toEqual(before);
    const revised = await close('2026-03-06', 4_000, 'scheduled');
    await scheduled('2026-03-06', 2_000);
    writes.length = 0;
    await publish(revised);
    expect(writes).toEqual([]);
  });

  it('comes through after the run that overtook it as if before', async () => {
    await scheduled('2026-03-01', 2_000);
    const late = await close('2026-03-02', 8_000, 'scheduled');
    const next = await close('2026-03-03', 2_000, 'scheduled');
    await publish(next);
    await publish(late);
    const [kept, dates] = [await years(), await datesKept()];
    expect(await shown()).toEqual(history);
    snapshots.close();
    begin();
    await scheduled('2026-03-01', 2_000);
    await scheduled('2026-03-02', 8_000);
    await scheduled('2026-03-03', 2_000);
    expect(await datesKept()).toEqual(dates);
    expect(daysIn('2026', kept.get('2026') as YearDocument)).toEqual(
      daysIn('2026', (await years()).get('2026') as YearDocument),
    );
  });

  it('reads a year back where this one is not there yet', async () => {
    await backfill('2025-12-01', 2_000);
    await backfill('2026-01-10', 2_000);
    await backfill('2026-01-20', 8_000);
    expect((await years()).get('2026')?.opening).toMatch(/^2025-12-01 /);
    await scheduled('2026-01-30', 8_000);
    await scheduled('2026-02-01', 6_000);
    expect(await shown()).toEqual(history);
  });
});

const dates = [
  '2025-11-20',
  '2025-12-30',
  '2025-12-31',
  '2026-01-01',
  '2026-01-02',
  '2026-06-01',
].concat(['2026-12-31', '2027-01-01', '2027-03-01']);
const content = fc.constantFrom<Content>(2_000, 8_000, 'absent');
const step = fc.record({
  what: fc.constantFrom('next', 'next', 'revision', 'backfill', 'late', 'dies'),
  by: fc.nat(),
  content,
});

it('shows what a backfill of years ago found, though a later year opens with nothing', async () => {
  await backfill('2026-12-31', 'absent');
  await scheduled('2027-01-01', 'absent');
  await backfill('2025-12-30', 'absent');
  await backfill('2025-11-20', 2_000);
  await scheduled('2027-03-01', 2_000);
  expect(await shown()).toEqual(history);
});

it('shows every closed date as its last run had it, whatever order runs come through in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      snapshots.close();
      begin();
      let late: Closed | undefined;
      for (const { what, by, content: as } of steps) {
        const last = [...history.keys()].sort().at(-1) ?? '';
        const later = dates.filter((date) => date > last);
        // Before the first run of a pack, they are computed oldest first.
        const earlier = dates.filter((date) =>
          current === undefined ? date > last : date < current,
        );
        if (what === 'backfill') {
          const date = earlier[by % Math.max(1, earlier.length)];
          if (date && !(late && late.run.date === date)) await backfill(date, as);
        } else if (what === 'revision' && current && !late) {
          await scheduled(current, as);
        } else if (later[0]) {
          const closed = await close(later[by % Math.min(2, later.length)] ?? '', as, 'scheduled');
          // One waits at most: the next run has to begin before it is published.
          if (what === 'late' && !late) late = closed;
          else {
            if (what === 'dies') await publish(closed, true);
            await publish(closed);
            if (late) await publish(late);
            late = undefined;
          }
        }
      }
      if (late) await publish(late);
      expect(await shown(steps.some(({ what }) => what === 'late'))).toEqual(history);
      const next = yearAfter(yearOf(current ?? '2028-01-01'));
      expect((await years()).has(next)).toBe(false);
    }),
    { numRuns: 300 },
  );
});
