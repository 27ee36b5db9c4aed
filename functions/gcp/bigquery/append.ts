/**
 * A few rows into a log of ours, through tabledata.insertAll: there is no job, so none of the
 * 1,500 that a table may have a day is used up, and a row whose answer was lost comes again.
 */
import { z } from 'zod';
import { code, Rejected } from '../../errors.ts';
import type { Row } from '../../ports/warehouse.ts';
import type { BigQueryApi } from './client.ts';
import { errorResult, failed, unreadable } from './failures.ts';

const answer = z.object({
  insertErrors: z
    .array(
      z.object({
        index: z.int(),
        errors: z.array(errorResult.extend({ location: z.string().default('') })),
      }),
    )
    .default([]),
});

/** @throws Rejected `invalid-data` where one row is not as the table is; then none is appended */
export async function appendRows(
  api: BigQueryApi,
  path: readonly [datasetId: string, table: string],
  rows: readonly Row[],
): Promise<void> {
  const [datasetId, table] = path.map(encodeURIComponent);
  const body = await api.json({
    method: 'POST',
    uri: `/datasets/${datasetId}/tables/${table}/insertAll`,
    json: { rows: rows.map((row) => ({ json: assertJson(row) })) },
  });
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw unreadable('insertAll', z.prettifyError(parsed.error));
  for (const { index, errors } of parsed.data.insertErrors) {
    // Rows that are fine themselves are stopped by those that are not.
    const error = errors.find(({ reason }) => reason !== 'stopped');
    if (!error) continue;
    const where = error.location === '' ? '' : ` (${error.location})`;
    throw failed(`row ${index} for ${path[1]}${where}`, error);
  }
  if (parsed.data.insertErrors.length > 0) {
    throw unreadable('insertAll', 'rows were stopped, but none was wrong');
  }
}

/** JSON has no sign for infinity and would make it NULL. */
function assertJson(row: Row): Row {
  for (const [name, value] of Object.entries(row)) {
    if (value !== Number.POSITIVE_INFINITY && value !== Number.NEGATIVE_INFINITY) continue;
    throw new Rejected(code.invalidData, `bigquery: ${name} cannot take ${value}.`);
  }
  return row;
}
