import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { createLog } from '../../../functions/log.ts';
import type { Snapshots } from '../../../functions/ports/snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accountFormat } from '../../../functions/records/documents.ts';
import {
  calendars,
  dayId,
  days,
  packs,
  type RunDocument,
  runs,
  shardsOf,
} from '../../../functions/records/run-documents.ts';
import { closeRun } from '../../../functions/runs/close-run.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { shownHash } from '../../../functions/scorecard/meaning/shown-row.ts';
import { pack, runOf, today, yesterday } from '../../support/api/documents.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

let snapshots: Snapshots & { close(): void };
let staged: number;
let copied: string[];
let runtime: Runtime;

beforeEach(() => {
  snapshots = openSqliteSnapshots({ path: ':memory:' });
  staged = 4;
  copied = [];
  const clock = virtualClock(new Date('2026-11-24T00:00:00Z'));
  const warehouse = {
    query: async (sql: string) => (sql.includes('COUNT(*)') ? [{ n: staged }] : [{ h: 'rules' }]),
    replacePartition: async ({ date }: { date: string }) => void copied.push(date),
    dropTable: async () => undefined,
  };
  const bus = { publish: async () => undefined };
  const log = createLog(() => undefined, clock);
  runtime = { snapshots, clock, bus, log, warehouse, pack } as unknown as Runtime;
});
afterEach(() => snapshots.close());

/** A run of today that holds its lease, after the one of yesterday. */
async function begin(change: Partial<RunDocument>, previous: Partial<RunDocument> = {}) {
  const shown = shownHash(pack);
  const before = { date: yesterday, shown_hash: shown, ...previous };
  await snapshots.set(ref(runs, 'before'), runOf(before));
  await snapshots.set(ref(runs, 'run'), runOf({ token: 1, ...change }));
  await snapshots.set(ref(packs, 'saas'), {
    current: { date: before.date, slot: '2026-11-22T15:00:00Z', revision: 1, run: 'before' },
    lease: { run: 'run', token: 1, until: '2026-11-24T00:10:00.000Z' },
    next_token: 2,
  });
}

const run = async () => (await snapshots.get(ref(runs, 'run')))?.data;

describe('a closed run', () => {
  it('sends its shards so that neighbours are not published together, the same way each time', async () => {
    await begin({ state: 'publishing', shards: 40 });
    const shard = {
      ...{ from: '', before: null, state: 'scored' as const, rows: 4, counts: null, changed: 0 },
      unpublished: { count: 0, examples: [] },
    };
    const of = shardsOf('run', { attempt: 1 });
    for (let n = 0; n < 40; n += 1) await snapshots.set(ref(of, String(n)), shard);
    const sent: number[][] = [];
    const publish: Runtime['bus']['publish'] = async (_, messages) => {
      sent.push(messages.flatMap(({ body }) => ('shard' in body ? [body.shard] : [])));
    };
    const bus = { ...runtime.bus, publish };
    for (let i = 0; i < 2; i += 1) await closeRun({ ...runtime, bus }, 'run');
    const [first = [], second] = sent;
    expect(second).toEqual(first);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    // The ten that are published at once lie all over.
    const quarters = first.slice(0, 10).map((n) => Math.floor(n / 10));
    expect(new Set(quarters).size).toBe(4);
  });
});

describe('a scored run', () => {
  it.each([3, 5])(
    'fails without effect where staging holds %i rows and the shards counted 4',
    async (rows) => {
      staged = rows;
      await begin({ state: 'scoring' });
      await snapshots.set(ref(shardsOf('run', { attempt: 1 }), '0'), {
        from: '',
        before: null,
        state: 'scored',
        rows: 4,
        counts: null,
        changed: 0,
        unpublished: { count: 0, examples: [] },
      });
      await closeRun(runtime, 'run');
      expect(await run()).toMatchObject({ state: 'failed', failure: { code: 'invalid-data' } });
      expect(copied).toEqual([]);
    },
  );

  it('waits while a shard is not there yet', async () => {
    await begin({ state: 'scoring' });
    await closeRun(runtime, 'run');
    expect(await run()).toMatchObject({ state: 'scoring' });
  });
});

describe('a run that is closed', () => {
  const closed = async () => {
    await closeRun(runtime, 'run');
    expect(copied).toEqual([today]);
    return run();
  };

  it('need not look at equal rows where documents show all of the date before', async () => {
    await begin({ state: 'closing' });
    expect(await closed()).toMatchObject({ state: 'publishing', equal_rows_published: true });
    const current = (await snapshots.get(ref(packs, 'saas')))?.data.current;
    expect(current).toMatchObject({ run: 'run', date: today, revision: 1 });
  });

  it.each<[string, Partial<RunDocument>]>([
    ['another date was published since', { date: '2026-11-21' }],
    ['the one before was not published whole', { state: 'publishing' }],
    ['the one before was published by other routing', { shown_hash: 'other' }],
  ])('looks at every row where %s', async (_, previous) => {
    await begin({ state: 'closing' }, previous);
    expect(await closed()).toMatchObject({ equal_rows_published: false });
  });

  it('looks at every row where it revises its date', async () => {
    await begin({ state: 'closing' });
    const day = { pack: 'saas', date: today, run: 'r', revision: 1, accounts: 1, rules: [] };
    await snapshots.set(ref(days, dayId('saas', today)), day);
    expect(await closed()).toMatchObject({ revision: 2, equal_rows_published: false });
  });

  it('writes documents again where a release without their format closed the one before', async () => {
    await begin({ state: 'closing' });
    const rewrites = { format: accountFormat, from: 0, until: 1_000 };
    expect(await closed()).toMatchObject({ rewrites });
  });

  it('is not current where it was a backfill', async () => {
    await begin({ state: 'closing', kind: 'backfill' });
    const holder = ref(packs, `saas~backfill~${today}`);
    await snapshots.set(holder, {
      current: null,
      lease: { run: 'run', token: 1, until: '2026-11-24T00:10:00.000Z' },
      next_token: 2,
    });
    expect(await closed()).toMatchObject({ state: 'publishing', equal_rows_published: false });
    expect((await snapshots.get(ref(packs, 'saas')))?.data.current?.run).toBe('before');
    const lease = { run: 'run', token: 1 };
    expect((await snapshots.get(holder))?.data).toMatchObject({ current: null, lease });
  });

  it('need not look at equal rows either where it was a backfill after one that was kept whole', async () => {
    await begin({ state: 'closing', kind: 'backfill' });
    const lease = { run: 'run', token: 1, until: '2026-11-24T00:10:00.000Z' };
    const backfill = { current: null, lease, next_token: 2 };
    await snapshots.set(ref(packs, `saas~backfill~${today}`), backfill);
    const day = {
      pack: 'saas',
      date: yesterday,
      run: 'before',
      revision: 1,
      accounts: 1,
      rules: [],
    };
    await snapshots.set(ref(days, dayId('saas', yesterday)), day);
    expect(await closed()).toMatchObject({ equal_rows_published: true });
  });

  it('stands in the calendar of its pack, with its revision', async () => {
    await begin({ state: 'closing' });
    await closed();
    const calendar = (await snapshots.get(ref(calendars, 'saas~2026')))?.data;
    expect(calendar).toEqual({ pack: 'saas', closed: { '11-23': 1 } });
  });
});
