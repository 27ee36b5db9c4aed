/** The query that freezes a run's inputs, and what is found out about the tables before it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { code, hasCode, messageOf } from '../../../functions/errors.ts';
import { examineSources, nothingFound } from '../../../functions/inputs/examine-sources.ts';
import { type RunInputsRequest, runInputsQuery } from '../../../functions/inputs/run-inputs.ts';
import { findSources, groupAges, sourceStates } from '../../../functions/inputs/sources.ts';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import { quotedTable } from '../../../functions/local/googlesql/duckdb-text.ts';
import { columnDefinitions } from '../../../functions/local/warehouse/types.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import type { ColumnType, Row } from '../../../functions/ports/warehouse.ts';
import {
  type SourceTable,
  sourceTable,
} from '../../../functions/scorecard/language/pack/catalogue.ts';
import type { PackGroup } from '../../../functions/scorecard/language/pack/pack.ts';

const label = { en: 'x', ja: 'x' };
const table = (values: Record<string, unknown>): SourceTable => {
  const columns = (values.columns as Record<string, unknown>[]).map((column) => ({
    description: 'x',
    ...column,
  }));
  return sourceTable.parse({ description: 'x', ...values, columns });
};
const sources = new Map(
  [
    table({
      table: 'accounts',
      unique: ['account_id'],
      kind: 'dimension',
      validity: { from: 'valid_from', to: 'valid_to' },
      columns: [
        { name: 'account_id', type: 'STRING', required: true },
        { name: 'plan', type: 'STRING', values: ['free', 'paid'] },
        { name: 'mrr', type: 'NUMERIC', minimum: 0 },
        { name: 'valid_from', type: 'TIMESTAMP' },
        { name: 'valid_to', type: 'TIMESTAMP' },
      ],
    }),
    table({
      table: 'visits',
      kind: 'events',
      event_time: 'visited_at',
      loaded_at: 'loaded_at',
      freshness: 'event_time',
      columns: [
        { name: 'account_id', type: 'STRING', required: true },
        { name: 'visited_at', type: 'TIMESTAMP', required: true },
        { name: 'pages', type: 'INT64', minimum: 0 },
        { name: 'device', type: 'STRING' },
        { name: 'loaded_at', type: 'TIMESTAMP' },
      ],
    }),
    table({
      table: 'orders',
      kind: 'events',
      event_time: 'ordered_on',
      freshness: 'event_time',
      columns: [
        { name: 'account_id', type: 'STRING', required: true },
        { name: 'ordered_on', type: 'DATE', required: true },
        { name: 'amount', type: 'NUMERIC' },
      ],
    }),
    table({
      table: 'calls',
      kind: 'events',
      event_time: 'called_on',
      freshness: 'none',
      columns: [
        { name: 'account_id', type: 'STRING', required: true },
        { name: 'called_on', type: 'DATE', required: true },
      ],
    }),
  ].map((one) => [one.table, one]),
);

type MetricParts = Partial<PackGroup['metrics'][number]> & { id: string };
const group = (name: string, from: string[], metrics: MetricParts[], sql: string): PackGroup => ({
  group: name,
  sources: from,
  metrics: metrics.map((metric) => ({
    type: 'int',
    direction: 'higher',
    nullable: true,
    label,
    description: label,
    ...metric,
  })),
  sql,
  file: `${name}.yaml`,
  sqlFile: `${name}.sql`,
});
const visits = group(
  'visits',
  ['visits'],
  [{ id: 'visits_7d', default: 0 }, { id: 'last_visit_age' }, { id: 'devices' }],
  `-- @date in a comment stays
   SELECT account_id,
     COUNT(CASE WHEN local_date > DATE_SUB(@date, INTERVAL 7 DAY) THEN 1 END) AS visits_7d,
     DATE_DIFF(@date, MAX(local_date), DAY) AS last_visit_age,
     COUNT(DISTINCT device) AS devices
   FROM visits WHERE visited_at < @as_of GROUP BY account_id;`,
);
const orders = group(
  'orders',
  ['orders', 'accounts'],
  [
    { id: 'spend', type: 'float' },
    { id: 'paying', type: 'bool', default: 0 },
    { id: 'tier', type: 'enum', values: ['low', 'high'] },
  ],
  `WITH totals AS (SELECT account_id, SUM(amount) AS total FROM orders GROUP BY account_id)
   SELECT accounts.account_id AS account_id, total AS spend, accounts.plan = 'paid' AS paying,
     CASE WHEN total > 10 THEN 'high' WHEN total > 0 THEN 'low' END AS tier
   FROM accounts JOIN totals ON totals.account_id = accounts.account_id`,
);
const calls = group(
  'calls',
  ['calls'],
  [{ id: 'calls_total' }],
  'SELECT account_id, COUNT(*) AS calls_total FROM calls GROUP BY account_id',
);
const pack = {
  zone: 'Asia/Tokyo',
  tolerance: { accounts: 3, share: 0.005 },
  sources,
  tables: new Map([
    ['visits', { table: 'my visits', columns: new Map([['pages', 'Page Views']]) }],
  ]),
  groups: [visits, orders, calls],
  accountColumns: [
    { name: 'plan', type: 'STRING' as const, required: false },
    { name: 'mrr', type: 'NUMERIC' as const, required: false },
  ],
  scores: [{ id: 'health' }],
};
/** The end of March 31 in Tokyo. */
const instant = { asOf: '2024-03-31T15:00:00Z', date: '2024-03-31' };

let warehouse: DuckDbWarehouse;
beforeEach(async () => {
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
});
afterEach(() => warehouse.close());

/** A table of the team's: columns as `name TYPE`, rows as SQL. */
async function provide(
  name: string | string[],
  columns: Record<string, ColumnType>,
  ...rows: string[]
) {
  await warehouse.transaction(async (connection) => {
    const path = typeof name === 'string' ? ['source', name] : name;
    const target = quotedTable(path);
    await connection.run(`CREATE SCHEMA IF NOT EXISTS "${path.slice(0, -1).join('.')}"`);
    const definitions = Object.entries(columns).map(([column, type]) => ({ name: column, type }));
    await connection.run(`CREATE OR REPLACE TABLE ${target} (${columnDefinitions(definitions)})`);
    if (rows.length > 0) await connection.run(`INSERT INTO ${target} VALUES ${rows.join(', ')}`);
  });
}
const accountColumns = {
  account_id: 'STRING',
  plan: 'STRING',
  mrr: 'NUMERIC',
  valid_from: 'TIMESTAMP',
  valid_to: 'TIMESTAMP',
} as const;
const provideAccounts = (...rows: string[]) => provide('accounts', accountColumns, ...rows);
const visitColumns = {
  account_id: 'STRING',
  visited_at: 'TIMESTAMP',
  'Page Views': 'INT64',
  loaded_at: 'TIMESTAMP',
} as const;
const provideVisits = (...rows: string[]) => provide('my visits', visitColumns, ...rows);
const provideOrders = (...rows: string[]) =>
  provide('orders', { account_id: 'STRING', ordered_on: 'DATE', amount: 'NUMERIC' }, ...rows);
const provideCalls = (...rows: string[]) =>
  provide('calls', { account_id: 'STRING', called_on: 'DATE' }, ...rows);

const fresh = new Map([
  ['visits', 0],
  ['orders', 0],
  ['calls', 0],
]);
let job = 0;
async function inputs(rest: Partial<RunInputsRequest> = {}): Promise<Row[]> {
  const query = runInputsQuery({
    pack,
    sources: await findSources(warehouse, pack),
    ...instant,
    groupAges: fresh,
    beforeDate: null,
    trendDates: {},
    ...rest,
  });
  const id = `job-${job++}`;
  await warehouse.materialize({ id, ...query, table: 'run_inputs', cluster: ['account_id'] });
  return warehouse.query('SELECT * FROM run_inputs ORDER BY account_id');
}
const pickOf = (rows: Row[], ...names: string[]) =>
  rows.map((row) => names.map((name) => row[name]));

describe('run inputs', () => {
  it('see accounts as they were valid at the instant', async () => {
    await provideAccounts(
      "('a', 'free', 1, NULL, '2024-03-01T00:00:00Z')",
      "('a', 'paid', 2, '2024-03-01T00:00:00Z', '2024-03-31T15:00:00Z')",
      "('a', 'free', 3, '2024-03-31T15:00:00Z', NULL)",
      "('later', 'free', 3, '2024-03-31T15:00:00Z', NULL)",
      "('gone', 'free', 3, NULL, '2024-03-31T14:59:59Z')",
    );
    const rows = await inputs();
    expect(pickOf(rows, 'account_id', 'present', 'account_plan', 'account_mrr')).toEqual([
      ['a', true, 'paid', 2],
    ]);
  });

  it('see events before the instant that had arrived by then, by local days', async () => {
    await provideAccounts("('a', 'free', 1, NULL, NULL)", "('b', 'free', 1, NULL, NULL)");
    await provideVisits(
      "('a', '2024-03-31T14:59:59Z', 1, NULL)",
      "('a', '2024-03-31T15:00:00Z', 1, NULL)",
      "('a', '2024-03-24T15:00:00Z', 1, '2024-03-31T14:00:00Z')",
      "('a', '2024-03-24T14:59:59Z', 1, NULL)",
      "('a', '2024-03-31T10:00:00Z', 1, '2024-03-31T15:00:00Z')",
    );
    const rows = await inputs();
    expect(pickOf(rows, 'account_id', 'visits_7d', 'last_visit_age', 'devices')).toEqual([
      ['a', 2, 0, 0],
      ['b', 0, null, null],
    ]);
  });

  it('see a late group as of its last complete day, with what has arrived since', async () => {
    await provideAccounts("('a', 'free', 1, NULL, NULL)");
    await provideVisits(
      "('a', '2024-03-29T14:59:59Z', 1, '2024-03-31T10:00:00Z')",
      "('a', '2024-03-29T15:00:00Z', 1, NULL)",
    );
    const rows = await inputs({ groupAges: new Map([...fresh, ['visits', 2]]) });
    expect(pickOf(rows, 'visits_7d', 'last_visit_age')).toEqual([[1, 0]]);
  });

  it('give NULL, not the default, for groups whose tables are not there', async () => {
    await provideAccounts("('a', 'free', 1, NULL, NULL)");
    const rows = await inputs();
    expect(pickOf(rows, 'visits_7d', 'spend', 'paying', 'tier', 'calls_total')).toEqual([
      [null, null, null, null, null],
    ]);
    const types = new Map(
      (await warehouse.describe('run_inputs'))?.columns.map((c) => [c.name, c.type]),
    );
    expect(['visits_7d', 'spend', 'paying', 'tier'].map((name) => types.get(name))).toEqual([
      'INT64',
      'FLOAT64',
      'BOOL',
      'STRING',
    ]);
  });

  it('give defaults and types of the catalogue where the tables are there', async () => {
    await provideAccounts("('a', 'paid', 1, NULL, NULL)", "('b', 'paid', 1, NULL, NULL)");
    await provideOrders("('a', '2024-03-31', 10.5)", "('a', '2024-04-01', 99)");
    const rows = await inputs();
    expect(pickOf(rows, 'account_id', 'spend', 'paying', 'tier')).toEqual([
      ['a', 10.5, true, 'high'],
      ['b', null, false, null],
    ]);
  });

  it('stand beside the results before, and keep who is gone, once', async () => {
    for (const [name, schema] of readTableSchemas('sql/tables')) {
      await warehouse.createTable(name, schema);
    }
    await warehouse.transaction(async (connection) => {
      await connection.run(
        `INSERT INTO score_history (date, account_id, score, state, band, points, contributions, inputs, rules_hash, engine_hash, input_hash, result_hash) VALUES
         ('2024-03-30', 'a', 'health', 'scored', 'green', 7500, [7500, -1], [1.5], 'r', 'e', 1, 11),
         ('2024-03-30', 'gone', 'health', 'scored', 'red', 100, [], [], 'r', 'e', 1, 12),
         ('2024-03-30', 'long gone', 'health', 'absent', NULL, NULL, [], [], 'r', 'e', 1, 13),
         ('2024-03-30', 'a', 'other', 'scored', 'red', 1, [], [], 'r', 'e', 1, 14),
         ('2024-03-03', 'a', 'health', 'scored', 'red', 2500, [], [], 'r', 'e', 1, 15)`,
      );
    });
    await provideAccounts("('a', 'free', 1, NULL, NULL)", "('new', 'free', 1, NULL, NULL)");
    const rows = await inputs({ beforeDate: '2024-03-30', trendDates: { health: '2024-03-03' } });
    expect(
      pickOf(
        rows,
        'account_id',
        'present',
        'account_plan',
        'before_health_state',
        'before_health_points',
        'before_health_contributions',
        'before_health_result_hash',
        'trend_health_points',
      ),
    ).toEqual([
      ['a', true, 'free', 'scored', 7500, [7500, -1], 11, 2500],
      ['gone', false, null, 'scored', 100, [], 12, null],
      ['new', true, 'free', null, null, null, null, null],
    ]);
  });
});

describe('tables in other datasets', () => {
  it('are read where the pack says they are, in another project too', async () => {
    await provideAccounts("('a', 'free', 1, NULL, NULL)");
    await provide(['crm', 'visits'], visitColumns, "('a', '2024-03-31T00:00:00Z', 1, NULL)");
    await provide(
      ['other-project', 'shop', 'orders'],
      { account_id: 'STRING', ordered_on: 'DATE', amount: 'NUMERIC' },
      "('a', '2024-03-31', 12)",
    );
    const elsewhere = {
      ...pack,
      tables: new Map([
        ['visits', { table: 'crm.visits', columns: new Map([['pages', 'Page Views']]) }],
        ['orders', { table: 'other-project.shop.orders', columns: new Map<string, string>() }],
      ]),
    };
    const found = await findSources(warehouse, elsewhere);
    await examineSources(warehouse, elsewhere, found, instant);
    const rows = await inputs({ pack: elsewhere, sources: found });
    expect(pickOf(rows, 'account_id', 'visits_7d', 'spend')).toEqual([['a', 1, 12]]);
  });
});

describe('source states', () => {
  const states = async (at = instant) => {
    const found = await findSources(warehouse, pack);
    const list = await sourceStates(warehouse, pack, found, at);
    return Object.fromEntries(list.map((state) => [state.table, state.complete_through]));
  };

  it('are complete to the newest day of a DATE, and to the day before an instant’s that stopped', async () => {
    await provideAccounts("('a', 'free', 1, NULL, NULL)");
    await provideOrders("('a', '2024-03-29', 1)", "('a', '2024-04-09', 1)");
    await provideVisits(
      "('a', '2024-03-29T16:00:00Z', 1, NULL)",
      "('a', '2024-04-09T16:00:00Z', 1, NULL)",
    );
    await provideCalls("('a', '2020-01-01')");
    expect(await states()).toEqual({
      accounts: '2024-03-31',
      orders: '2024-03-29',
      // 2024-03-30 in Tokyo, somewhere within which the feed stopped.
      visits: '2024-03-29',
      calls: '2024-03-31',
    });
  });

  it('are complete to the date where instants reach it', async () => {
    await provideAccounts("('a', 'free', 1, NULL, NULL)");
    await provideVisits("('a', '2024-03-31T00:00:00Z', 1, NULL)");
    expect((await states()).visits).toBe('2024-03-31');
    // Rows that arrived later were not there.
    await provideVisits("('a', '2024-03-31T00:00:00Z', 1, '2024-03-31T15:00:00Z')");
    expect((await states()).visits).toBeNull();
  });

  it('tell missing tables from empty ones', async () => {
    await provideAccounts();
    await provideCalls();
    const found = await findSources(warehouse, pack);
    expect(await sourceStates(warehouse, pack, found, instant)).toEqual([
      { table: 'accounts', state: 'provided', complete_through: null, rows: 0, matching: 0 },
      { table: 'calls', state: 'provided', complete_through: null, rows: 0, matching: 0 },
      { table: 'orders', state: 'missing', complete_through: null, rows: 0, matching: 0 },
      { table: 'visits', state: 'missing', complete_through: null, rows: 0, matching: 0 },
    ]);
  });

  it('give each group the age of its oldest table', () => {
    const at = (tableName: string, complete: string | null) => ({
      table: tableName,
      state: 'provided' as const,
      complete_through: complete,
    });
    expect(
      groupAges(
        pack,
        [
          at('accounts', '2024-03-30'),
          at('orders', '2024-02-29'),
          at('visits', '2024-03-31'),
          at('calls', null),
        ],
        '2024-03-31',
      ),
    ).toEqual({ visits: 0, orders: 31, calls: null });
  });
});

describe('what is examined before a run', () => {
  const examine = async () =>
    examineSources(warehouse, pack, await findSources(warehouse, pack), {
      ...instant,
      today: '2024-05-01',
    });

  it('finds nothing wrong with good tables, and minds no rows that are not visible yet', async () => {
    await provideAccounts(
      "('a', 'free', 1, NULL, NULL)",
      "('a', 'no plan', -1, '2024-03-31T15:00:00Z', NULL)",
    );
    await provideOrders("('a', '2024-03-29', 1)", "(NULL, '2024-04-09', 1)");
    expect(await examine()).toMatchObject({ found: nothingFound });
  });

  it.each<[string, () => Promise<void>, string]>([
    ['no accounts table', async () => {}, 'There is no table accounts; it is the only one'],
    [
      'no valid account',
      () => provideAccounts("('a', 'free', 1, '2024-04-01T00:00:00Z', NULL)"),
      'The table accounts has no row that is valid at 2024-03-31T15:00:00Z; there is nothing to score.',
    ],
    [
      'no id column',
      () => provide('accounts', { id: 'STRING' }, "('a')"),
      'The table accounts has no column account_id; add it, or name yours in pack.yaml under tables.accounts.columns.account_id.',
    ],
    [
      'no id in any row',
      () => provideAccounts("('', 'free', 1, NULL, NULL)", "(NULL, 'free', 1, NULL, NULL)"),
      'The table accounts has no row that is valid at',
    ],
    [
      'more bad accounts than are tolerated',
      () =>
        provideAccounts(...['a', 'b', 'c', 'd'].map((id) => `('${id}', 'gold', 1, NULL, NULL)`)),
      "4 accounts have rows that cannot be scored, and the pack tolerates 3. Of account a: accounts.plan is 'gold'; allowed are free, paid.",
    ],
    [
      'a required column that is missing',
      async () => {
        await provideAccounts("('a', 'free', 1, NULL, NULL)");
        await provide('calls', { account_id: 'STRING' });
      },
      'The table calls has no column called_on; add it, or name yours',
    ],
  ])('tells %s', async (_, given, sentence) => {
    await given();
    const error = await examine().catch((thrown: unknown) => thrown);
    expect(messageOf(error)).toContain(sentence);
    expect(messageOf(error)).toMatch(/^[^\n]+\.$/);
    expect(hasCode(error, code.invalidData)).toBe(true);
  });

  it.each<[string, () => Promise<void>, string[]]>([
    [
      'an account twice',
      () => provideAccounts("('a', 'free', 1, NULL, NULL)", "('a\u00a0', 'paid', 1, NULL, NULL)"),
      ["accounts.account_id is 'a' in rows that differ; nothing says which one is right."],
    ],
    [
      'a text that is not allowed',
      () => provideAccounts("('a', 'gold', 1, NULL, NULL)"),
      ["accounts.plan is 'gold'; allowed are free, paid."],
    ],
    [
      'a value that is too small',
      () => provideAccounts("('a', 'free', -1.5, NULL, NULL)"),
      ["accounts.mrr is '-1.5'; the smallest value allowed is 0."],
    ],
    [
      'a text that is no number',
      () =>
        provide(
          'accounts',
          { account_id: 'STRING', mrr: 'STRING' },
          "(' a ', ' 12.5 ')",
          "('b', '¥12')",
        ),
      ["accounts.mrr is '¥12'; STRING that holds NUMERIC is expected."],
    ],
    [
      'no number',
      () => provide('accounts', { account_id: 'STRING', mrr: 'FLOAT64' }, "('a', 'nan')"),
      ['accounts.mrr cannot be read as NUMERIC; FLOAT64 that holds NUMERIC is expected.'],
    ],
    [
      'an event without its day, by the team’s own name',
      async () => {
        await provideAccounts("('a', 'free', 1, NULL, NULL)");
        await provideVisits("('a', NULL, 1, NULL)");
      },
      ['visits.visited_at (your my visits.visited_at) is empty; every row needs a value.'],
    ],
    [
      'a day to come',
      async () => {
        await provideAccounts("('a', 'free', 1, NULL, NULL)");
        await provideOrders("('a', '2024-03-29', 1)", "('a', '2062-03-29', 1)");
      },
      ['orders.ordered_on is 2062-03-29, a day to come; correct or remove the row.'],
    ],
  ])('sets the account aside for %s', async (_, given, reasons) => {
    await given();
    const { found, faults, sources: examined } = await examine();
    expect(found.set_aside.examples.map(({ reason }) => reason)).toEqual(reasons);
    expect(found.set_aside.count).toBe(reasons.length);
    const rows = await inputs({ faults, sources: examined });
    expect(rows.map(({ fault }) => fault).filter((fault) => fault !== null)).toEqual(reasons);
  });

  it('leaves rows without an account out, and counts them', async () => {
    await provideAccounts(
      "('a', 'free', 1, NULL, NULL)",
      "(NULL, 'free', 1, NULL, NULL)",
      "(' ', 'free', 1, NULL, NULL)",
      `('${'é'.repeat(751)}', 'free', 1, NULL, NULL)`,
    );
    await provideVisits("(NULL, '2024-03-01T00:00:00Z', 1, NULL)");
    const {
      found: { notes },
      faults,
    } = await examine();
    expect(notes).toEqual([
      'accounts.account_id is empty or longer than 1,500 bytes in 3 rows; they count for nobody.',
      'visits.account_id (your my visits.account_id) is empty or longer than 1,500 bytes in 1 row; they count for nobody.',
    ]);
    expect(pickOf(await inputs({ faults }), 'account_id')).toEqual([['a']]);
  });

  it.each([
    ['A-1', 'Ａ－１'],
    ['A-1', 'a-1'],
    ['00123', '123'],
    ['C00008', 'C8'],
    ['A-1', 'A\u200b-1'],
    ['123456789012', '1.23E+11'],
    ['123556789012', '1.24E+11'],
  ])('case 17: names ids that almost match: %s and %s', async (account, given) => {
    await provideAccounts(`('${account}', 'free', 1, NULL, NULL)`);
    await provideOrders(`('${given}', '2024-03-29', 1)`, `('${given}', '2024-03-30', 1)`);
    expect((await examine()).found.notes).toEqual([
      `orders.account_id is '${given}', and accounts has '${account}': 2 rows of 1 such id count for nobody; write both alike.`,
    ]);
  });

  it('case 17: takes blanks around ids away, in every table', async () => {
    await provideAccounts("('A-1\u00a0', 'free', 1, NULL, NULL)");
    await provideOrders("('\u3000A-1', '2024-03-29', 1)", "('A-1\u200b', '2024-03-30', 1)");
    const {
      found: { notes },
    } = await examine();
    expect(notes).toEqual([]);
    expect(pickOf(await inputs(), 'account_id', 'spend')).toEqual([['A-1', 2]]);
  });
});
