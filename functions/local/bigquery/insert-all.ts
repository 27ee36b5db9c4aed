/** tabledata.insertAll: rows without a job, all or none of a request. */
import { z } from 'zod';
import { Rejected } from '../../errors.ts';
import { batchOfRows } from '../../ports/plain-rows.ts';
import type { Row } from '../../ports/warehouse.ts';
import { appendBatches } from '../warehouse/append.ts';
import type { Dataset } from './datasets.ts';
import { parse } from './fields.ts';
import type { StandIn } from './stand-in.ts';
import { nextRow } from './streamed.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const item = z.union([z.string(), z.number(), z.null()]);
const insertRequest = z.strictObject({
  kind: z.string().optional(),
  rows: z
    .array(
      z.strictObject({
        insertId: z.string().optional(),
        json: z.record(z.string(), z.union([scalar, z.array(item)])),
      }),
    )
    .min(1)
    .max(50_000),
});

export async function insertAll(
  { warehouse, datasets, streamed }: StandIn,
  dataset: Dataset,
  tableId: string,
  body: unknown,
): Promise<unknown> {
  const request = parse(insertRequest, body, 'insertAll');
  const rows: Row[] = request.rows.map(({ json }) => json);
  return warehouse.transaction(async (connection) => {
    const { schema } = await datasets.require(connection, dataset, tableId);
    const wrong = rows.map((row) => mistakeIn(schema.columns, row));
    const kind = 'bigquery#tableDataInsertAllResponse';
    if (wrong.some((message) => message !== undefined)) {
      const insertErrors = wrong.map((message, index) => {
        const reason = message === undefined ? 'stopped' : 'invalid';
        return { index, errors: [{ reason, location: '', message: message ?? '' }] };
      });
      return { kind, insertErrors };
    }
    const batch = batchOfRows('duckdb', schema.columns, rows);
    const from = await nextRow(connection, dataset, tableId);
    await appendBatches(connection, [dataset.schema, tableId], schema.columns, [batch]);
    streamed.add(dataset, tableId, from, rows.length);
    return { kind };
  });
}

/** What is wrong with a row; undefined where nothing is. */
function mistakeIn(columns: Parameters<typeof batchOfRows>[1], row: Row): string | undefined {
  const missing = columns.find(({ name, required }) => required && (row[name] ?? null) === null);
  if (missing) return `Missing required field: ${missing.name}.`;
  try {
    batchOfRows('duckdb', columns, [row]);
    return undefined;
  } catch (error) {
    if (error instanceof Rejected) return error.message.replace(/^duckdb: /, '');
    throw error;
  }
}
