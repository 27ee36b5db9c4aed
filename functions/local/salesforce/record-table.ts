/** Where the stand-in keeps an object's records, and how it finds them. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { atomically, openDatabase } from '../state/database.ts';
import { account, type ObjectFields } from './fields.ts';
import { idOf, numberOf, prefixes } from './record-ids.ts';
import type { SoqlCondition, SoqlQuery } from './soql.ts';

export type FieldData = Record<string, string | number | boolean | null>;

export interface RecordRow {
  number: number;
  /** 1 for one in the recycle bin. */
  deleted: number;
  data: string;
}

/** The query names a field that the object lacks. */
export class InvalidField extends Error {}

export class RecordTable {
  readonly #database: DatabaseSync;
  readonly #table: string;
  readonly prefix: (typeof prefixes)[keyof typeof prefixes];
  readonly #fields: ObjectFields;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  /** By the field that they look into. */
  readonly #lookUps = new Map<string, StatementSync>();

  constructor(path: string, fields: ObjectFields) {
    this.#fields = fields;
    const isAccount = fields.object === account;
    this.prefix = isAccount ? prefixes.account : prefixes.child;
    this.#table = isAccount ? 'accounts' : 'children';
    this.#database = openDatabase(
      path,
      `CREATE TABLE IF NOT EXISTS ${this.#table} (
         number INTEGER PRIMARY KEY AUTOINCREMENT,
         deleted INTEGER NOT NULL DEFAULT 0,
         data TEXT NOT NULL
       );`,
    );
    this.#select = this.#database.prepare(`SELECT * FROM ${this.#table} WHERE number = ?`);
    this.#insert = this.#database.prepare(`INSERT INTO ${this.#table} (data) VALUES (?)`);
    this.#replace = this.#database.prepare(
      `UPDATE ${this.#table} SET data = ?, deleted = ? WHERE number = ?`,
    );
    this.indexKeys();
  }

  /** Makes finding accounts by external ids and unique fields fast; call it when fields changed. */
  indexKeys(): void {
    // Salesforce compares text without regard to case.
    for (const name of this.#fields.keys()) {
      const index = `${this.#table}_by_${name}${this.#fields.isCaseSensitive(name) ? '_exactly' : ''}`;
      this.#database.exec(
        `CREATE INDEX IF NOT EXISTS "${index}" ON ${this.#table} (${this.#column(name)});`,
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
  row(id: string): RecordRow | undefined {
    return this.#select.get(numberOf(id, this.prefix) ?? -1) as unknown as RecordRow | undefined;
  }

  all(): RecordRow[] {
    return this.#database
      .prepare(`SELECT * FROM ${this.#table} WHERE deleted = 0 ORDER BY number`)
      .all() as unknown as RecordRow[];
  }

  /** @returns the new record's id */
  insert(data: FieldData): string {
    return idOf(Number(this.#insert.run(JSON.stringify(data)).lastInsertRowid), this.prefix);
  }

  replace({ number }: RecordRow, data: FieldData, deleted = false): void {
    this.#replace.run(JSON.stringify(data), deleted ? 1 : 0, number);
  }

  /** Rows whose field, one that records are found by, has a value. */
  holders(name: string, value: string | number): RecordRow[] {
    let lookUp = this.#lookUps.get(name);
    if (lookUp === undefined) {
      const [bound] = this.#bound(name, value);
      lookUp = this.#database.prepare(
        `SELECT * FROM ${this.#table} WHERE deleted = 0 AND ${this.#column(name)} = ${bound} ORDER BY +number`,
      );
      this.#lookUps.set(name, lookUp);
    }
    return lookUp.all(value) as unknown as RecordRow[];
  }

  /** Rows that meet all conditions, deleted ones only where they are asked for. @throws InvalidField */
  find(
    query: Pick<SoqlQuery, 'where' | 'orderBy' | 'limit'>,
    { deletedToo = false } = {},
  ): RecordRow[] {
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
        `SELECT * FROM ${this.#table} WHERE ${those}
         ORDER BY ${[...order, '+number'].join(', ')} LIMIT ${query.limit ?? -1}`,
      )
      .all(...values) as unknown as RecordRow[];
  }

  /** The field's own name. @throws InvalidField */
  known(field: string): string {
    const name = this.#fields.nameOf(field);
    if (name === undefined) {
      throw new InvalidField(`No such column '${field}' on entity '${this.#fields.object}'.`);
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
        bound.push(numberOf(String(value), this.prefix) ?? -1);
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
