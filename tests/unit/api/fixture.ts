/** The API on loopback, over the twin's documents and warehouse, with a few made-up accounts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { api } from '../../../functions/api/api.ts';
import { virtualClock } from '../../../functions/local/clocks.ts';
import { openDuckDbWarehouse } from '../../../functions/local/duckdb-warehouse.ts';
import { openSqliteSnapshots } from '../../../functions/local/sqlite-snapshots.ts';
import { createLog, type LogEntry } from '../../../functions/log.ts';
import { readTableSchemas } from '../../../functions/pipeline/table-schemas.ts';
import type { Crm } from '../../../functions/ports/crm.ts';
import type { Runtime } from '../../../functions/ports/runtime.ts';
import type { Query, Snapshots } from '../../../functions/ports/snapshots.ts';
import { packDetails } from '../../../functions/records/account-details.ts';
import { ref } from '../../../functions/records/collection.ts';
import {
  type AccountDocument,
  accounts,
  packs,
  type RunDocument,
  runs,
  type ScoreDocument,
  shardsOf,
} from '../../../functions/records/documents.ts';
import type { AccountsChangedMessage } from '../../../functions/records/messages.ts';
import type { Column } from '../../../functions/scorecard/columns.ts';
import type { Pack, Score } from '../../../functions/scorecard/pack.ts';
import type { ScoreExplanation } from '../../../functions/scorecard/result.ts';

export const today = '2026-11-23';
export const yesterday = '2026-11-22';
export const now = new Date('2026-11-24T01:00:00.000Z');
export const currentRun = 'saas-2026-11-23-20261123T150000Z';

const scoreNamed = (id: string, label: { en: string; ja: string }): Score => ({
  id,
  label,
  purpose: 'churn',
  scale: 10_000,
  minConfidence: 0.5,
  hysteresis: 0,
  trend: null,
  headline: null,
  bands: [
    { id: 'red', from: 0, label: { en: 'Critical', ja: '危険' } },
    { id: 'amber', from: 4_000, label: { en: 'Fair', ja: '要観察' } },
    { id: 'green', from: 7_000, label: { en: 'Good', ja: '良好' } },
  ],
  scorecards: [],
  place: { file: 'pack.yaml', line: 1 },
});

const phase = (id: string, label: { en: string; ja: string }) => ({
  id,
  label,
  when: undefined as unknown as Pack['phases'][number]['when'],
});

/** As far as the API reads a pack; expressions play no part in it. */
export const pack: Pack = {
  id: 'saas',
  label: { en: 'SaaS', ja: 'SaaS' },
  zone: 'Asia/Tokyo',
  asOf: 'midnight',
  accountsPerShard: 100,
  breaker: null,
  scores: [
    scoreNamed('health', { en: 'Health score', ja: 'ヘルススコア' }),
    scoreNamed('approach', { en: 'Approach score', ja: 'アプローチスコア' }),
  ],
  phases: [
    phase('trial', { en: 'Trial', ja: 'トライアル' }),
    phase('use', { en: 'Use', ja: '活用' }),
  ],
  attributes: ['name', 'owner', 'url'],
  accountColumns: [],
  derived: [],
  metrics: new Map(),
  groups: [],
  sources: new Map(),
  tables: new Map(),
  salesforce: null,
  exemplars: [],
  tests: [],
  hash: '0123456789abcdef',
};

const label = { en: 'Active users', ja: '利用者数' };

function explanationOf(score: Score, result: ScoreDocument): ScoreExplanation {
  const points = result.points;
  return {
    score: score.id,
    label: score.label,
    date: today,
    state: result.state,
    reason: null,
    phase: null,
    scorecard: { id: 'use', version: '1.0.0', label: { en: 'In use', ja: '活用期' } },
    scale: score.scale,
    points,
    earned: points,
    available: 10_000,
    confidence: 1,
    band: null,
    cap: null,
    waiting_for_data: false,
    held_by_hysteresis: false,
    trend: null,
    axes: [
      {
        id: 'outcome',
        label: { en: 'Outcome', ja: '成果' },
        points: points ?? 0,
        available: 10_000,
      },
    ],
    measures: [
      {
        id: 'active_users',
        axis: 'outcome',
        label,
        metric: 'active_users_28d',
        unit: 'users',
        value: 12,
        state: 'ok',
        earned: points,
        available: 10_000,
        contribution: points,
        hypothesis: true,
        hints: { en: ['Who left?'], ja: ['退職者はいないか'] },
        next: { value: 20, gain: 1_050 },
      },
    ],
    reference: [
      {
        metric: 'nps_latest',
        label: { en: 'NPS', ja: 'NPS' },
        unit: null,
        value: 8,
        current: true,
      },
    ],
    headline: null,
    change: result.change,
  };
}

export interface AccountSpec {
  id: string;
  points: number | null;
  band?: string | null;
  moved?: number;
  phase?: string;
  date?: string;
  attributes?: AccountDocument['attributes'];
  reasons?: { en: string[]; ja: string[] };
}

/** An account's document; points in points. */
export function accountOf(spec: AccountSpec): AccountDocument {
  const points = spec.points === null ? null : Math.round(spec.points * 100);
  const moved = Math.round((spec.moved ?? 0) * 100);
  const band =
    spec.band ??
    (points === null ? null : points < 4_000 ? 'red' : points < 7_000 ? 'amber' : 'green');
  const scores: AccountDocument['scores'] = {};
  const details: Parameters<typeof packDetails>[0] = {};
  for (const score of pack.scores) {
    const result: ScoreDocument = {
      state: 'scored',
      scorecard: 'use',
      version: '1.0.0',
      points,
      earned: points,
      available: points === null ? null : 10_000,
      confidence: points === null ? null : 1,
      band,
      computed_band: band,
      override: null,
      cap: null,
      waiting_for_data: false,
      held_by_hysteresis: false,
      trend: 'falling',
      change:
        moved === 0
          ? null
          : {
              since: yesterday,
              from: (points ?? 0) - moved,
              total: moved,
              rules: 0,
              data: 0,
              behaviour: moved,
              from_band: null,
            },
      moved,
      reason: null,
    };
    scores[score.id] = result;
    details[score.id] = {
      explanation: explanationOf(score, result),
      bands: Object.fromEntries(score.bands.map((each) => [each.id, each.label])),
      deltas:
        moved === 0
          ? []
          : [
              {
                id: 'active_users',
                label,
                metric: 'active_users_28d',
                unit: 'users',
                direction: 'higher',
                before: 20,
                now: 12,
                before_contribution: (points ?? 0) - moved,
                now_contribution: points,
                delta: moved,
                cause: 'behaviour',
                hints: { en: ['Who left?'], ja: ['退職者はいないか'] },
              },
            ],
      reasons: spec.reasons ?? {
        en: ['Active users fell from 20 to 12'],
        ja: ['利用者数が20人から12人に減少'],
      },
    };
  }
  return {
    pack: 'saas',
    state: 'active',
    merged_into: null,
    phase: spec.phase ?? 'use',
    attributes: { name: `Name of ${spec.id}`, owner: null, url: null, ...spec.attributes },
    date: spec.date ?? today,
    run: currentRun,
    rules_hash: pack.hash,
    engine_hash: 'engine',
    result_hash: spec.id,
    hash: spec.id,
    scores,
    details: packDetails(details),
  };
}

export function runOf(change: Partial<RunDocument> = {}): RunDocument {
  return {
    pack: 'saas',
    kind: 'scheduled',
    slot: '2026-11-23T15:00:00Z',
    as_of: '2026-11-23T15:00:00Z',
    date: today,
    state: 'finished',
    token: 1,
    attempt: 1,
    revision: 1,
    rules_hash: pack.hash,
    engine_hash: 'engine',
    before_date: yesterday,
    before_rules: [pack.hash],
    trend_dates: {},
    sources: [
      { table: 'usage_daily', state: 'provided', complete_through: yesterday },
      { table: 'surveys', state: 'missing', complete_through: null },
    ],
    group_ages: { usage: 1 },
    accounts: 4,
    shards: 1,
    counts: null,
    equal_rows_published: true,
    changed: 3,
    started_at: '2026-11-23T15:00:00.000Z',
    reached: { finished: '2026-11-23T15:00:12.000Z' },
    progressed_at: '2026-11-23T15:00:12.000Z',
    failure: null,
    ...change,
  };
}

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
const crm: Crm = { resolve: noCrm, update: noCrm, read: noCrm, describe: noCrm, usage: noCrm };

export type AnyQuery = Pick<Query<unknown>, 'where' | 'orderBy'> & { collection: { path: string } };

/** Notes every query on its way. */
function watched(snapshots: Snapshots, queries: AnyQuery[]): Snapshots {
  return {
    get: (of) => snapshots.get(of),
    getAll: (of) => snapshots.getAll(of),
    create: (of, data) => snapshots.create(of, data),
    set: (of, data, options) => snapshots.set(of, data, options),
    delete: (of) => snapshots.delete(of),
    transaction: (work) => snapshots.transaction(work),
    query: (query) => {
      queries.push(query);
      return snapshots.query(query);
    },
    count: (query) => {
      queries.push(query);
      return snapshots.count(query);
    },
  };
}

export interface TestApi {
  url: string;
  runtime: Runtime;
  queries: AnyQuery[];
  announced: AccountsChangedMessage[];
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
    });
  }
  const queries: AnyQuery[] = [];
  const announced: AccountsChangedMessage[] = [];
  const logged: LogEntry[] = [];
  const clock = virtualClock(now);
  const runtime: Runtime = {
    warehouse,
    snapshots: watched(stored, queries),
    bus: {
      publish: async (_queue, messages) => {
        for (const { body } of messages) if ('accounts' in body) announced.push(body);
      },
      deadLetters: async () => [],
      replay: async () => undefined,
    },
    crm,
    clock,
    log: createLog((entry) => logged.push(entry), clock),
    pack,
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
    announced,
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
