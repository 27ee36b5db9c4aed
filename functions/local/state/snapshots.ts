/** Snapshots on SQLite, with Firestore's rules for queries and transactions. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { code, Rejected, Retryable } from '../../errors.ts';
import { plannedQuery, type QueryPlan } from '../../ports/query-rules.ts';
import type { Query, Snapshots, Stored, Transaction } from '../../ports/snapshots.ts';
import { TransactionRules } from '../../ports/transaction-rules.ts';
import type { Collection, Patch, Ref } from '../../records/collection.ts';
import { documentId } from '../../records/document-id.ts';
import {
  collectionPath,
  documentBytes,
  parsedDocument,
  patchBytes,
} from '../../records/document-rules.ts';
import { type CompositeIndex, indexes } from '../../records/indexes.ts';
import { atomically, openDatabase, translatingErrors } from './database.ts';
import { type Condition, conditionsOf, preparationsOf, sourceOf, statementsOf } from './queries.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (collection, name)
  );
  CREATE TABLE IF NOT EXISTS writes (last INTEGER NOT NULL);
  INSERT INTO writes SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM writes);
`;

export interface SqliteSnapshots extends Snapshots {
  close(): void;
}

interface Row {
  id: string;
  version: number;
  data: string;
}

type Write =
  | { kind: 'create' | 'set'; ref: Ref<unknown>; text: string; ifVersion?: string }
  | { kind: 'merge'; ref: Ref<unknown>; text: string }
  | { kind: 'delete'; ref: Ref<unknown> };

export interface SqliteSnapshotsOptions {
  /** A file, or `:memory:`. */
  path: string;
  /**
   * Runs of one transaction before contention is given up; each round lets at least one
   * contender through. Default 50.
   */
  maxAttempts?: number;
  /** Default: those that are deployed. */
  indexes?: readonly CompositeIndex[];
}

export function openSqliteSnapshots(options: SqliteSnapshotsOptions): SqliteSnapshots {
  const database = translatingErrors('sqlite snapshots', () => openDatabase(options.path, schema));
  return new Documents(database, options);
}

class Documents implements SqliteSnapshots {
  readonly #database: DatabaseSync;
  readonly #maxAttempts: number;
  readonly #indexes: readonly CompositeIndex[];
  readonly #prepared = new Set<string>();
  readonly #select: StatementSync;
  readonly #selectVersion: StatementSync;
  readonly #insert: StatementSync;
  readonly #upsert: StatementSync;
  readonly #update: StatementSync;
  readonly #merge: StatementSync;
  readonly #remove: StatementSync;
  readonly #nextVersion: StatementSync;

  constructor(database: DatabaseSync, options: SqliteSnapshotsOptions) {
    this.#database = database;
    this.#maxAttempts = options.maxAttempts ?? 50;
    this.#indexes = options.indexes ?? indexes;
    this.#select = database.prepare(
      'SELECT id, version, data FROM documents WHERE collection = ? AND name = ?',
    );
    // Without the text, which stands behind it on pages of its own.
    this.#selectVersion = database.prepare(
      'SELECT version FROM documents WHERE collection = ? AND name = ?',
    );
    this.#insert = database.prepare(
      'INSERT INTO documents (collection, name, id, version, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#upsert = database.prepare(
      `INSERT INTO documents (collection, name, id, version, data) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET version = excluded.version, data = excluded.data
       WHERE data <> excluded.data`,
    );
    this.#update = database.prepare(
      'UPDATE documents SET version = ?, data = ? WHERE collection = ? AND name = ? AND version = ?',
    );
    // A patch of RFC 7396: maps in maps are merged, and null removes.
    this.#merge = database.prepare(
      `INSERT INTO documents (collection, name, id, version, data) VALUES (?1, ?2, ?3, ?4, json_patch('{}', ?5))
       ON CONFLICT DO UPDATE SET version = excluded.version, data = json_patch(data, ?5)
       WHERE json(data) <> json_patch(data, ?5)`,
    );
    this.#remove = database.prepare('DELETE FROM documents WHERE collection = ? AND name = ?');
    this.#nextVersion = database.prepare('UPDATE writes SET last = last + 1 RETURNING last');
  }

  async get<T>(ref: Ref<T>): Promise<Stored<T> | undefined> {
    return this.#read(ref);
  }

  async getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]> {
    return refs.map((ref) => this.#read(ref));
  }

  async versions(refs: readonly Ref<unknown>[]): Promise<(string | undefined)[]> {
    return translatingErrors('sqlite snapshots', () =>
      refs.map((ref) => this.#versionOf(keyOf(ref))),
    );
  }

  async create<T>(ref: Ref<T>, data: T): Promise<void> {
    this.#commit([{ kind: 'create', ref, text: storedText(ref, data) }]);
  }

  async set<T>(ref: Ref<T>, data: T, options?: { ifVersion?: string }): Promise<void> {
    this.#commit([
      { kind: 'set', ref, text: storedText(ref, data), ifVersion: options?.ifVersion },
    ]);
  }

  async delete(ref: Ref<unknown>): Promise<void> {
    this.#commit([{ kind: 'delete', ref }]);
  }

  async transaction<R>(work: (tx: Transaction) => Promise<R>): Promise<R> {
    for (let attempt = 1; attempt <= this.#maxAttempts; attempt++) {
      const tx = new OptimisticTransaction((ref) => this.#read(ref));
      let outcome: { result: R } | { error: unknown };
      try {
        outcome = { result: await work(tx) };
      } catch (error) {
        outcome = { error };
      }
      tx.end();
      if ('error' in outcome) {
        // What work made of a mixture of old and new documents says nothing: run it again.
        if (translatingErrors('sqlite snapshots', () => this.#unchanged(tx.reads))) {
          throw outcome.error;
        }
      } else if (this.#commit(tx.writes, tx.reads)) {
        return outcome.result;
      }
    }
    throw new Retryable(
      code.unavailable,
      `sqlite snapshots: a transaction met other writers ${this.#maxAttempts} times in a row; try it again.`,
    );
  }

  async query<T>(query: Query<T>): Promise<Stored<T>[]> {
    const { collection, limit } = query;
    const plan = plannedQuery(query, this.#indexes);
    this.#prepare(plan);
    const rows: Row[] = [];
    for (const { where, order } of statementsOf(plan)) {
      const found = this.#search(
        (condition) =>
          `SELECT id, version, data FROM ${sourceOf(plan)} WHERE ${condition} ORDER BY ${order} LIMIT ${limit - rows.length}`,
        where,
      );
      rows.push(...(found as unknown as Row[]));
      if (rows.length === limit) break;
    }
    return rows.map((row) => parsed(collection, row));
  }

  async count({ most, ...query }: Parameters<Snapshots['count']>[0]): Promise<number> {
    const plan = plannedQuery(query, this.#indexes);
    this.#prepare(plan);
    const [row] = this.#search(
      (where) =>
        `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${sourceOf(plan)} WHERE ${where} LIMIT ${most ?? -1})`,
      conditionsOf(plan),
    );
    return Number(row?.n);
  }

  close(): void {
    this.#database.close();
  }

  /** Indexes are made when a query first asks for them: whoever only writes pays for none. */
  #prepare(plan: QueryPlan): void {
    for (const statement of preparationsOf(plan)) {
      if (this.#prepared.has(statement)) continue;
      translatingErrors('sqlite snapshots', () => this.#database.exec(statement));
      this.#prepared.add(statement);
    }
  }

  #search(statement: (where: string) => string, conditions: readonly Condition[]) {
    const where = conditions.map(({ sql }) => sql).join(' AND ');
    return translatingErrors('sqlite snapshots', () =>
      this.#database.prepare(statement(where)).all(...conditions.flatMap(({ values }) => values)),
    );
  }

  #read<T>(ref: Ref<T>): Stored<T> | undefined {
    const row = translatingErrors('sqlite snapshots', () => this.#select.get(...keyOf(ref)));
    return row === undefined ? undefined : parsed(ref.collection, row as unknown as Row);
  }

  /** Writes all or nothing; false where a document in `reads` is no longer as it was read. */
  #commit(writes: readonly Write[], reads: ReadonlyMap<string, Read> = new Map()): boolean {
    return translatingErrors('sqlite snapshots', () =>
      atomically(this.#database, () => {
        if (!this.#unchanged(reads)) return false;
        if (writes.length === 0) return true;
        // One for all of them, as all that Firestore commits at once have one time.
        const version = Number(this.#nextVersion.get()?.last);
        for (const write of writes) this.#write(write, version);
        return true;
      }),
    );
  }

  #unchanged(reads: ReadonlyMap<string, Read>): boolean {
    for (const { key, version } of reads.values()) {
      if (this.#versionOf(key) !== version) return false;
    }
    return true;
  }

  #versionOf(key: Read['key']): string | undefined {
    const row = this.#selectVersion.get(...key);
    return row === undefined ? undefined : String(row.version);
  }

  #write(write: Write, version: number): void {
    const [collection, name] = keyOf(write.ref);
    if (write.kind === 'delete') {
      this.#remove.run(collection, name);
      return;
    }
    const { ref, text } = write;
    if (write.kind === 'create') {
      if (this.#insert.run(collection, name, ref.id, version, text).changes === 0) {
        throw new Rejected(
          code.alreadyExists,
          `${collectionPath(ref.collection)}/${ref.id} exists already.`,
        );
      }
    } else if (write.kind === 'merge') {
      this.#merge.run(collection, name, ref.id, version, text);
    } else if (write.ifVersion === undefined) {
      this.#upsert.run(collection, name, ref.id, version, text);
    } else if (
      this.#update.run(version, text, collection, name, Number(write.ifVersion)).changes === 0
    ) {
      throw new Rejected(
        code.conflict,
        `${collectionPath(ref.collection)}/${ref.id} is not at version ${write.ifVersion} any more.`,
      );
    }
  }
}

interface Read {
  key: [collection: string, name: string];
  version: string | undefined;
}

/** Collects what a transaction read and what it wants to write. */
class OptimisticTransaction implements Transaction {
  readonly reads = new Map<string, Read>();
  readonly writes: Write[] = [];
  readonly #rules = new TransactionRules();
  readonly #read: <T>(ref: Ref<T>) => Stored<T> | undefined;

  constructor(read: <T>(ref: Ref<T>) => Stored<T> | undefined) {
    this.#read = read;
  }

  async get<T>(ref: Ref<T>): Promise<Stored<T> | undefined> {
    return this.#noted(ref);
  }

  async getAll<T>(refs: readonly Ref<T>[]): Promise<(Stored<T> | undefined)[]> {
    return refs.map((ref) => this.#noted(ref));
  }

  #noted<T>(ref: Ref<T>): Stored<T> | undefined {
    this.#rules.read();
    const stored = this.#read(ref);
    const key = keyOf(ref);
    const known = key.join('\n');
    // The first version counts: where a second read differs, the commit has to notice.
    if (!this.reads.has(known)) this.reads.set(known, { key, version: stored?.version });
    return stored;
  }

  create<T>(ref: Ref<T>, data: T): void {
    this.#rules.write(documentBytes(ref, data));
    this.writes.push({ kind: 'create', ref, text: JSON.stringify(data) });
  }

  set<T>(ref: Ref<T>, data: T): void {
    this.#rules.write(documentBytes(ref, data));
    this.writes.push({ kind: 'set', ref, text: JSON.stringify(data) });
  }

  merge<T>(ref: Ref<T>, fields: Patch<T>): void {
    this.#rules.write(patchBytes(ref, fields as object));
    const text = JSON.stringify(fields, (_, value) => (value === undefined ? null : value));
    this.writes.push({ kind: 'merge', ref, text });
  }

  delete(ref: Ref<unknown>): void {
    this.#rules.write(0);
    this.writes.push({ kind: 'delete', ref });
  }

  end(): void {
    this.#rules.end();
  }
}

function storedText(ref: Ref<unknown>, data: unknown): string {
  documentBytes(ref, data);
  return JSON.stringify(data);
}

function keyOf(ref: Ref<unknown>): [collection: string, name: string] {
  return [collectionPath(ref.collection), documentId(ref.id)];
}

function parsed<T>(collection: Collection<T>, row: Row): Stored<T> {
  const data = parsedDocument(collection, row.id, JSON.parse(row.data));
  return { id: row.id, data, version: String(row.version) };
}
