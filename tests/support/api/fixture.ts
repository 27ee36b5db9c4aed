/** The API on loopback, over the twin's documents and warehouse, with a few made-up accounts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { api } from '../../../functions/api/api.ts';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import { localIdentity } from '../../../functions/local/identity.ts';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { openDuckDbWarehouse } from '../../../functions/local/warehouse/warehouse.ts';
import { createLog, type LogEntry } from '../../../functions/log.ts';
import type { Crm } from '../../../functions/ports/crm.ts';
import type { Query, Snapshots } from '../../../functions/ports/snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts } from '../../../functions/records/documents.ts';
import type { AccountsChangedMessage, Message } from '../../../functions/records/messages.ts';
import { packs, runs, shardsOf } from '../../../functions/records/run-documents.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import type { Column } from '../../../functions/scorecard/engine/columns.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import { countedSnapshots, type DocumentCounts } from '../counted-ports.ts';
import { virtualClock } from '../virtual-clock.ts';
import {
  type AccountSpec,
  accountOf,
  currentRun,
  now,
  pack,
  runOf,
  today,
  yesterday,
} from './documents.ts';

export interface HistorySpec {
  date: string;
  account: string;
  points: number | null;
  band: string | null;
  state?: string;
  before?: number;
  score?: string;
}

/** Rows of `score_history`, as far as the API reads them. */
async function loadHistory(warehouse: Runtime['warehouse'], rows: readonly HistorySpec[]) {
  const texts = (of: (row: HistorySpec) => string | null): Column => ({
    as: 'string',
    values: rows.map(of),
  });
  const numbers = (of: (row: HistorySpec) => number | null): Column => ({
    as: 'number',
    values: Float64Array.from(rows, (row) => of(row) ?? Number.NaN),
  });
  const moved = (row: HistorySpec) =>
    row.before === undefined || row.points === null ? null : row.points - row.before;
  await warehouse.load({
    id: 'history',
    table: 'score_history',
    batches: [
      {
        rows: rows.length,
        columns: new Map<string, Column>([
          ['date', texts((row) => row.date)],
          ['account_id', texts((row) => row.account)],
          ['score', texts((row) => row.score ?? 'health')],
          ['state', texts((row) => row.state ?? 'scored')],
          ['phase', texts(() => 'use')],
          ['scorecard', texts(() => 'use')],
          ['version', texts(() => '1.0.0')],
          ['band', texts((row) => row.band)],
          ['points', numbers((row) => row.points)],
          ['confidence', numbers(() => 1)],
          ['waiting_for_data', numbers(() => 0)],
          ['before_date', texts((row) => (row.before === undefined ? null : yesterday))],
          ['before_points', numbers((row) => row.before ?? null)],
          ['change_rules', numbers(() => 0)],
          ['change_data', numbers(() => 0)],
          ['change_behaviour', numbers(moved)],
          ['rules_hash', texts(() => pack.hash)],
          ['engine_hash', texts(() => 'engine')],
          ['input_hash', numbers(() => 1)],
          ['result_hash', numbers(() => 1)],
        ]),
      },
    ],
  });
}

const noCrm = (): never => {
  throw new Error('the API never calls the CRM');
};
const crm: Crm = {
  resolve: noCrm,
  update: noCrm,
  read: noCrm,
  list: noCrm,
  describe: noCrm,
  canCreate: noCrm,
  createTask: noCrm,
  findTask: noCrm,
  usage: noCrm,
};

export type AnyQuery = Pick<Query<unknown>, 'where' | 'orderBy'> & { collection: { path: string } };

/** Notes every query on its way. */
const watched = (snapshots: Snapshots, queries: AnyQuery[]): Snapshots => ({
  ...snapshots,
  query: (query) => {
    queries.push(query);
    return snapshots.query(query);
  },
  count: (query) => {
    queries.push(query);
    return snapshots.count(query);
  },
});

export interface TestApi {
  url: string;
  runtime: Runtime;
  queries: AnyQuery[];
  /** What its requests would cost in Firestore. */
  counts: DocumentCounts;
  announced: AccountsChangedMessage[];
  sent: Message[];
  logged: LogEntry[];
  get(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: unknown; text: string; headers: Headers }>;
  post(path: string, body: unknown, headers?: Record<string, string>): ReturnType<TestApi['get']>;
  close(): Promise<void>;
}

/** The API over these accounts and results; `closed: false` is the time before the first run. */
export async function startApi(given: {
  accounts?: readonly AccountSpec[];
  history?: readonly HistorySpec[];
  closed?: boolean;
  /** What of the pack is otherwise. */
  pack?: Partial<Pack>;
}): Promise<TestApi> {
  const stored = openSqliteSnapshots({ path: ':memory:' });
  const warehouse = await openDuckDbWarehouse({ path: ':memory:', threads: 1 });
  const tables = readTableSchemas(join(import.meta.dirname, '../../../sql/tables'));
  const layout = tables.get('score_history');
  if (!layout) throw new Error('no layout of score_history');
  await warehouse.createTable('score_history', layout);
  if (given.history?.length) await loadHistory(warehouse, given.history);
  for (const spec of given.accounts ?? [])
    await stored.set(ref(accounts, spec.id), accountOf(spec));
  if (given.closed !== false) {
    await stored.set(ref(packs, 'saas'), {
      current: { date: today, slot: '2026-11-23T15:00:00Z', revision: 1, run: currentRun },
      lease: null,
      next_token: 2,
    });
    const run = runOf();
    await stored.set(ref(runs, currentRun), run);
    await stored.set(ref(shardsOf(currentRun, run), '0'), {
      from: '',
      before: null,
      state: 'published',
      rows: 4,
      counts: null,
      changed: 3,
      unpublished: { count: 0, examples: [] },
    });
  }
  const queries: AnyQuery[] = [];
  const { snapshots, counts } = countedSnapshots(stored);
  const announced: AccountsChangedMessage[] = [];
  /** Messages of every other queue. */
  const sent: Message[] = [];
  const logged: LogEntry[] = [];
  const clock = virtualClock(now);
  const runtime: Runtime = {
    warehouse,
    snapshots: watched(snapshots, queries),
    bus: {
      publish: async (_queue, messages) => {
        for (const { body } of messages) {
          if ('accounts' in body && 'run' in body) announced.push(body);
          else sent.push(body);
        }
      },
      deadLetters: async () => [],
      replay: async () => undefined,
      missing: async () => [],
    },
    crm,
    messenger: { send: noCrm, find: noCrm, workspace: noCrm },
    identity: localIdentity('tester'),
    clock,
    log: createLog((entry) => logged.push(entry), clock),
    pack: { ...pack, ...given.pack },
    packFiles: new Map(),
    tables,
    engineHash: 'engine',
  };
  const server = createServer(api(async () => runtime));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = async (path: string, init: RequestInit) => {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const body: unknown = isJson && text ? JSON.parse(text) : undefined;
    return { status: response.status, body, text, headers: response.headers };
  };
  return {
    url,
    runtime,
    queries,
    counts,
    announced,
    sent,
    logged,
    get: (path, headers = {}) => get(path, { headers }),
    post: (path, body, headers = {}) =>
      get(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      stored.close();
      await warehouse.close();
    },
  };
}
