/** The warehouse port on an embedded DuckDB: one file, one process, one writer at a time. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { code, Rejected } from '../../errors.ts';
import { readingOrder } from '../../ports/column-rules.ts';
import { batchOfRows } from '../../ports/plain-rows.ts';
import type {
  FoundTable,
  TableColumn,
  TableName,
  TableSchema,
  Warehouse,
} from '../../ports/warehouse.ts';
import type { ColumnBatch } from '../../scorecard/engine/columns.ts';
import { literal, quotedTable } from '../googlesql/duckdb-text.ts';
import type { TextCache } from '../googlesql/text-cache.ts';
import { translateGoogleSql } from '../googlesql/translate.ts';
import { appendBatches } from './append.ts';
import { mapped } from './errors.ts';
import { openInstance } from './open.ts';
import { batchOf, columnsToRead, readStatement } from './read.ts';
import { RowRanges } from './row-ranges.ts';
import { rowsOf } from './rows.ts';
import { sameSchema, savedSchema, saveSchema } from './schemas.ts';
import {
  columnsOfQuery,
  countRows,
  describeTable,
  orderedBy,
  replaceRows,
  typedQuery,
} from './tables.ts';
import { columnDefinitions } from './types.ts';
import { DuckDbWrites, withConnection } from './writes.ts';

export interface DuckDbWarehouseOptions {
  /** A file, made where there is none, or `:memory:`. */
  path: string;
  /** Schema of the user's tables, BigQuery's dataset of that name; default `source`. */
  sourceSchema?: string;
  threads?: number;
  /** E.g. `512MB`; DuckDB writes to disk beyond it. */
  memoryLimit?: string;
  /** Keeps translated queries beyond the process. */
  translations?: TextCache;
}

export interface DuckDbWarehouse extends Warehouse {
  readonly sourceSchema: string;
  /**
   * Runs `work` in a transaction of its own, one at a time: all of it happens or nothing.
   * It must use the connection given, never the warehouse, which would wait for it.
   */
  transaction<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  /** Runs `work` on a connection of its own, which sees what is committed. */
  reader<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  /**
   * What Terraform does to a table of ours at a release: creates it, or adds the columns that it
   * lacks at its end. Columns of a later release stay.
   */
  keepTable(table: string, schema: TableSchema): Promise<void>;
  /** Waits for what runs and closes the file; nothing may be called afterwards. */
  close(): Promise<void>;
}

/** A control query that gives more than this is a mistake. */
const maximumRows = 10_000;

/**
 * Opens the warehouse.
 * @throws Retryable `unavailable` where another process has the file open
 * @throws Rejected `invalid-data` where the file is no DuckDB database
 */
export async function openDuckDbWarehouse(
  options: DuckDbWarehouseOptions,
): Promise<DuckDbWarehouse> {
  const sourceSchema = options.sourceSchema ?? 'source';
  const { instance, release } = await openInstance({ ...options, sourceSchema });
  const writer = await instance.connect();
  const kept = options.translations ? { cache: options.translations } : {};
  return warehouseOn({ instance, writer, sourceSchema, release, kept });
}

/** A table whose rows stand in the order in which they are read. */
interface OrderedTable {
  columns: readonly TableColumn[];
  ranges: RowRanges;
}

interface Parts {
  instance: DuckDBInstance;
  writer: DuckDBConnection;
  sourceSchema: string;
  release: () => void;
  kept: { cache?: TextCache };
}

/** A table with the partitions and clusters that it was made with, where it is one of ours. */
async function foundTable(
  connection: DuckDBConnection,
  table: TableName,
): Promise<FoundTable | undefined> {
  const found = await describeTable(connection, table);
  if (!found) return undefined;
  const schema = typeof table === 'string' ? await savedSchema(connection, table) : undefined;
  return { ...schema, ...found, location: null };
}

function warehouseOn({ instance, writer, sourceSchema, release, kept }: Parts): DuckDbWarehouse {
  const writes = new DuckDbWrites(instance, writer);
  /** Tables that this process wrote in the order of their ids, and has not changed since. */
  const ordered = new Map<TableName, OrderedTable>();
  /** Schemas that were looked up; no other process changes them while the file is open here. */
  const schemas = new Map<string, TableSchema>();
  const reading = new Set<Promise<unknown>>();
  let closed = false;

  const assertOpen = (): void => {
    if (closed) throw new Rejected(code.unavailable, 'duckdb: the warehouse is closed.');
  };

  /** Before a table is made anew or dropped, while nothing else writes. */
  const forget = (table: string): void => {
    ordered.delete(table);
    schemas.delete(table);
  };

  async function transaction<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    assertOpen();
    return writes.transaction(work);
  }

  async function once(id: string, work: () => Promise<number>): Promise<{ rows: number }> {
    assertOpen();
    return writes.once(id, work);
  }

  /** Adds batches to a table, whose rows then no longer stand in order. */
  async function add(
    connection: DuckDBConnection,
    table: string,
    batchesFor: (columns: readonly TableColumn[]) => readonly ColumnBatch[],
  ): Promise<number> {
    ordered.delete(table);
    const { columns } = await schemaFor(connection, table);
    return appendBatches(connection, table, columns, batchesFor(columns));
  }

  async function reader<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    assertOpen();
    const running = withConnection(instance, work);
    const settled = running.catch(() => undefined);
    reading.add(settled);
    try {
      return await running;
    } finally {
      reading.delete(settled);
    }
  }

  async function schemaFor(connection: DuckDBConnection, table: string): Promise<TableSchema> {
    const schema = schemas.get(table) ?? (await savedSchema(connection, table));
    if (schema) {
      schemas.set(table, schema);
      return schema;
    }
    throw new Rejected(code.notFound, `duckdb: there is no table ${table}.`);
  }

  return {
    sourceSchema,
    sourceDataset: [sourceSchema],
    transaction,
    reader,

    query: (sql, parameters = {}) =>
      reader(async (connection) => {
        const result = await connection.stream(translateGoogleSql(sql, { parameters, ...kept }));
        const names = result.columnNames();
        const rows = [];
        for (
          let chunk = await result.fetchChunk();
          chunk?.rowCount;
          chunk = await result.fetchChunk()
        ) {
          rows.push(...rowsOf(chunk, names));
          if (rows.length > maximumRows) {
            throw new Rejected(
              code.badRequest,
              `duckdb: a query gives more than ${maximumRows} rows; read the table instead.`,
            );
          }
        }
        return rows;
      }),

    materialize: async ({ id, sql, parameters = {}, table, cluster }) => {
      const translated = translateGoogleSql(sql, { parameters, file: table, ...kept });
      let columns: TableSchema['columns'] = [];
      const result = await once(id, async () => {
        forget(table);
        columns = await columnsOfQuery(writer, translated);
        await writer.run(
          `CREATE OR REPLACE TABLE ${quotedTable(table)} AS ${typedQuery(columns, translated)}${orderedBy(cluster)}`,
        );
        await saveSchema(writer, table, { columns, cluster });
        return countRows(writer, quotedTable(table));
      });
      if (isInReadingOrder(columns, cluster)) {
        // Not before it is committed: until then, rows have other ids.
        const ranges = await reader((connection) => RowRanges.of(connection, table));
        ordered.set(table, { columns, ranges });
      }
      return result;
    },

    createTable: (table, schema) =>
      transaction(async () => {
        const existing = await savedSchema(writer, table);
        if (existing) {
          if (sameSchema(existing, schema)) return;
          throw new Rejected(
            code.conflict,
            `duckdb: there is a table ${table} with other columns, partitions or clusters.`,
          );
        }
        await writer.run(
          `CREATE TABLE ${quotedTable(table)} (${columnDefinitions(schema.columns)})`,
        );
        await saveSchema(writer, table, schema);
      }),

    dropTable: (table) =>
      transaction(async () => {
        forget(table);
        await writer.run(`DROP TABLE IF EXISTS ${quotedTable(table)}`);
        await writer.run(`DELETE FROM kenko.layouts WHERE "table" = ${literal(table)}`);
      }),

    load: async ({ id, table, batches }) => {
      assertOpen();
      return writes.appendOnce(id, (connection) => add(connection, table, () => batches));
    },

    append: async (table, rows) => {
      assertOpen();
      if (rows.length === 0) return;
      await writes.append((connection) =>
        add(connection, table, (columns) => [batchOfRows('duckdb', columns, rows)]),
      );
    },

    replacePartition: async ({ id, from, to, date }) => {
      await once(id, async () => {
        const [source, target] = [await schemaFor(writer, from), await schemaFor(writer, to)];
        if (!sameSchema(source, target)) {
          throw new Rejected(
            code.invalidData,
            `duckdb: ${from} and ${to} differ in columns, partitions or clusters, so no partition can be copied.`,
          );
        }
        if (target.partition === undefined) {
          throw new Rejected(code.invalidData, `duckdb: ${to} has no partitions.`);
        }
        return replaceRows(
          writer,
          { from: quotedTable(from), to: quotedTable(to) },
          { column: target.partition, date },
          target.cluster,
        );
      });
    },

    async *read(request) {
      assertOpen();
      let done = (): void => undefined;
      const finished = new Promise<void>((resolve) => {
        done = resolve;
      });
      reading.add(finished);
      const connection = await mapped(() => instance.connect());
      let left = false;
      try {
        const result = await mapped(async () => {
          const known = ordered.get(request.table);
          const columns = known?.columns ?? (await columnsToRead(connection, request.table));
          return connection.stream(readStatement(request, columns, known?.ranges));
        });
        left = true;
        for (;;) {
          const chunk = await mapped(() => result.fetchChunk());
          if (!chunk || chunk.rowCount === 0) {
            left = false;
            return;
          }
          yield batchOf(chunk, request.columns);
        }
      } finally {
        // A stream that is left early holds its transaction until another statement ends it.
        if (left) await mapped(() => connection.run('SELECT 1'));
        connection.closeSync();
        reading.delete(finished);
        done();
      }
    },

    describe: (table) => reader((connection) => foundTable(connection, table)),

    keepTable: (table, schema) =>
      transaction(async () => {
        const existing = await savedSchema(writer, table);
        const known = existing?.columns.length ?? 0;
        const lacking = schema.columns.slice(known);
        const common = schema.columns.length - lacking.length;
        const alike = (one: TableSchema) => ({ ...one, columns: one.columns.slice(0, common) });
        if (existing && !sameSchema(alike(existing), alike(schema))) {
          throw new Rejected(
            code.conflict,
            `duckdb: there is a table ${table} with other columns, partitions or clusters.`,
          );
        }
        if (existing && lacking.length === 0) return;
        forget(table);
        const name = quotedTable(table);
        if (!existing) await writer.run(`CREATE TABLE ${name} (${columnDefinitions(lacking)})`);
        for (const column of existing ? lacking : []) {
          await writer.run(`ALTER TABLE ${name} ADD COLUMN ${columnDefinitions([column])}`);
        }
        await saveSchema(writer, table, schema);
      }),

    close: async () => {
      if (closed) return;
      closed = true;
      await writes.close();
      await Promise.all(reading);
      try {
        await mapped(async () => {
          await writer.run('CHECKPOINT');
        });
      } finally {
        writer.closeSync();
        instance.closeSync();
        release();
      }
    },
  };
}

function isInReadingOrder(columns: readonly TableColumn[], cluster: readonly string[]): boolean {
  const order = readingOrder(columns);
  return order.length > 0 && order.every((name, i) => name === cluster[i]);
}
