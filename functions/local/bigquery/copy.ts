/** Copy jobs from one table's partition to another's: free and atomic, between equal schemas only. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { sameSchema } from '../warehouse/schemas.ts';
import { countRows, replaceRows } from '../warehouse/tables.ts';
import { type Datasets, decorated, nameOf, type StoredTable } from './datasets.ts';
import { BigQueryFailure, invalid, notFound, notServed } from './errors.ts';
import { createDisposition, type QueryScope, tableReference, writeDisposition } from './query.ts';

export const copyConfiguration = z.strictObject({
  sourceTable: tableReference,
  destinationTable: tableReference,
  createDisposition,
  writeDisposition: writeDisposition.default('WRITE_EMPTY'),
});
export type CopyConfiguration = z.infer<typeof copyConfiguration>;

interface Partition {
  table: StoredTable;
  name: string;
  column: string;
  date: string;
}

async function partitionOf(
  connection: DuckDBConnection,
  datasets: Datasets,
  location: string,
  reference: z.infer<typeof tableReference>,
): Promise<Partition> {
  const { projectId, datasetId } = reference;
  const { tableId, date } = decorated(reference.tableId);
  const dataset = datasets.getIn(location, projectId, datasetId);
  const table = await datasets.find(connection, dataset, tableId);
  if (!table) throw notFound(`Table ${projectId}:${datasetId}.${tableId}`);
  const column = table.schema.partition;
  if (date === undefined) throw notServed('Copying a whole table');
  if (column === undefined) {
    throw invalid(
      `Cannot read partition information from a table that is not partitioned: ${projectId}:${datasetId}.${tableId}`,
    );
  }
  return { table, name: nameOf(dataset, tableId), column, date };
}

/**
 * Copies one partition. Gives its rows.
 * @param emptyPartitions whether a partition without rows can be copied: no page of BigQuery's
 *   says so or otherwise
 */
export async function runCopy(
  connection: DuckDBConnection,
  { datasets, location, streamed }: QueryScope,
  configuration: CopyConfiguration,
  emptyPartitions: 'missing' | 'copied',
): Promise<number> {
  const { sourceTable, destinationTable, writeDisposition: write } = configuration;
  const from = await partitionOf(connection, datasets, location, sourceTable);
  const to = await partitionOf(connection, datasets, location, destinationTable);
  if (streamed.of(from.table.dataset, from.table.tableId).length > 0) {
    throw notServed('Copying a table that rows are streamed into');
  }
  if (!sameSchema(from.table.schema, to.table.schema)) {
    throw invalid(
      `Incompatible table partitioning specification or schema: ${sourceTable.tableId} and ${destinationTable.tableId} differ.`,
    );
  }
  if (from.date !== to.date) {
    throw invalid(`Rows of ${from.date} cannot be stored in the partition of ${to.date}.`);
  }
  if (write === 'WRITE_APPEND') throw notServed('Copying with WRITE_APPEND');
  if (write === 'WRITE_EMPTY' && (await countRows(connection, to.name, to)) > 0) {
    throw new BigQueryFailure('duplicate', `Already Exists: Table ${destinationTable.tableId}`);
  }
  const rows = await countRows(connection, from.name, from);
  if (rows === 0 && emptyPartitions === 'missing') {
    const { projectId, datasetId, tableId } = sourceTable;
    throw notFound(`Table ${projectId}:${datasetId}.${tableId}`);
  }
  return replaceRows(connection, { from: from.name, to: to.name }, to, to.table.schema.cluster);
}
