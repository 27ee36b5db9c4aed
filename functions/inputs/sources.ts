/** What the team's tables hold at an instant: how far each reaches, and whether it can be scored. */
import { addDays, daysBetween } from '../calendar.ts';
import { code, Rejected } from '../errors.ts';
import { named, textLiteral } from '../ports/googlesql-text.ts';
import type { Parameter, Row, Warehouse } from '../ports/warehouse.ts';
import type { SourceState } from '../records/run-documents.ts';
import type { SourceColumn } from '../scorecard/language/pack/catalogue.ts';
import { lackingColumns, usedColumns } from './source-columns.ts';
import {
  type ProvidedSource,
  type SourcePack,
  type Sources,
  sourceQuery,
} from './sources-query.ts';

export { findSources, type Sources } from './sources-query.ts';

/** An instant (exclusive) and the local day that ends at it or contains it. */
export interface Instant {
  asOf: string;
  date: string;
}

const until = { asOf: 'as_of', date: 'date' };
const parametersOf = ({ asOf, date }: Instant): Record<string, Parameter> => ({
  as_of: { timestamp: asOf },
  date: { date },
});

/** The column that shows how far a table reaches; undefined where silence says nothing. */
function freshnessColumn({ contract, columns }: ProvidedSource): SourceColumn | undefined {
  const name =
    contract.freshness === 'none' ? undefined : (contract[contract.freshness] ?? undefined);
  if (name === undefined || !columns.has(name)) return undefined;
  return contract.columns.find((column) => column.name === name);
}

/**
 * The last complete day of each table, as far as it was known at the instant. Where silence is
 * normal it is the run's date. A DATE column is complete through its newest day. An instant on
 * the run's date means the feed runs, so that day counts; a feed that stopped earlier stopped
 * somewhere within its last day, so the day before that one is the last complete one.
 * An empty table has none.
 */
export async function sourceStates(
  warehouse: Warehouse,
  pack: SourcePack,
  sources: Sources,
  instant: Instant,
): Promise<SourceState[]> {
  const wanted = new Set(['accounts', ...pack.groups.flatMap((group) => group.sources)]);
  return Promise.all(
    [...wanted].sort().map(async (table): Promise<SourceState> => {
      const source = sources.get(table);
      if (!source) {
        return { table, state: 'missing', complete_through: null, rows: 0, matching: 0 };
      }
      const found = await lookAt(warehouse, source, accountsOf(sources), pack.zone, instant);
      return { table, state: 'provided', ...found };
    }),
  );
}

const accountsOf = (sources: Sources): ProvidedSource | undefined => sources.get('accounts');

/** How far a table reaches, its rows, and how many of them belong to an account. */
async function lookAt(
  warehouse: Warehouse,
  source: ProvidedSource,
  accounts: ProvidedSource | undefined,
  zone: string,
  instant: Instant,
): Promise<Pick<SourceState, 'complete_through' | 'rows' | 'matching'>> {
  const column = freshnessColumn(source);
  const newest =
    column === undefined
      ? 'CAST(NULL AS DATE)'
      : column.type === 'DATE'
        ? `MAX(known.${named(column.name)})`
        : `DATE(MAX(known.${named(column.name)}), '${zone}')`;
  const matched = accounts !== undefined && accounts !== source && source.columns.has('account_id');
  const only = new Set([...(matched ? ['account_id'] : []), column?.name ?? 'account_id']);
  const ids = { zone, until, only: new Set(['account_id']) };
  const [row] = await warehouse.query(
    [
      `SELECT COUNT(*) AS row_count, ${newest} AS newest, ${matched ? 'COUNT(valid.account_id)' : 'COUNT(*)'} AS matching`,
      `FROM (${sourceQuery(source, { zone, until, only })}) AS known`,
      ...(matched
        ? [
            `LEFT JOIN (SELECT DISTINCT account_id FROM (${sourceQuery(accounts, ids)}) AS accounts_now) AS valid`,
            'ON valid.account_id = known.account_id',
          ]
        : []),
    ].join('\n'),
    parametersOf(instant),
  );
  const rows = Number(row?.row_count ?? 0);
  const matching = Number(row?.matching ?? 0);
  return { complete_through: completeThrough(), rows, matching };

  function completeThrough(): string | null {
    if (rows === 0) return null;
    if (column === undefined) return instant.date;
    if (typeof row?.newest !== 'string') return null;
    if (row.newest >= instant.date) return instant.date;
    return column.type === 'DATE' ? row.newest : addDays(row.newest, -1);
  }
}

/**
 * Days between each group's last complete day, the earliest of its tables', and the date;
 * null where one of its tables is missing or empty.
 */
export function groupAges(
  pack: Pick<SourcePack, 'groups'>,
  states: readonly Pick<SourceState, 'table' | 'complete_through'>[],
  date: string,
): Record<string, number | null> {
  const complete = new Map(states.map((state) => [state.table, state.complete_through]));
  return Object.fromEntries(
    pack.groups.map((group) => {
      const ages = group.sources.map((source) => {
        const day = complete.get(source) ?? null;
        return day === null ? null : Math.max(0, daysBetween(day, date));
      });
      return [
        group.group,
        ages.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0),
      ];
    }),
  );
}

const invalid = (sentence: string): Rejected => new Rejected(code.invalidData, sentence);

/** `purchases.amount`, with the team's own name where it differs. */
function shown(source: ProvidedSource, column: string): string {
  const own = source.columns.get(column)?.name ?? column;
  const contract = `${source.contract.table}.${column}`;
  const theirs = `${source.table}.${own}`;
  return theirs === contract ? contract : `${contract} (your ${theirs})`;
}

/** A condition that no row may meet, and the sentence for those that do. */
interface Check {
  condition: string;
  /** Expression of an example, as text or number. */
  example: string;
  sentence: (count: number, example: Row[string]) => string;
}

const rows = (count: number): string => (count === 1 ? '1 row' : `${count} rows`);

function checksOf(
  source: ProvidedSource,
  used: ReadonlySet<string>,
): {
  checks: Check[];
  raw: Map<string, string>;
} {
  const checks: Check[] = [];
  const raw = new Map<string, string>();
  for (const column of source.contract.columns) {
    const own = source.columns.get(column.name);
    if (!own || !used.has(column.name)) continue;
    const where = shown(source, column.name);
    const name = named(column.name);
    if (column.required) {
      const empty =
        column.type === 'STRING' ? `(${name} IS NULL OR ${name} = '')` : `${name} IS NULL`;
      checks.push({
        condition: empty,
        example: 'CAST(NULL AS INT64)',
        sentence: (count) => `${where} is empty in ${rows(count)}; every row needs a value.`,
      });
    }
    if (column.name === 'account_id') {
      checks.push({
        condition: `BYTE_LENGTH(${name}) > 1500`,
        example: name,
        sentence: (count, id) =>
          `${where} is longer than 1,500 bytes in ${rows(count)}, one of which begins '${String(id).slice(0, 40)}'; ids have at most 1,500 bytes.`,
      });
    }
    let value = name;
    if (own.type === 'FLOAT64') {
      value = named(`raw_${column.name}`);
      raw.set(`raw_${column.name}`, named(own.name));
      checks.push({
        condition: `(IS_NAN(${value}) OR IS_INF(${value}))`,
        example: 'CAST(NULL AS INT64)',
        sentence: (count) =>
          `${where} is not a finite number in ${rows(count)}; NaN and infinity cannot be scored.`,
      });
    }
    if (column.minimum !== undefined) {
      const { minimum } = column;
      checks.push({
        condition: `${value} < ${minimum}`,
        example: value,
        sentence: (count, found) =>
          `${where} is below ${minimum} in ${rows(count)}, such as ${found}; the smallest value allowed is ${minimum}.`,
      });
    }
    if (column.values !== undefined) {
      const { values } = column;
      const list = values.map(textLiteral).join(', ');
      checks.push({
        condition: `${name} NOT IN (${list})`,
        example: name,
        sentence: (count, found) =>
          `${where} is '${found}' in ${rows(count)}${count > 1 ? ' or other such values' : ''}; allowed are ${values.join(', ')}.`,
      });
    }
  }
  return { checks, raw };
}

function checkColumns(source: ProvidedSource, used: ReadonlySet<string>, pack: SourcePack): void {
  const [first] = lackingColumns(source, used, pack).filter(({ required }) => required);
  if (first) throw invalid(first.sentence);
}

/**
 * Checks that what was known at the instant can be scored: one query per table, of the columns
 * that the pack reads.
 * @throws Rejected `invalid-data` with one sentence about the first thing that is wrong.
 */
export async function validateSources(
  warehouse: Warehouse,
  pack: SourcePack,
  sources: Sources,
  instant: Instant,
): Promise<void> {
  if (!sources.has('accounts')) {
    const table = pack.tables.get('accounts')?.table ?? 'accounts';
    throw invalid(`There is no table ${table}; it is the only one that Kenko cannot do without.`);
  }
  for (const source of sources.values()) {
    const used = usedColumns(pack, source);
    checkColumns(source, used, pack);
    await validateRows(warehouse, pack, source, used, instant);
  }
}

async function validateRows(
  warehouse: Warehouse,
  pack: SourcePack,
  source: ProvidedSource,
  used: ReadonlySet<string>,
  instant: Instant,
): Promise<void> {
  const { checks, raw } = checksOf(source, used);
  const isAccounts = source.contract.table === 'accounts';
  const known = `(${sourceQuery(source, { zone: pack.zone, until, only: used, extra: raw })}) AS known`;
  const selected = checks.flatMap(({ condition, example }, i) => [
    `COUNTIF(${condition}) AS count_${i}`,
    `MIN(CASE WHEN ${condition} THEN ${example} END) AS example_${i}`,
  ]);
  const distinct = isAccounts ? 'COUNT(DISTINCT account_id)' : '0';
  const [row] = await warehouse.query(
    `SELECT COUNT(*) AS row_count, ${distinct} AS ids${selected.map((text) => `, ${text}`).join('')} FROM ${known}`,
    parametersOf(instant),
  );
  if (!row) return;
  if (isAccounts && row.row_count === 0) {
    throw invalid(
      `The table ${source.table} has no row that is valid at ${instant.asOf}; there is nothing to score.`,
    );
  }
  for (const [i, check] of checks.entries()) {
    const count = Number(row[`count_${i}`]);
    if (count > 0) throw invalid(check.sentence(count, row[`example_${i}`] ?? null));
  }
  if (isAccounts && Number(row.ids) < Number(row.row_count)) {
    const [twice] = await warehouse.query(
      `SELECT account_id, COUNT(*) AS n FROM ${known} GROUP BY account_id HAVING COUNT(*) > 1 ORDER BY account_id LIMIT 1`,
      parametersOf(instant),
    );
    throw invalid(
      `${shown(source, 'account_id')} '${twice?.account_id}' is in ${twice?.n} rows at ${instant.asOf}; every account has one row at a time.`,
    );
  }
  await refuseRepeatedRows(warehouse, source, known, instant);
}

/** Of two rows for one account and day, nothing says which one is right. */
async function refuseRepeatedRows(
  warehouse: Warehouse,
  source: ProvidedSource,
  known: string,
  instant: Instant,
): Promise<void> {
  const { unique } = source.contract;
  if (!unique) return;
  const names = unique.map(named).join(', ');
  const [twice] = await warehouse.query(
    `SELECT ${names}, COUNT(*) AS n FROM ${known} GROUP BY ${names} HAVING COUNT(*) > 1 ORDER BY ${names} LIMIT 1`,
    parametersOf(instant),
  );
  if (!twice) return;
  const values = unique.map((name) => `${shown(source, name)} '${twice[name]}'`).join(' and ');
  throw invalid(`${values} is in ${twice.n} rows; they must tell one row from all others.`);
}
