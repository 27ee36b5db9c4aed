/** The Account records of the Salesforce stand-in, and what its API does to them. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import { atomically, openDatabase } from '../state/database.ts';
import type { AccountFields, FieldError } from './fields.ts';
import type { SoqlCondition, SoqlQuery } from './soql.ts';

export type FieldData = Record<string, string | number | boolean | null>;

/** One row's answer of the sObject Collections API. */
export interface SaveResult {
  id?: string;
  success: boolean;
  errors: FieldError[];
  created?: boolean;
}

/** The query names a field that Account lacks. */
export class InvalidField extends Error {}

interface AccountRow {
  number: number;
  deleted: number;
  data: string;
}

export class AccountStore {
  readonly #database: DatabaseSync;
  readonly #fields: AccountFields;
  readonly #clock: Clock;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;

  constructor(path: string, fields: AccountFields, clock: Clock) {
    this.#fields = fields;
    this.#clock = clock;
    this.#database = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS accounts (
         number INTEGER PRIMARY KEY AUTOINCREMENT,
         deleted INTEGER NOT NULL DEFAULT 0,
         data TEXT NOT NULL
       );`,
    );
    this.#select = this.#database.prepare('SELECT * FROM accounts WHERE number = ?');
    this.#insert = this.#database.prepare('INSERT INTO accounts (data) VALUES (?)');
    this.#replace = this.#database.prepare('UPDATE accounts SET data = ? WHERE number = ?');
    this.indexExternalId();
  }

  /** Makes finding accounts by their external id fast; call it when that field is another. */
  indexExternalId(): void {
    // Salesforce compares text without regard to case.
    const name = this.#fields.externalId;
    this.#database.exec(
      `CREATE INDEX IF NOT EXISTS "accounts_by_${name}" ON accounts (${lowered(name)});`,
    );
  }

  close(): void {
    this.#database.close();
  }

  /** Creates accounts whose external id no account has yet; gives how many. */
  seed(records: readonly FieldData[]): number {
    const key = this.#fields.externalId;
    const find = this.#database.prepare(
      `SELECT 1 FROM accounts WHERE deleted = 0 AND ${lowered(key)} = lower(?)
         AND json_extract(data, ${quoted(key)}) = ?`,
    );
    return this.#atomically(() => {
      let created = 0;
      for (const record of records) {
        const external = String(record[key]);
        if (find.get(external, external) !== undefined) continue;
        const saved = this.#create(record);
        if (!saved.success) {
          throw new Error(`account ${external} is refused: ${saved.errors[0]?.message}`);
        }
        created++;
      }
      return created;
    });
  }

  get(id: string): FieldData | undefined {
    const row = this.#row(id);
    return row === undefined || row.deleted ? undefined : visible(row);
  }

  delete(id: string): boolean {
    const row = this.#row(id);
    if (row === undefined || row.deleted) return false;
    this.#database.prepare('UPDATE accounts SET deleted = 1 WHERE number = ?').run(row.number);
    return true;
  }

  all(): FieldData[] {
    const rows = this.#database
      .prepare('SELECT * FROM accounts WHERE deleted = 0 ORDER BY number')
      .all() as unknown as AccountRow[];
    return rows.map(visible);
  }

  create(records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    return this.#save(records, allOrNone, (record) => this.#create(record));
  }

  update(records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    const repeated = repeatedKeys(records.map((record) => String(record.id ?? '').slice(0, 15)));
    return this.#save(records, allOrNone, ({ id, ...data }) => {
      if (typeof id !== 'string' || numberOf(id) === undefined) {
        return failed('MALFORMED_ID', `Account ID: id value of incorrect type: ${id}`, ['Id']);
      }
      if (repeated.has(id.slice(0, 15))) {
        return failed('DUPLICATE_VALUE', `Duplicate id in list: ${id}`, ['Id']);
      }
      const row = this.#row(id);
      if (row === undefined) return failed('NOT_FOUND', 'The requested resource does not exist');
      if (row.deleted) return failed('ENTITY_IS_DELETED', 'entity is deleted');
      return this.#update(row, data);
    });
  }

  /** Updates by an external id field, and creates what it does not find. */
  upsert(externalId: string, records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    const repeated = repeatedKeys(records.map((record) => String(record[externalId])));
    return this.#save(records, allOrNone, (record) => {
      const { [externalId]: key, ...data } = record;
      if (key === undefined || key === null) {
        return failed('MISSING_ARGUMENT', `${externalId} not specified`, [externalId]);
      }
      if (repeated.has(String(key))) {
        return failed('DUPLICATE_VALUE', `Duplicate external id specified: ${key}`, [externalId]);
      }
      const condition: SoqlCondition = { field: externalId, operator: '=', values: [key] };
      const found = this.#find({ where: [condition], orderBy: [], limit: 2 });
      if (found.length > 1) {
        return failed('DUPLICATE_EXTERNAL_ID', `More than one record found for external id ${key}`);
      }
      const row = found[0];
      if (row === undefined) return { ...this.#create(record), created: true };
      return { ...this.#update(row, data), created: false };
    });
  }

  /** Rows of a query, with exactly its fields. @throws InvalidField */
  query(query: SoqlQuery): FieldData[] {
    const names = query.fields.map((field) => this.#known(field));
    return this.#find(query).map((row) => picked(visible(row), names));
  }

  /** @throws InvalidField */
  pick(account: FieldData, fields: readonly string[]): FieldData {
    return picked(
      account,
      fields.map((field) => this.#known(field)),
    );
  }

  #find(query: Pick<SoqlQuery, 'where' | 'orderBy' | 'limit'>): AccountRow[] {
    const values: SQLInputValue[] = [];
    const where = query.where.map((condition) => this.#condition(condition, values));
    const order = query.orderBy.map(
      ({ field, descending }) =>
        `${this.#column(this.#known(field))} ${descending ? 'DESC' : 'ASC'}`,
    );
    // The plus keeps SQLite from walking all accounts in order instead of looking up ids.
    return this.#database
      .prepare(
        `SELECT * FROM accounts WHERE ${['deleted = 0', ...where].join(' AND ')}
         ORDER BY ${[...order, '+number'].join(', ')} LIMIT ${query.limit ?? -1}`,
      )
      .all(...values) as unknown as AccountRow[];
  }

  #condition({ field, operator, values }: SoqlCondition, bound: SQLInputValue[]): string {
    const name = this.#known(field);
    const column = this.#column(name);
    if (values.includes(null)) return `${column} IS ${operator === '=' ? '' : 'NOT '}NULL`;
    const marks = values.map((value) => {
      if (name === 'Id') {
        bound.push(numberOf(String(value)) ?? -1);
        return '?';
      }
      bound.push(typeof value === 'boolean' ? Number(value) : value);
      return typeof value === 'string' ? 'lower(?)' : '?';
    });
    return operator === 'IN' || operator === 'NOT IN'
      ? `${column} ${operator} (${marks.join(', ')})`
      : `${column} ${operator} ${marks[0]}`;
  }

  #column(name: string): string {
    if (name === 'Id') return 'number';
    if (this.#fields.isNumber(name) || this.#fields.isCheckbox(name)) {
      return `json_extract(data, ${quoted(name)})`;
    }
    return lowered(name);
  }

  #known(field: string): string {
    const name = this.#fields.nameOf(field);
    if (name === undefined) {
      throw new InvalidField(`No such column '${field}' on entity 'Account'.`);
    }
    return name;
  }

  #row(id: string): AccountRow | undefined {
    return this.#select.get(numberOf(id) ?? -1) as unknown as AccountRow | undefined;
  }

  #create(record: FieldData): SaveResult {
    const checked = this.#checked({ Name: null, ...record });
    if ('errors' in checked) return { success: false, errors: checked.errors };
    const now = this.#timestamp();
    const data = { CreatedDate: now, LastModifiedDate: now, ...checked.data };
    const { lastInsertRowid } = this.#insert.run(JSON.stringify(data));
    return { id: idOf(Number(lastInsertRowid)), success: true, errors: [] };
  }

  #update(row: AccountRow, changes: FieldData): SaveResult {
    const checked = this.#checked(changes);
    if ('errors' in checked) return { success: false, errors: checked.errors };
    const data = {
      ...JSON.parse(row.data),
      ...checked.data,
      LastModifiedDate: this.#timestamp(),
    };
    this.#replace.run(JSON.stringify(data), row.number);
    return { id: idOf(row.number), success: true, errors: [] };
  }

  #checked(record: FieldData): { data: FieldData } | { errors: FieldError[] } {
    const data: FieldData = {};
    for (const [field, value] of Object.entries(record)) {
      if (field === 'attributes') continue;
      const check = this.#fields.check(field, value);
      if ('error' in check) return { errors: [check.error] };
      data[this.#fields.nameOf(field) ?? field] = check.value;
    }
    return { data };
  }

  #save(
    records: readonly FieldData[],
    allOrNone: boolean,
    save: (record: FieldData) => SaveResult,
  ): SaveResult[] {
    let results: SaveResult[] = [];
    const undo = new Error('a row failed');
    try {
      this.#atomically(() => {
        results = records.map(save);
        if (allOrNone && results.some((result) => !result.success)) throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
      const message = 'Record rolled back because not all records were valid';
      results = results.map((result) =>
        result.success ? failed('ALL_OR_NONE_OPERATION_ROLLED_BACK', message) : result,
      );
    }
    return results;
  }

  #atomically<R>(work: () => R): R {
    return atomically(this.#database, work);
  }

  #timestamp(): string {
    return this.#clock.now().toISOString().replace('Z', '+0000');
  }
}

function visible(row: AccountRow): FieldData {
  return { Id: idOf(row.number), IsDeleted: row.deleted === 1, ...JSON.parse(row.data) };
}

function picked(account: FieldData, names: readonly string[]): FieldData {
  return Object.fromEntries(names.map((name) => [name, account[name] ?? null]));
}

function failed(statusCode: string, message: string, fields: string[] = []): SaveResult {
  return { success: false, errors: [{ statusCode, message, fields }] };
}

function repeatedKeys(keys: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(keys.filter((key) => seen.size === seen.add(key).size));
}

function quoted(name: string): string {
  return `'$."${name}"'`;
}

function lowered(name: string): string {
  return `lower(json_extract(data, ${quoted(name)}))`;
}

/** An 18-character record id; the last three repeat the case of the rest, five letters each. */
function idOf(number: number): string {
  const short = `0015g${number.toString(36).toUpperCase().padStart(10, '0')}`;
  let check = '';
  for (let block = 0; block < 15; block += 5) {
    let bits = 0;
    for (let i = 0; i < 5; i++) if (/[A-Z]/.test(short[block + i] ?? '')) bits |= 1 << i;
    check += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'[bits];
  }
  return short + check;
}

/** The row that a 15- or 18-character id names, or undefined for what is no Account id. */
function numberOf(id: string): number | undefined {
  const match = /^0015g([0-9A-Z]{10})(?:[A-Z0-5]{3})?$/.exec(id);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 36);
}
