/** The reporting views on the twin, as people see them, and what BigQuery asks of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import {
  createViews,
  placeView,
  readViews,
} from '../../../functions/local/warehouse/reporting-views.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import type { Row } from '../../../functions/ports/warehouse.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { unboundedTables } from '../../support/sql/partition-filters.ts';

const root = repositoryRoot();
const folder = join(root, 'sql', 'views');
const views = readViews(folder);
const tables = readTableSchemas(join(root, 'sql', 'tables'));
const partitions = new Map(
  [...tables].flatMap(([name, { partition }]) => (partition ? [[name, partition] as const] : [])),
);

const monday = '2026-03-02';
const tuesday = '2026-03-03';

/** What differs from an ordinary row of an account that scored 80 of 100. */
type Result = Record<string, string | number | boolean | null>;
const ordinary: Result = {
  score: 'health',
  state: 'scored',
  phase: 'use',
  scorecard: 'use',
  version: '1.0.0',
  band: 'green',
  points: 8000,
  earned: 8000,
  available: 10_000,
  confidence: 1,
  waiting_for_data: false,
  held_by_hysteresis: false,
  missing: '',
  rules_hash: 'r',
  engine_hash: 'e',
  input_hash: 1,
  result_hash: 1,
};
const since = (band: string | null, points: number | null): Result => ({
  before_date: monday,
  before_band: band,
  before_points: points,
});
const gone: Result = { phase: null, scorecard: null, version: null, band: null, points: null };

const history: Result[] = [
  { date: monday, account_id: 'a', band: 'green', points: 8000 },
  { date: monday, account_id: 'b', band: 'yellow', points: 5000, confidence: 0.4, missing: '0,2' },
  { date: monday, account_id: 'c', ...gone },
  { date: monday, account_id: 'd' },
  // Unchanged.
  { date: tuesday, account_id: 'a', ...since('green', 8000) },
  {
    date: tuesday,
    account_id: 'b',
    ...since('yellow', 5000),
    band: 'red',
    points: 1234,
    change_rules: -1,
    change_data: 100,
    change_behaviour: -3865,
    missing: '3',
    confidence: 0.6,
    trend: 'falling',
  },
  { date: tuesday, account_id: 'c', ...since(null, null), band: 'unknown', points: 100 },
  { date: tuesday, account_id: 'd', ...since('green', 8000), ...gone, state: 'absent' },
  { date: tuesday, account_id: '狐 🦊' },
  {
    date: tuesday,
    account_id: 'e',
    ...since('green', 7000),
    state: 'error',
    reason: 'an id is too long',
    points: 7000,
    waiting_for_data: true,
  },
];

const attempt = (account: string, at: string, outcome: string, more: Result = {}): Result => ({
  date: at.slice(0, 10),
  at,
  account_id: account,
  run: 'tiny-2026-03-02',
  outcome,
  content_hash: 'h',
  ...more,
});
const refused = { code: 'STRING_TOO_LONG', reason: 'Kenko_Reasons__c holds 255 characters.' };
const syncs: Result[] = [
  attempt('a', '2026-03-02T18:00:00.000Z', 'parked', refused),
  attempt('a', '2026-03-03T18:00:00.500Z', 'synced'),
  attempt('b', '2026-03-02T18:00:00.000Z', 'synced'),
  attempt('b', '2026-03-03T18:00:00.250Z', 'parked', refused),
  // The log may repeat a row.
  attempt('b', '2026-03-03T18:00:00.250Z', 'parked', refused),
  attempt('c', '2026-03-03T18:00:00.000Z', 'pending', { code: 'unavailable', reason: 'later' }),
];

const literal = (value: Result[string]): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

async function insert(warehouse: DuckDbWarehouse, table: string, rows: Result[]): Promise<void> {
  await warehouse.transaction(async (connection) => {
    for (const row of rows) {
      await connection.run(
        `INSERT INTO ${table} (${Object.keys(row).map((name) => `"${name}"`)}) VALUES (${Object.values(row).map(literal)})`,
      );
    }
  });
}

describe('reporting views', () => {
  let warehouse: DuckDbWarehouse;
  beforeAll(async () => {
    warehouse = await openDuckDbWarehouse({ path: ':memory:' });
    for (const [name, schema] of tables) await warehouse.createTable(name, schema);
    await createViews(warehouse, folder);
    await insert(
      warehouse,
      'score_history',
      history.map((row) => ({ ...ordinary, ...row })),
    );
    await insert(warehouse, 'sync_log', syncs);
  });
  afterAll(() => warehouse.close());

  const rows = (view: string, order: string): Promise<Row[]> =>
    warehouse.query(`SELECT * FROM ${view} ORDER BY ${order}`);

  it('latest_scores has the newest date, in points, without who left', async () => {
    const latest = await rows('latest_scores', 'account_id');
    expect(
      latest.map(({ date, account_id, points, state }) => [date, account_id, points, state]),
    ).toEqual([
      [tuesday, 'a', 80, 'scored'],
      [tuesday, 'b', 12.34, 'scored'],
      [tuesday, 'c', 1, 'scored'],
      [tuesday, 'e', 70, 'error'],
      [tuesday, '狐 🦊', 80, 'scored'],
    ]);
    expect(latest[1]).toMatchObject({ change: -37.66, change_data: 1, before_band: 'yellow' });
  });

  it('score_changes has what changed, and the parts sum to it', async () => {
    const changes = await rows('score_changes', 'account_id');
    expect(changes).toMatchObject([
      {
        account_id: 'b',
        before_band: 'yellow',
        band: 'red',
        band_changed: true,
        before_points: 50,
        points: 12.34,
        change: -37.66,
        change_rules: -0.01,
        change_data: 1,
        change_behaviour: -38.65,
      },
      { account_id: 'c', before_band: null, band: 'unknown', band_changed: true, change: null },
    ]);
  });

  it('band_movements counts who went where', async () => {
    expect(await rows('band_movements', 'date, from_band, to_band')).toEqual(
      [
        [monday, 'new', 'green', 2],
        [monday, 'new', 'unscored', 1],
        [monday, 'new', 'yellow', 1],
        [tuesday, 'green', 'absent', 1],
        [tuesday, 'new', 'green', 1],
        [tuesday, 'unscored', 'unknown', 1],
        [tuesday, 'yellow', 'red', 1],
      ].map(([date, from_band, to_band, accounts]) => ({
        date,
        score: 'health',
        from_band,
        to_band,
        accounts,
      })),
    );
  });

  it('portfolio_daily has every account once a day, with sums to group further', async () => {
    const days = await rows('portfolio_daily', 'date, band');
    expect(days.filter(({ date }) => date === tuesday)).toMatchObject([
      { band: 'green', accounts: 3, points_sum: 230, points_mean: 230 / 3, falling: 0 },
      { band: 'red', accounts: 1, points_sum: 12.34, falling: 1 },
      { band: 'unknown', accounts: 1, points_sum: 1 },
    ]);
    expect(days.filter(({ date }) => date === monday)).toMatchObject([
      { phase: 'use', band: 'green', accounts: 2 },
      { phase: null, band: 'unscored', accounts: 1, accounts_with_points: 0, points_mean: null },
      { phase: 'use', band: 'yellow', accounts: 1 },
    ]);
  });

  it('data_coverage tells confidence and what is missing', async () => {
    const days = await rows('data_coverage', 'date, scorecard');
    expect(days.filter(({ scorecard }) => scorecard === 'use')).toMatchObject([
      {
        date: monday,
        accounts: 3,
        confidence_mean: 2.4 / 3,
        confidence_lowest: 0.4,
        below_half: 1,
        with_missing_inputs: 1,
        missing_inputs: 2,
        not_scored: 0,
      },
      {
        date: tuesday,
        accounts: 5,
        confidence_mean: 4.6 / 5,
        below_half: 0,
        band_unknown: 1,
        waiting_for_data: 1,
        missing_inputs: 1,
        not_scored: 1,
      },
    ]);
  });

  it('parked_accounts has the latest word on each account, once', async () => {
    expect(await rows('parked_accounts', 'account_id')).toEqual([
      {
        account_id: 'b',
        parked_at: '2026-03-03T18:00:00.250Z',
        record_id: null,
        ...refused,
        run: 'tiny-2026-03-02',
        content_hash: 'h',
      },
    ]);
  });

  it('sync_daily counts accounts, not rows', async () => {
    expect(await rows('sync_daily', 'date, outcome')).toMatchObject([
      { date: monday, outcome: 'parked', code: 'STRING_TOO_LONG', accounts: 1 },
      { date: monday, outcome: 'synced', code: null, accounts: 1 },
      { date: tuesday, outcome: 'parked', accounts: 1, last_at: '2026-03-03T18:00:00.250Z' },
      { date: tuesday, outcome: 'pending', code: 'unavailable', accounts: 1 },
      { date: tuesday, outcome: 'synced', accounts: 1 },
    ]);
  });

  it('are there again when a state folder is opened once more, for any client of the file', async () => {
    const home = mkdtempSync(join(tmpdir(), 'kenko-views-'));
    try {
      for (let opening = 0; opening < 2; opening++) {
        const file = await openDuckDbWarehouse({ path: join(home, 'warehouse.duckdb') });
        for (const [name, schema] of tables) await file.createTable(name, schema);
        await createViews(file, folder);
        expect(await file.query('SELECT COUNT(*) AS n FROM latest_scores')).toEqual([{ n: 0 }]);
        await file.close();
      }
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe('a view that is none', () => {
  it('is refused by its file', async () => {
    const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
    const home = mkdtempSync(join(tmpdir(), 'kenko-views-'));
    try {
      writeFileSync(join(home, 'broken.sql'), 'SELECT seats FROM `$' + '{dataset}.nowhere`');
      await expect(createViews(warehouse, home)).rejects.toThrow(
        /^sql\/views\/broken\.sql: .*nowhere/,
      );
    } finally {
      rmSync(home, { recursive: true });
      await warehouse.close();
    }
  });
});

describe.each([...views])('%s', (name, sql) => {
  const placed = placeView(sql, { dataset: '', today: 'CURRENT_DATE()' });

  it('is one query that names its tables with their dataset and leaves nothing else open', () => {
    const named = [...sql.matchAll(/(?<!DISTINCT )\b(?:FROM|JOIN)\s+([^\s(]+)/g)].map(
      ([, table]) => table,
    );
    expect(named.length).toBeGreaterThan(0);
    for (const table of named) {
      expect(table).toMatch(/^`\$\{dataset\}\.\w+`$/);
      expect([...tables.keys()]).toContain(/\.(\w+)`$/.exec(String(table))?.[1]);
    }
    // Terraform's templates read these, too.
    expect(placed).not.toMatch(/[$%]\{/);
    expect(sql.trim()).not.toMatch(/;$/);
  });

  it('reads no partitioned table without bounding its days, as BigQuery asks', () => {
    expect(unboundedTables(placed, partitions)).toEqual([]);
    expect(sql).toMatch(/^-- \S/);
    expect(name).toMatch(/^[a-z_]+$/);
  });
});

describe('the check for bounded days would notice', () => {
  it.each([
    ['no condition', 'SELECT date FROM score_history'],
    [
      'a condition that may be passed by',
      "SELECT 1 FROM score_history WHERE date > '2026-01-01' OR score = 'x'",
    ],
    [
      'days of another query',
      'SELECT 1 FROM score_history WHERE date = (SELECT MAX(date) FROM other)',
    ],
    ['a day that a row decides', 'SELECT 1 FROM score_history WHERE date >= before_date'],
    ['no lower end', "SELECT 1 FROM score_history WHERE date < '2026-01-01'"],
    [
      'a subquery',
      "SELECT 1 FROM sync_log WHERE date = '2026-01-01' AND 1 IN (SELECT points FROM score_history)",
    ],
    ['a join', "SELECT 1 FROM sync_log JOIN score_history USING (date) WHERE sync_log.state = 'x'"],
  ])('%s', (_, sql) => {
    expect(unboundedTables(sql, new Map([['score_history', 'date']]))).toEqual(['score_history']);
  });
});
