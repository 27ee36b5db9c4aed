/** A run of the tiny pack that is to be published: rows as objects in place of a warehouse. */
import { openSqliteSnapshots } from '../../functions/local/state/snapshots.ts';
import { createLog } from '../../functions/log.ts';
import type { Outgoing } from '../../functions/ports/bus.ts';
import type { ReadRequest } from '../../functions/ports/warehouse.ts';
import { ref } from '../../functions/records/collection.ts';
import { rules } from '../../functions/records/documents.ts';
import {
  dayId,
  days,
  noUnpublished,
  packs,
  runs,
  shardsOf,
} from '../../functions/records/run-documents.ts';
import type { Runtime } from '../../functions/runtime.ts';
import type {
  Column,
  ColumnBatch,
  ColumnRequest,
} from '../../functions/scorecard/engine/columns.ts';
import {
  type HistoryRow,
  historyEntries,
  historyRow,
} from '../../functions/scorecard/engine/history-row.ts';
import { layoutOf } from '../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { runOf } from './api/documents.ts';
import { virtualClock } from './virtual-clock.ts';

export const date = '2026-03-02';
const before = '2026-03-01';

/** A row's cells; what is not given is null. */
export type Cells = Partial<HistoryRow> & { account_id: string };

export async function openShard(
  files: ReadonlyMap<string, string>,
  /** What tables hold of the run's date and of the one before; may be exchanged. */
  rows: { now: Cells[]; before: Cells[] },
) {
  const pack = parsePack(files);
  const snapshots = openSqliteSnapshots({ path: ':memory:' });
  const clock = virtualClock(new Date(`${date}T16:00:00Z`));
  const sent: { queue: string; body: Outgoing['body'] }[] = [];
  const hashBefore = (account: string): string =>
    rows.before.find(({ account_id: id }) => id === account)?.result_hash ?? '0';
  const tables: Record<string, () => object[]> = {
    staging: () => rows.now.map((cells) => historyRowOf(cells, date, pack.hash)),
    score_history: () => rows.before.map((cells) => historyRowOf(cells, before, pack.hash)),
    run_inputs: () =>
      rows.now.map(({ account_id: account, inputs: [minutes, users] = [] }) => ({
        account_id: account,
        account_name: `Name of ${account}`,
        minutes_7d: minutes,
        users_7d: users,
        before_health_result_hash: hashBefore(account),
      })),
  };
  const runtime = {
    pack,
    snapshots,
    clock,
    log: createLog(() => undefined, clock),
    bus: {
      publish: async (queue: string, messages: Outgoing[]) => {
        for (const { body } of messages) sent.push({ queue, body });
      },
    },
    warehouse: {
      async *read({ table, columns }: ReadRequest) {
        const read = tables[String(table).replace(/_saas.*/, '')];
        yield batchOf(read?.() ?? [], columns);
      },
      query: async () => [],
      dropTable: async () => undefined,
    },
  } as unknown as Runtime;
  const id = 'saas-1';
  const publishing = {
    pack: pack.id,
    state: 'publishing',
    date,
    before_date: before,
    rules_hash: pack.hash,
    signals_hash: pack.signals?.hash ?? null,
    group_ages: { week: 0 },
  } as const;
  await snapshots.set(ref(runs, id), runOf(publishing));
  await snapshots.set(ref(packs, pack.id), {
    current: { date, slot: `${date}T15:00:00Z`, revision: 1, run: id },
    lease: null,
    next_token: 2,
  });
  const day = { pack: pack.id, date: before, run: 'r', revision: 1, accounts: 1, rules: [] };
  await snapshots.set(ref(days, dayId(pack.id, before)), day);
  const layout = layoutOf(pack);
  for (const hash of [pack.hash, 'other']) {
    const text = JSON.stringify({ ...layout, rules_hash: hash });
    await snapshots.set(ref(rules, hash), { pack: pack.id, files: {}, layout: text });
  }
  /** The shard is still to be published, as after a crash before the end. */
  const again = async (): Promise<void> => {
    const shard = {
      from: '',
      before: null,
      state: 'scored',
      rows: 1,
      counts: null,
      changed: 0,
    } as const;
    const unpublished = noUnpublished();
    await snapshots.set(ref(shardsOf(id, { attempt: 1 }), '0'), { ...shard, unpublished });
    const known = (await snapshots.get(ref(runs, id)))?.data;
    if (known) await snapshots.set(ref(runs, id), { ...known, state: 'publishing' });
  };
  await again();
  return { id, runtime, snapshots, rows, sent, again };
}

/** A row of the history of the tiny pack. */
export function historyRowOf(cells: Cells, on: string, hash: string): HistoryRow {
  const nothing = Object.fromEntries(historyEntries.map(([name]) => [name, null]));
  return historyRow.parse({
    ...nothing,
    date: on,
    score: 'health',
    state: 'scored',
    phase: null,
    scorecard: 'all',
    version: '1.0.0',
    earned: cells.points ?? 0,
    available: 10_000,
    confidence: 1,
    contributions: [],
    earned_points: [],
    inputs: [],
    missing: '',
    rules_hash: hash,
    engine_hash: 'engine',
    input_hash: '1',
    result_hash: '1',
    ...cells,
  });
}

function batchOf(rows: readonly object[], requests: readonly ColumnRequest[]): ColumnBatch {
  const cells = (name: string): unknown[] =>
    rows.map((row) => (row as Record<string, unknown>)[name] ?? null);
  const columns = requests.map(({ name, as }): [string, Column] => {
    const values = cells(name);
    switch (as) {
      case 'number':
        return [
          name,
          { as, values: Float64Array.from(values, (v) => (v === null ? Number.NaN : Number(v))) },
        ];
      case 'bigint':
        return [name, { as, values: BigInt64Array.from(values, (v) => BigInt(String(v ?? 0))) }];
      case 'numbers': {
        const lists = values.map((list) => list as number[]);
        const offsets = Int32Array.from([
          0,
          ...lists.map((_, i) => lists.slice(0, i + 1).flat().length),
        ]);
        return [name, { as, values: Float64Array.from(lists.flat()), offsets }];
      }
      default:
        return [name, { as: 'string', values: values as (string | null)[] }];
    }
  });
  return { rows: rows.length, columns: new Map(columns) };
}
