/** Where the stand-in keeps Account records, and how it finds them. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { atomically, openDatabase } from '../state/database.ts';
import type { AccountFields } from './fields.ts';
import { idOf, numberOf } from './record-ids.ts';
import type { SoqlCondition, SoqlQuery } from './soql.ts';

export type FieldData = Record<string, string | number | boolean | null>;

export interface AccountRow {
  number: number;
  /** 1 for one in the recycle bin. */
  deleted: number;
  data: string;
}

/** The query names a field that Account lacks. */
export class InvalidField extends Error {}

export class AccountTable {
  readonly #database: DatabaseSync;
  readonly #fields: AccountFields;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  /** By the field that they look into. */
  readonly #lookUps = new Map<string, StatementSync>();

  constructor(path: string, fields: AccountFields) {
    this.#fields = fields;
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
    this.#replace = this.#database.prepare(
      'UPDATE accounts SET data = ?, deleted = ? WHERE number = ?',
    );
    this.indexKeys();
  }

  /** Makes finding accounts by external ids and unique fields fast; call it when fields changed. */
  indexKeys(): void {
    // Salesforce compares text without regard to case.
    for (const name of this.#fields.keys()) {
      const index = `accounts_by_${name}${this.#fields.isCaseSensitive(name) ? '_exactly' : ''}`;
      this.#database.exec(
        `CREATE INDEX IF NOT EXISTS "${index}" ON accounts (${this.#column(name)});`,
      );
    }
    this.#lookUps.clear();
  }

  close(): void {
    this.#database.close();
  }

  atomically<R>(work: () => R): R {
    return atomically(this.#database, work);
  }

  /** By a 15- or 18-character id; deleted ones too. */
  row(id: string): AccountRow | undefined {
    return this.#select.get(numberOf(id) ?? -1) as unknown as AccountRow | undefined;
  }

  all(): AccountRow[] {
    return this.#database
      .prepare('SELECT * FROM accounts WHERE deleted = 0 ORDER BY number')
      .all() as unknown as AccountRow[];
  }

  /** @returns the new record's id */
  insert(data: FieldData): string {
    return idOf(Number(this.#insert.run(JSON.stringify(data)).lastInsertRowid));
  }

  replace({ number }: AccountRow, data: FieldData, deleted = false): void {
    this.#replace.run(JSON.stringify(data), deleted ? 1 : 0, number);
  }

  /** Rows whose field, one that records are found by, has a value. */
  holders(name: string, value: string | number): AccountRow[] {
    let lookUp = this.#lookUps.get(name);
    if (lookUp === undefined) {
      const [bound] = this.#bound(name, value);
      lookUp = this.#database.prepare(
        `SELECT * FROM accounts WHERE deleted = 0 AND ${this.#column(name)} = ${bound} ORDER BY +number`,
      );
      this.#lookUps.set(name, lookUp);
    }
    return lookUp.all(value) as unknown as AccountRow[];
  }

  /** Rows that meet all conditions, deleted ones only where they are asked for. @throws InvalidField */
  find(
    query: Pick<SoqlQuery, 'where' | 'orderBy' | 'limit'>,
    { deletedToo = false } = {},
  ): AccountRow[] {
    const values: SQLInputValue[] = [];
    const where = query.where.map(
      (alternatives) =>
        `(${alternatives.map((condition) => this.#condition(condition, values)).join(' OR ')})`,
    );
    const order = query.orderBy.map(
      ({ field, descending }) =>
        `${this.#column(this.#asked(field, 'sorted'))} ${descending ? 'DESC' : 'ASC'}`,
    );
    const those = [deletedToo ? 'TRUE' : 'deleted = 0', ...where].join(' AND ');
    // The plus keeps SQLite from walking all accounts in order instead of looking up ids.
    return this.#database
      .prepare(
        `SELECT * FROM accounts WHERE ${those}
         ORDER BY ${[...order, '+number'].join(', ')} LIMIT ${query.limit ?? -1}`,
      )
      .all(...values) as unknown as AccountRow[];
  }

  /** The field's own name. @throws InvalidField */
  known(field: string): string {
    const name = this.#fields.nameOf(field);
    if (name === undefined) {
      throw new InvalidField(`No such column '${field}' on entity 'Account'.`);
    }
    return name;
  }

  /** The field's own name. @throws InvalidField for one that queries only select */
  #asked(field: string, how: 'filtered' | 'sorted'): string {
    const name = this.known(field);
    if (!this.#fields.isFilterable(name)) {
      throw new InvalidField(`field '${name}' can not be ${how} in a query call`);
    }
    return name;
  }

  #condition({ field, operator, values }: SoqlCondition, bound: SQLInputValue[]): string {
    const name = this.#asked(field, 'filtered');
    const column = this.#column(name);
    if (values.includes(null)) return `${column} IS ${operator === '=' ? '' : 'NOT '}NULL`;
    const marks = values.map((value) => {
      if (typeof value === 'string' && !this.#fields.isText(name)) {
        const message = `value of filter criterion for field '${name}' must not be enclosed in quotes`;
        throw new InvalidField(message);
      }
      if (name === 'Id') {
        bound.push(numberOf(String(value)) ?? -1);
        return '?';
      }
      const [mark, given] = this.#bound(name, value);
      bound.push(given);
      return mark;
    });
    return operator === 'IN' || operator === 'NOT IN'
      ? `${column} ${operator} (${marks.join(', ')})`
      : `${column} ${operator} ${marks[0]}`;
  }

  /** How a value is compared, and as what it is bound. */
  #bound(name: string, value: string | number | boolean | null): [mark: string, SQLInputValue] {
    const isFolded = typeof value === 'string' && !this.#fields.isCaseSensitive(name);
    return [isFolded ? 'lower(?)' : '?', typeof value === 'boolean' ? Number(value) : value];
  }

  #column(name: string): string {
    if (name === 'Id') return 'number';
    if (name === 'IsDeleted') return 'deleted';
    const value = `json_extract(data, '$."${name}"')`;
    // A checkbox is never empty.
    if (this.#fields.isCheckbox(name)) return `coalesce(${value}, 0)`;
    return this.#fields.isText(name) && !this.#fields.isCaseSensitive(name)
      ? `lower(${value})`
      : value;
  }
}
