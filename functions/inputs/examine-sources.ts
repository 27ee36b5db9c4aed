/**
 * Whether the team's rows can be scored: what sets one account aside, what is left out or counted
 * once and said, and what fails a run.
 */
import { code, Rejected } from '../errors.ts';
import { named, textLiteral } from '../ports/googlesql-text.ts';
import type { Parameter, Row, Warehouse } from '../ports/warehouse.ts';
import type { FoundInRows } from '../records/run-documents.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import { nearIdsQuery } from './near-ids.ts';
import { checksOf, type RowCheck, sentenceOf, shown } from './row-checks.ts';
import { lackingColumns, unreadableColumns, usedColumns } from './source-columns.ts';
import type { Instant } from './sources.ts';
import {
  keyOf,
  type ProvidedSource,
  type SourcePack,
  type Sources,
  sourceQuery,
  usableId,
} from './sources-query.ts';

/** What of a pack says how its rows are examined. */
type ExaminedPack = SourcePack & Pick<Pack, 'tolerance'>;

export interface ExamineOptions extends Instant {
  /** Local day of the clock: rows of later days are refused. Without it none is. */
  today?: string | undefined;
}

const noneSetAside: FoundInRows['set_aside'] = { count: 0, examples: [] };
export const nothingFound: FoundInRows = { set_aside: noneSetAside, notes: [] };

/** Queries of `account_id`, `place` (table.column) and `reason` of rows that set an account aside. */
export interface Faults {
  queries: readonly string[];
  parameters: Record<string, Parameter>;
}

export interface Examined {
  /** The sources, where rows twice are read once. */
  sources: Sources;
  faults: Faults;
  found: FoundInRows;
}

const until = { asOf: 'as_of', date: 'date' };
/** Of accounts that are set aside, so many are listed. */
const mostListed = 100;
const invalid = (sentence: string): Rejected => new Rejected(code.invalidData, sentence);
const rows = (count: number): string => (count === 1 ? '1 row' : `${count} rows`);

/**
 * Examines what was known at the instant: one query per table, of the columns that the pack reads,
 * and more only where something is wrong.
 * @throws Rejected `invalid-data` with one sentence: a table or column that is not there or cannot be
 *   read, a bad cell in a table without accounts, or more accounts to set aside than the pack tolerates.
 */
export async function examineSources(
  warehouse: Warehouse,
  pack: ExaminedPack,
  sources: Sources,
  options: ExamineOptions,
): Promise<Examined> {
  const accounts = sources.get('accounts');
  if (!accounts) {
    const table = pack.tables.get('accounts')?.table ?? 'accounts';
    throw invalid(`There is no table ${table}; it is the only one that Kenko cannot do without.`);
  }
  const { asOf, date, today } = options;
  const parameters = {
    as_of: { timestamp: asOf },
    date: { date },
    ...(today === undefined ? {} : { today: { date: today } }),
  };
  const examination = new Examination(warehouse, pack, accounts, parameters);
  const examined = new Map<string, ProvidedSource>();
  for (const [name, source] of sources) {
    examined.set(name, await examination.examine(source, options));
  }
  for (const source of examined.values()) await examination.nearIds(source);
  const { queries, notes } = examination;
  const found = { set_aside: await examination.setAside(), notes };
  const faults = { queries, parameters: examination.parametersOf(queries.join('\n')) };
  return { sources: examined, faults, found };
}

class Examination {
  readonly queries: string[] = [];
  readonly notes: string[] = [];
  private accountRows = 0;
  private readonly warehouse: Warehouse;
  private readonly pack: ExaminedPack;
  private readonly accounts: ProvidedSource;
  private readonly parameters: Record<string, Parameter>;

  constructor(
    warehouse: Warehouse,
    pack: ExaminedPack,
    accounts: ProvidedSource,
    parameters: Record<string, Parameter>,
  ) {
    this.warehouse = warehouse;
    this.pack = pack;
    this.accounts = accounts;
    this.parameters = parameters;
  }

  /** Of the parameters those that a text of queries names. */
  parametersOf(sql: string): Record<string, Parameter> {
    return Object.fromEntries(
      Object.entries(this.parameters).filter(([name]) => sql.includes(`@${name}`)),
    );
  }

  private rows(sql: string): Promise<Row[]> {
    return this.warehouse.query(sql, this.parametersOf(sql));
  }

  private async row(sql: string): Promise<Row> {
    const [row = {}] = await this.rows(sql);
    return row;
  }

  /** The source as it is read: a row of each key, where some are there twice. */
  async examine(source: ProvidedSource, { asOf, today }: ExamineOptions): Promise<ProvidedSource> {
    const { pack } = this;
    const { zone } = pack;
    const { table } = source.contract;
    const key = keyOf(source);
    const used = new Set([...usedColumns(pack, source), ...key]);
    const unreadable = unreadableColumns(source, used);
    if (unreadable[0] !== undefined) throw invalid(unreadable[0]);
    const [lacking] = lackingColumns(source, used, pack).filter(({ required }) => required);
    if (lacking) throw invalid(lacking.sentence);

    const { checks, extra } = checksOf(source, used);
    const hasAccount = source.columns.has('account_id');
    const given = `(${sourceQuery(source, { zone, until, only: used, extra, asGiven: true })}) AS known`;
    const id = hasAccount ? usableId : 'TRUE';
    const counts = checks.map(
      ({ condition }, i) => `, COUNTIF((${condition}) AND ${id}) AS count_${i}`,
    );
    const found = await this.row(
      `SELECT COUNT(*) AS row_count, COUNTIF(${id}) AS usable${counts.join('')} FROM ${given}`,
    );
    const usable = Number(found.usable ?? 0);
    const strays = Number(found.row_count ?? 0) - usable;
    if (strays > 0) {
      this.notes.push(
        `${shown(source, 'account_id')} is empty or longer than 1,500 bytes in ${rows(strays)}; they count for nobody.`,
      );
    }
    if (table === 'accounts') {
      this.accountRows = usable;
      if (usable === 0) {
        throw invalid(
          `The table ${source.table} has no row that is valid at ${asOf}; there is nothing to score.`,
        );
      }
    }
    const failing = checks.filter((_, i) => Number(found[`count_${i}`]) > 0);
    if (failing.length > 0 && !hasAccount) {
      const [first] = failing as [RowCheck];
      const { reason } = await this.row(
        `SELECT MIN(${sentenceOf(source, first)}) AS reason FROM ${given} WHERE ${first.condition}`,
      );
      throw invalid(String(reason));
    }
    if (failing.length > 0) this.queries.push(cellFaults(source, failing, given));
    if (today !== undefined) await this.daysToCome(source, used);
    const repeats = await this.repeats(source, key, used);
    return repeats ? { ...source, repeats: true } : source;
  }

  /** Rows of days that the clock has not reached. */
  private async daysToCome(source: ProvidedSource, used: ReadonlySet<string>): Promise<void> {
    const { event_time: event } = source.contract;
    if (event === undefined || !source.columns.has(event)) return;
    const { zone } = this.pack;
    const type = source.contract.columns.find(({ name }) => name === event)?.type;
    const day = type === 'DATE' ? named(event) : 'local_date';
    const later = `(${sourceQuery(source, { zone, until, only: used, toCome: true })}) AS later`;
    const found = await this.row(
      `SELECT COUNT(*) AS row_count, MIN(CAST(${day} AS STRING)) AS day FROM ${later}`,
    );
    const count = Number(found.row_count ?? 0);
    if (count === 0) return;
    const where = shown(source, event);
    if (!source.columns.has('account_id')) {
      throw invalid(`${where} is ${found.day} in ${rows(count)}, a day to come; correct it.`);
    }
    const place = textLiteral(`${source.contract.table}.${event}`);
    const reason = `CONCAT(${textLiteral(`${where} is `)}, CAST(${day} AS STRING), ', a day to come; correct or remove the row.')`;
    this.queries.push(`SELECT account_id, ${place} AS place, ${reason} AS reason FROM ${later}`);
  }

  /** Whether some key is in several rows. Where they differ, nothing says which one is right. */
  private async repeats(
    source: ProvidedSource,
    key: readonly string[],
    used: ReadonlySet<string>,
  ): Promise<boolean> {
    if (key.length === 0) return false;
    const { zone } = this.pack;
    const { contract } = source;
    const known = `(${sourceQuery(source, { zone, until, only: used })}) AS known`;
    const keys = key.map(named).join(', ');
    const whole = key.map((name) => `${named(name)} IS NOT NULL`).join(' AND ');
    const several = await this.row(
      `SELECT COUNT(*) AS n FROM (SELECT ${keys} FROM ${known} WHERE ${whole} GROUP BY ${keys} HAVING COUNT(*) > 1) AS repeated`,
    );
    if (Number(several.n ?? 0) === 0) return false;
    // When a row arrived says nothing of what it says.
    const compared = contract.columns
      .map(({ name }) => name)
      .filter(
        (name) =>
          (used.has(name) || name === 'account_id') &&
          source.columns.has(name) &&
          name !== contract.loaded_at &&
          !key.includes(name),
      );
    const columns = [...key, ...compared].map(named).join(', ');
    const variants = `SELECT ${columns}, COUNT(*) AS copies FROM ${known} WHERE ${whole} GROUP BY ${columns}`;
    const texts = key.map((name) => {
      const column = contract.columns.find((one) => one.name === name);
      return column?.type === 'STRING' ? named(name) : `CAST(${named(name)} AS STRING)`;
    });
    const example = texts.length === 1 ? (texts[0] ?? '') : `CONCAT(${texts.join(", ' ', ")})`;
    const counted = await this.row(
      `SELECT SUM(row_count - variants) AS equal_rows, COUNTIF(variants > 1) AS different, MIN(CASE WHEN row_count > variants THEN example END) AS equal_example, MIN(CASE WHEN variants > 1 THEN example END) AS different_example
       FROM (SELECT ${keys}, COUNT(*) AS variants, SUM(copies) AS row_count, MIN(${example}) AS example FROM (${variants}) AS variants_of GROUP BY ${keys} HAVING SUM(copies) > 1) AS repeated`,
    );
    const equal = Number(counted.equal_rows ?? 0);
    const what = key.map((name) => shown(source, name)).join(' and ');
    if (equal > 0) {
      this.notes.push(
        `${what}: ${equal === 1 ? '1 row is' : `${equal} rows are`} there again with the same values, such as '${counted.equal_example}'; equal rows count once.`,
      );
    }
    if (Number(counted.different ?? 0) === 0) return true;
    if (!source.columns.has('account_id')) {
      throw invalid(
        `${what} '${counted.different_example}' is in rows that differ; they must tell one row from all others.`,
      );
    }
    const place = textLiteral(`${contract.table}.${key.at(-1)}`);
    const reason = `CONCAT(${textLiteral(`${what} is '`)}, ${example}, ${textLiteral("' in rows that differ; nothing says which one is right.")})`;
    this.queries.push(
      `SELECT account_id, ${place} AS place, ${reason} AS reason FROM (SELECT ${columns}, COUNT(*) OVER (PARTITION BY ${keys}) AS variants FROM (${variants}) AS variants_of) AS repeated WHERE variants > 1`,
    );
    return true;
  }

  /** Says which ids of a table almost are those of accounts. */
  async nearIds(source: ProvidedSource): Promise<void> {
    if (source.contract.table === 'accounts' || !source.columns.has('account_id')) return;
    const { zone } = this.pack;
    const only = new Set(['account_id']);
    const near = await this.row(
      nearIdsQuery(
        sourceQuery(source, { zone, until, only }),
        sourceQuery(this.accounts, { zone, until, only }),
      ),
    );
    if (Number(near.ids ?? 0) === 0) return;
    this.notes.push(
      `${shown(source, 'account_id')} is '${near.given}', and accounts has '${near.account_id}': ${rows(Number(near.row_count))} of ${near.ids} such ${near.ids === 1 ? 'id' : 'ids'} count for nobody; write both alike.`,
    );
  }

  /** Accounts that the faults concern. @throws Rejected where they are more than the pack tolerates */
  async setAside(): Promise<FoundInRows['set_aside']> {
    if (this.queries.length === 0) return noneSetAside;
    const { zone, tolerance } = this.pack;
    const only = new Set(['account_id']);
    const faulty = `SELECT first_faults.account_id AS account_id, place, reason FROM (${firstFaults(this.queries)}) AS first_faults JOIN (SELECT DISTINCT account_id FROM (${sourceQuery(this.accounts, { zone, until, only })}) AS valid) AS present ON present.account_id = first_faults.account_id`;
    const { n } = await this.row(`SELECT COUNT(*) AS n FROM (${faulty}) AS faulty`);
    const count = Number(n ?? 0);
    const listed = await this.rows(
      `SELECT account_id, place, reason FROM (${faulty}) AS faulty ORDER BY account_id LIMIT ${mostListed}`,
    );
    const examples = listed.map((row) => {
      const [table = '', column = ''] = String(row.place).split('.');
      return { account: String(row.account_id), table, column, reason: String(row.reason) };
    });
    const allowed = Math.max(tolerance.accounts, Math.floor(tolerance.share * this.accountRows));
    if (count > allowed) {
      const [first] = examples;
      throw invalid(
        `${count === 1 ? '1 account has' : `${count} accounts have`} rows that cannot be scored, and the pack tolerates ${allowed}. Of account ${first?.account}: ${first?.reason}`,
      );
    }
    return { count, examples };
  }
}

/** All that was found in the rows, for somebody who looks at data: one sentence each. */
export const remarksOf = ({ notes, set_aside: aside }: FoundInRows): string[] => [
  ...notes,
  ...aside.examples.map(({ account, reason }) => `Account ${account} is set aside: ${reason}`),
];

/** Of an account with several faults the one that is said, everywhere. */
export const firstFaults = (queries: Faults['queries']): string =>
  `SELECT account_id, place, reason FROM (SELECT account_id, place, reason, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY place, reason) AS nth FROM (${queries.join('\nUNION ALL\n')}) AS faults) AS numbered WHERE nth = 1`;

/** Rows of which a cell breaks the contract: the first of its faults. */
function cellFaults(source: ProvidedSource, failing: readonly RowCheck[], given: string): string {
  const cases = (of: (check: RowCheck) => string): string =>
    `CASE ${failing.map((check) => `WHEN ${check.condition} THEN ${of(check)}`).join(' ')} END`;
  const place = cases(({ column }) => textLiteral(`${source.contract.table}.${column}`));
  const reason = cases((check) => sentenceOf(source, check));
  const any = failing.map(({ condition }) => `(${condition})`).join(' OR ');
  return `SELECT account_id, ${place} AS place, ${reason} AS reason FROM ${given} WHERE ${usableId} AND (${any})`;
}
