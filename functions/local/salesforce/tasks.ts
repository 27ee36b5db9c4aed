/** The Task records of the Salesforce stand-in: made and found by their key, no more. */
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../state/database.ts';
import type { FieldData } from './record-table.ts';
import type { SaveResult } from './records.ts';
import type { SoqlQuery } from './soql.ts';

/** Characters of its fields that are texts; others are refused where they are no field. */
const lengths: Readonly<Record<string, number>> = {
  Kenko_Key__c: 255,
  WhatId: 18,
  OwnerId: 18,
  Subject: 255,
  Description: 32_000,
  Priority: 255,
  Status: 255,
  ActivityDate: 10,
};

export class TaskStore {
  readonly #database: DatabaseSync;
  readonly #hasRecord: (id: string) => boolean;

  constructor(path: string, hasRecord: (id: string) => boolean) {
    this.#hasRecord = hasRecord;
    this.#database = openDatabase(
      path,
      'CREATE TABLE IF NOT EXISTS tasks (number INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL);',
    );
  }

  close(): void {
    this.#database.close();
  }

  all(): FieldData[] {
    return this.#database
      .prepare('SELECT data FROM tasks ORDER BY number')
      .all()
      .map(({ data }) => JSON.parse(String(data)) as FieldData);
  }

  describe() {
    return Object.entries(lengths).map(([name, length]) => ({
      name,
      label: name,
      type: name === 'ActivityDate' ? 'date' : 'string',
      length,
      precision: 0,
      scale: 0,
      updateable: true,
      createable: true,
      filterable: length <= 255,
      externalId: false,
      unique: false,
    }));
  }

  create(records: readonly FieldData[]): SaveResult[] {
    return records.map(({ attributes: _type, ...fields }) => this.#create(fields));
  }

  query({ where, limit }: SoqlQuery): FieldData[] {
    const rows = this.all().filter((row) =>
      where.every((alternatives) =>
        alternatives.some(({ field, values }) => values.includes(row[field] ?? null)),
      ),
    );
    return limit === undefined ? rows : rows.slice(0, limit);
  }

  #create(fields: FieldData): SaveResult {
    for (const [name, value] of Object.entries(fields)) {
      const length = lengths[name];
      if (length === undefined) {
        return refused('INVALID_FIELD', `No such column '${name}' on sobject of type Task`, name);
      }
      if (typeof value === 'string' && value.length > length) {
        return refused(
          'STRING_TOO_LONG',
          `${name}: data value too large (max length=${length})`,
          name,
        );
      }
    }
    if (typeof fields.WhatId === 'string' && !this.#hasRecord(fields.WhatId)) {
      return refused('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', 'WhatId');
    }
    return this.#insert(fields);
  }

  #insert(fields: FieldData): SaveResult {
    const count = this.#database.prepare('SELECT COUNT(*) AS n FROM tasks').get() as { n: number };
    const id = `00T5g${String(count.n + 1).padStart(10, '0')}AAA`;
    this.#database
      .prepare('INSERT INTO tasks (data) VALUES (?)')
      .run(JSON.stringify({ Id: id, ...fields }));
    return { id, success: true, errors: [], created: true };
  }
}

function refused(statusCode: string, message: string, field: string): SaveResult {
  return { success: false, errors: [{ statusCode, message, fields: [field] }] };
}
