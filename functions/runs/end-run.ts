import type { KenkoError } from '../errors.ts';
import { enteredTable, inputsTable, newOutcomesTable, stagingTable } from '../inputs/run-tables.ts';
import type { RunDocument } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { changeRun } from './leases.ts';

/** Removes what a run kept for itself. BigQuery would expire it; sooner is cheaper. */
export async function dropRunTables(
  { warehouse }: Pick<Runtime, 'warehouse'>,
  id: string,
  run: Pick<RunDocument, 'attempt'>,
): Promise<void> {
  await warehouse.dropTable(inputsTable(id, run));
  await warehouse.dropTable(stagingTable(id, run));
  await warehouse.dropTable(enteredTable(id, run));
  await warehouse.dropTable(newOutcomesTable(id, run));
}

/** Ends a run without effect: nothing of it becomes visible, and the next one may start. */
export async function failRun(
  runtime: Runtime,
  id: string,
  run: Pick<RunDocument, 'attempt'>,
  reason: Pick<KenkoError, 'code' | 'message'> & { summary?: string },
): Promise<RunDocument> {
  const failed = await changeRun(
    runtime.snapshots,
    id,
    run,
    ['preparing', 'scoring'],
    runtime.clock.now(),
    () => ({ state: 'failed', failure: { code: reason.code, message: reason.message } }),
    { release: true },
  );
  await dropRunTables(runtime, id, failed);
  const { code, message, summary = message } = reason;
  runtime.log.runFailed({ run: id, code, reason: summary });
  return failed;
}
