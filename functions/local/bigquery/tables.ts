/** tables.* and tabledata.list of the stand-in. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { quoted } from '../googlesql/duckdb-text.ts';
import { countRows } from '../warehouse/tables.ts';
import { columnDefinitions } from '../warehouse/types.ts';
import { type Dataset, decorated, nameOf, type StoredTable } from './datasets.ts';
import { BigQueryFailure, invalid } from './errors.ts';
import { parse, schemaOfRequest, tableResource } from './fields.ts';
import { pageToken, readPage, rowOfToken } from './results.ts';
import { bytesOfScans } from './scans.ts';
import { bodyWithRows, type StandIn } from './stand-in.ts';

const milliseconds = z.string().regex(/^\d+$/);
const changeable = {
  expirationTime: milliseconds.nullish(),
  requirePartitionFilter: z.boolean().optional(),
  description: z.string().optional(),
};

const tableRequest = z.strictObject({
  tableReference: z.strictObject({
    projectId: z.string().optional(),
    datasetId: z.string().optional(),
    tableId: z.string().regex(/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u),
  }),
  schema: z.unknown().optional(),
  timePartitioning: z.unknown().optional(),
  clustering: z.unknown().optional(),
  ...changeable,
});

export class Tables {
  private readonly standIn: StandIn;

  constructor(standIn: StandIn) {
    this.standIn = standIn;
  }

  async insert(dataset: Dataset, body: unknown): Promise<unknown> {
    const request = parse(tableRequest, body, 'table');
    const { tableId } = request.tableReference;
    const schema = schemaOfRequest(request);
    const { warehouse, datasets, streamed } = this.standIn;
    return warehouse.transaction(async (connection) => {
      if (await datasets.find(connection, dataset, tableId)) {
        const { projectId, datasetId } = dataset;
        throw new BigQueryFailure(
          'duplicate',
          `Already Exists: Table ${projectId}:${datasetId}.${tableId}`,
        );
      }
      // One whose time is over is still in the way.
      await datasets.drop(connection, dataset, tableId);
      streamed.forget(dataset, tableId);
      const name = nameOf(dataset, tableId);
      await connection.run(`CREATE TABLE ${name} (${columnDefinitions(schema.columns)})`);
      const table: StoredTable = { dataset, tableId, schema, ...propertiesOf(request) };
      await datasets.save(connection, table);
      return this.resource(connection, table);
    });
  }

  async get(dataset: Dataset, given: string): Promise<unknown> {
    const { tableId, date } = decorated(given);
    const { warehouse, datasets } = this.standIn;
    return warehouse.reader(async (connection) =>
      this.resource(connection, await datasets.require(connection, dataset, tableId), date),
    );
  }

  async patch(dataset: Dataset, tableId: string, body: unknown): Promise<unknown> {
    const changes = parse(z.strictObject(changeable), body, 'table');
    const { warehouse, datasets } = this.standIn;
    return warehouse.transaction(async (connection) => {
      const table = await datasets.require(connection, dataset, tableId);
      const { expirationTime: _, ...rest } = table;
      const kept = changes.expirationTime === null ? rest : table;
      const changed = { ...kept, ...propertiesOf(changes) };
      await datasets.save(connection, changed);
      return this.resource(connection, changed);
    });
  }

  /** Deletes a table, or one partition of it. */
  async delete(dataset: Dataset, given: string): Promise<void> {
    const { tableId, date } = decorated(given);
    const { warehouse, datasets } = this.standIn;
    await warehouse.transaction(async (connection) => {
      const { schema } = await datasets.require(connection, dataset, tableId);
      if (date === undefined) return datasets.drop(connection, dataset, tableId);
      const name = nameOf(dataset, tableId);
      if (schema.partition === undefined) throw invalid(`Table ${tableId} has no partitions.`);
      await connection.run(
        `DELETE FROM ${name} WHERE ${quoted(schema.partition)} = DATE '${date}'`,
      );
    });
  }

  /** tabledata.list: free, in the order in which rows are stored. */
  async rows(
    dataset: Dataset,
    tableId: string,
    query: {
      maxResults: number | undefined;
      pageToken: string | undefined;
      startIndex: number | undefined;
      selectedFields: string | undefined;
      int64Timestamps: boolean;
    },
  ): Promise<string> {
    const { warehouse, datasets, pageBytes } = this.standIn;
    return warehouse.reader(async (connection) => {
      const { schema } = await datasets.require(connection, dataset, tableId);
      const name = nameOf(dataset, tableId);
      const selected = query.selectedFields?.split(',');
      const columns = schema.columns.filter((column) => selected?.includes(column.name) ?? true);
      if (selected && columns.length < selected.length) {
        throw invalid(`No such field: one of ${query.selectedFields}.`);
      }
      const total = await countRows(connection, name);
      const from = query.pageToken ? rowOfToken(query.pageToken, name) : (query.startIndex ?? 0);
      const { maxResults, int64Timestamps } = query;
      const page = { table: name, columns, from, maxResults, int64Timestamps, pageBytes };
      const rows = await readPage(connection, page);
      const next = from + rows.length;
      return bodyWithRows(
        {
          kind: 'bigquery#tableDataList',
          totalRows: String(total),
          ...(next < total ? { pageToken: pageToken(name, next) } : {}),
        },
        rows,
      );
    });
  }

  private async resource(
    connection: DuckDBConnection,
    table: StoredTable,
    date?: string,
  ): Promise<unknown> {
    const name = nameOf(table.dataset, table.tableId);
    const { partition, columns } = table.schema;
    const part =
      partition !== undefined && date !== undefined ? { column: partition, date } : undefined;
    const { processed } = await bytesOfScans(connection, [
      {
        table,
        columns: columns.map((column) => column.name),
        partitions: part && `${quoted(part.column)} = DATE '${part.date}'`,
        isWhole: true,
      },
    ]);
    const buffered = this.standIn.streamed.of(table.dataset, table.tableId);
    const streamingBuffer = {
      estimatedRows: String(buffered.reduce((sum, { rows }) => sum + rows, 0)),
      oldestEntryTime: String(buffered[0]?.at),
    };
    return {
      ...tableResource(table),
      ...(buffered.length === 0 ? {} : { streamingBuffer }),
      numRows: String(await countRows(connection, name, part)),
      numBytes: String(processed),
    };
  }
}

function propertiesOf({
  expirationTime,
  requirePartitionFilter,
  description,
}: {
  expirationTime?: string | null | undefined;
  requirePartitionFilter?: boolean | undefined;
  description?: string | undefined;
}): Pick<StoredTable, 'expirationTime' | 'requirePartitionFilter' | 'description'> {
  return {
    ...(expirationTime ? { expirationTime } : {}),
    ...(requirePartitionFilter === undefined ? {} : { requirePartitionFilter }),
    ...(description === undefined ? {} : { description }),
  };
}
