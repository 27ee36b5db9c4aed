/**
 * What the official client can ask of BigQuery and Kenko never does, one call a line: the stand-in
 * says in one sentence that it does not serve it. Nothing is half answered.
 */
import { describe, expect, it } from 'vitest';
import {
  asked,
  client,
  dataset,
  id,
  names,
  streamed,
  table,
  useBigQueryClient,
  world,
} from './bigquery-client-under-test.ts';
import { fresh, location, projectId } from './bigquery-under-test.ts';

useBigQueryClient();

/** By what the refusal calls it. */
const refused: [call: string, make: () => Promise<unknown>][] = [
  ['projects.list', () => request('GET', 'https://projects')],
  ['projects.getServiceAccount', () => request('GET', '/serviceAccount')],
  ['datasets.list', () => client.getDatasets()],
  ['datasets.list', () => streamed(client.getDatasetsStream())],
  ['datasets.insert', () => client.createDataset('new')],
  ['datasets.patch', () => dataset().setMetadata({ description: 'x' })],
  ['datasets.delete', () => dataset().delete({ force: true })],
  ['tables.list', () => dataset().getTables()],
  ['tables.getIamPolicy', () => table().getIamPolicy()],
  ['tables.setIamPolicy', () => table().setIamPolicy({ bindings: [] })],
  ['tables.testIamPermissions', () => table().testIamPermissions(['bigquery.tables.get'])],
  ['jobs.list', () => client.getJobs()],
  [
    'jobs.delete',
    async () => {
      const [job] = await client.createQueryJob(names());
      return job.delete();
    },
  ],
  ['models.list', () => dataset().getModels()],
  ['models.get', () => dataset().model('m').getMetadata()],
  ['models.patch', () => dataset().model('m').setMetadata({ friendlyName: 'x' })],
  ['models.delete', () => dataset().model('m').delete()],
  ['routines.list', () => dataset().getRoutines()],
  ['routines.insert', () => dataset().createRoutine('r', { definitionBody: 'x * 3' })],
  ['routines.get', () => dataset().routine('r').getMetadata()],
  ['routines.delete', () => dataset().routine('r').delete()],
  ['job.configuration.dryRun', () => client.createQueryJob({ query: names(), dryRun: true })],
  [
    'job.configuration.jobTimeoutMs',
    () => client.createQueryJob({ query: names(), jobTimeoutMs: 1_000 }),
  ],
  ['job.configuration.extract', () => request('POST', '/jobs', { configuration: { extract: {} } })],
  [
    'Copying a whole table',
    async () => {
      const [job] = await table().createCopyJob(dataset().table(fresh('copy')));
      return job.promise();
    },
  ],
  [
    'A load job without data',
    () =>
      request('POST', '/jobs', {
        configuration: {
          load: {
            destinationTable: { projectId, datasetId: 'kenko', tableId: id },
            sourceFormat: 'CSV',
          },
        },
      }),
  ],
  [
    'RECORD, the type of field details',
    () =>
      dataset().createTable(fresh('nested'), {
        schema: {
          fields: [{ name: 'details', type: 'RECORD', fields: [{ name: 'n', type: 'INTEGER' }] }],
        },
      }),
  ],
  [
    'GEOGRAPHY, the type of field place',
    () => dataset().createTable(fresh('places'), { schema: 'place:GEOGRAPHY' }),
  ],
  [
    'BYTES, the type of field buffer',
    () => dataset().createTable(fresh('bytes'), { schema: 'buffer:BYTES' }),
  ],
  ['table.view', () => dataset().createTable(fresh('view'), { view: names() })],
  ['Positional parameters', () => client.query({ query: 'SELECT ? AS n', params: [1] })],
  ['BIGNUMERIC, the type of parameter p', () => parameter({ type: 'BIGNUMERIC' }, '1')],
  ['STRUCT, the type of parameter p', () => parameter({ type: 'STRUCT' }, '1')],
  ['TIME, the type of parameter p', () => parameter({ type: 'TIME' }, '14:00:00')],
  ['CREATE statements', () => client.query(asked('CREATE MODEL `kenko.m` AS SELECT 1 AS label'))],
  [
    'CREATE statements',
    () => client.query(asked('-- a routine\nCREATE FUNCTION `kenko.f`() AS (1)')),
  ],
  ['INSERT statements', () => client.query(asked(`INSERT INTO \`kenko.${id}\` (id) VALUES (1)`))],
  ['UPDATE statements', () => client.query(asked(`UPDATE \`kenko.${id}\` SET id = 1 WHERE TRUE`))],
  ['DECLARE statements', () => client.query(asked('DECLARE x INT64; SELECT x'))],
];

function request(method: string, uri: string, json?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (uri === 'https://projects') {
      fetch(`${world.server.url}/bigquery/v2/projects`).then(async (response) => {
        const { error } = (await response.json()) as { error: { message: string } };
        reject(Object.assign(new Error(error.message), { code: response.status }));
      }, reject);
      return;
    }
    client.request({ method, uri, json } as Parameters<typeof client.request>[0], (error, body) =>
      error ? reject(error) : resolve(body),
    );
  });
}

const parameter = (parameterType: unknown, value: string) =>
  request('POST', '/queries', {
    query: 'SELECT @p AS n',
    useLegacySql: false,
    location,
    parameterMode: 'NAMED',
    queryParameters: [{ name: 'p', parameterType, parameterValue: { value } }],
  });

describe('the official client’s call is refused, by its name', () => {
  it.each(refused)('%s', async (call, make) => {
    await expect(make()).rejects.toMatchObject({
      message: expect.stringContaining(
        `${call}: Kenko does not use this of BigQuery's API, so this stand-in does not serve it.`,
      ),
    });
  });
});
