/** What jobs do, by type. */
import { copyConfiguration, runCopy } from './copy.ts';
import { notServed } from './errors.ts';
import type { JobFault } from './faults.ts';
import { parse } from './fields.ts';
import { type JobResource, recordEnd } from './job-records.ts';
import { loadConfiguration, runLoad } from './load.ts';
import {
  type PreparedQuery,
  prepareQuery,
  type QueryConfiguration,
  queryConfiguration,
  writeQuery,
} from './query.ts';
import type { StandIn } from './stand-in.ts';

/**
 * The work of a job: its effect and its end in one transaction.
 * @throws BigQueryFailure `invalid` for a configuration that makes no sense
 */
export function workOf(
  standIn: StandIn,
  type: JobFault['type'],
  given: unknown,
  resource: JobResource,
  file: Buffer | undefined,
): () => Promise<void> {
  const { warehouse, datasets, streamed, emptyPartitions, clock } = standIn;
  const scope = { datasets, streamed, location: resource.jobReference.location };
  if (type === 'query') {
    const configuration = parse(queryConfiguration, given, 'configuration.query');
    return () => runQuery(standIn, configuration, resource);
  }
  if (type === 'load') {
    const configuration = parse(loadConfiguration, given, 'configuration.load');
    if (file === undefined) throw notServed('A load job without data');
    return () =>
      warehouse.transaction(async (connection) => {
        const rows = await runLoad(connection, scope, configuration, file);
        const load = { outputRows: String(rows), inputFileBytes: String(file.length) };
        await recordEnd(connection, resource, clock.now(), { statistics: { load } });
      });
  }
  const configuration = parse(copyConfiguration, given, 'configuration.copy');
  return () =>
    warehouse.transaction(async (connection) => {
      const rows = await runCopy(connection, scope, configuration, emptyPartitions);
      const copy = { copiedRows: String(rows) };
      await recordEnd(connection, resource, clock.now(), { statistics: { copy } });
    });
}

async function runQuery(
  standIn: StandIn,
  configuration: QueryConfiguration,
  resource: JobResource,
): Promise<void> {
  const { warehouse, datasets, streamed, results, usage, clock } = standIn;
  const scope = { datasets, streamed, location: resource.jobReference.location };
  const statisticsOf = ({ bytes, statementType }: PreparedQuery, deleted?: number) => {
    usage.bytesProcessed += bytes.processed;
    usage.bytesBilled += bytes.billed;
    const totalBytesProcessed = String(bytes.processed);
    const totalBytesBilled = String(bytes.billed);
    const query = {
      totalBytesProcessed,
      totalBytesBilled,
      cacheHit: false,
      statementType,
      ...(deleted === undefined ? {} : { numDmlAffectedRows: String(deleted) }),
    };
    return { totalBytesProcessed, query };
  };
  const writes = configuration.destinationTable || /^\s*DELETE\b/i.test(configuration.query);
  if (writes) {
    await warehouse.transaction(async (connection) => {
      const prepared = await prepareQuery(connection, scope, configuration);
      let deleted: number | undefined;
      if (prepared.statementType === 'DELETE') {
        deleted = (await connection.run(prepared.statement)).rowsChanged;
      } else await writeQuery(connection, scope, configuration, prepared);
      const statistics = statisticsOf(prepared, deleted);
      await recordEnd(connection, resource, clock.now(), { statistics });
    });
    return;
  }
  const statistics = await warehouse.reader(async (connection) => {
    const prepared = await prepareQuery(connection, scope, configuration);
    await results.keep(connection, resource.id, prepared.statement, prepared.columns);
    return statisticsOf(prepared);
  });
  await warehouse.transaction((connection) =>
    recordEnd(connection, resource, clock.now(), { statistics }),
  );
}
