/** Load jobs, whose data comes with the request. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import { appendBatches } from '../warehouse/append.ts';
import { readAvro } from './avro.ts';
import { decorated } from './datasets.ts';
import { asFailure, notFound, notServed } from './errors.ts';
import { createDisposition, type QueryScope, tableReference, writeDisposition } from './query.ts';

export const loadConfiguration = z.strictObject({
  destinationTable: tableReference,
  /** The client says it here, too. */
  location: z.string().optional(),
  sourceFormat: z.string().default('CSV'),
  useAvroLogicalTypes: z.boolean().default(false),
  createDisposition,
  writeDisposition: writeDisposition.default('WRITE_APPEND'),
});
export type LoadConfiguration = z.infer<typeof loadConfiguration>;

/** Appends a file's rows, all or none. Gives their number. */
export async function runLoad(
  connection: DuckDBConnection,
  { datasets, location }: QueryScope,
  configuration: LoadConfiguration,
  file: Buffer,
): Promise<number> {
  const { destinationTable, sourceFormat, useAvroLogicalTypes } = configuration;
  const { projectId, datasetId, tableId } = destinationTable;
  if (sourceFormat !== 'AVRO') throw notServed(`Loading ${sourceFormat}`);
  if (configuration.writeDisposition !== 'WRITE_APPEND') {
    throw notServed(`Loading with ${configuration.writeDisposition}`);
  }
  if (decorated(tableId).date !== undefined) {
    throw notServed('Loading into one partition');
  }
  const dataset = datasets.getIn(location, projectId, datasetId);
  const table = await datasets.find(connection, dataset, tableId);
  if (!table && configuration.createDisposition === 'CREATE_IF_NEEDED') {
    throw notServed('Loading into a table that is not there');
  }
  if (!table) throw notFound(`Table ${projectId}:${datasetId}.${tableId}`);
  const { columns } = table.schema;
  const batches = await readAvro(file, columns, { logicalTypes: useAvroLogicalTypes });
  try {
    return await appendBatches(connection, [dataset.schema, tableId], columns, batches);
  } catch (error) {
    throw asFailure(error, 'invalid');
  }
}
