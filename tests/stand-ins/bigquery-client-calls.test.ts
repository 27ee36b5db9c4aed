/**
 * What the official client's own system tests ask of BigQuery, one call a line: the stand-in answers
 * it as the service does, or says in one sentence that it does not serve it. Nothing is half answered.
 */
import { Readable } from 'node:stream';
import { BigQuery, type RowMetadata } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type BigQueryUnderTest,
  fresh,
  location,
  openBigQuery,
  projectId,
} from './bigquery-under-test.ts';

let world: BigQueryUnderTest;
let client: BigQuery;
let id: string;

beforeAll(async () => {
  world = await openBigQuery();
  client = new BigQuery({
    projectId,
    location,
    apiEndpoint: world.server.url,
    authClient: new PassThroughClient(),
    autoRetry: false,
  });
});
afterAll(() => world.close());
beforeEach(async () => {
  id = fresh('cats');
  await client.dataset('kenko').createTable(id, {
    schema: {
      fields: [
        { name: 'id', type: 'INTEGER' },
        { name: 'name', type: 'STRING' },
        { name: 'at', type: 'TIMESTAMP' },
        { name: 'around', type: 'BOOLEAN' },
        { name: 'numbers', type: 'INTEGER', mode: 'REPEATED' },
      ],
    },
  });
  await table().insert(
    [1, 2, 3].map((n) => ({ id: n, name: `cat ${n}`, around: n > 1, numbers: [n, n + 1] })),
  );
});

const dataset = () => client.dataset('kenko');
const table = () => dataset().table(id);
const names = () => `SELECT name FROM \`kenko.${id}\` ORDER BY id`;
/** The client names its place in what it sends as a job only. */
const asked = (query = names()) => ({ query, location });
const three = [{ name: 'cat 1' }, { name: 'cat 2' }, { name: 'cat 3' }];
const later = async () => world.clock.sleep(3_600_000);

async function streamed(stream: NodeJS.ReadableStream): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of stream) rows.push(row);
  return rows;
}

type Call = [name: string, make: () => Promise<unknown>, gives: unknown];

const works: Call[] = [
  ['query', async () => (await client.query(asked()))[0], three],
  [
    'query with a page size, and the next page',
    async () => {
      const first = await client.query(asked(), { maxResults: 2 });
      return [first[0].length, Boolean((first[1] as { pageToken?: string } | null)?.pageToken)];
    },
    [2, true],
  ],
  [
    'createQueryJob and its results',
    async () => {
      const [job] = await client.createQueryJob(names());
      return (await job.getQueryResults())[0];
    },
    three,
  ],
  [
    'a job as a promise',
    async () => {
      const [job] = await client.createQueryJob(names());
      await job.promise();
      return (await job.getMetadata())[0].status.state;
    },
    'DONE',
  ],
  [
    'a job’s results as a stream',
    async () => {
      const [job] = await client.createQueryJob(names());
      return streamed(job.getQueryResultsStream());
    },
    three,
  ],
  ['createQueryStream', () => streamed(client.createQueryStream(asked())), three],
  [
    'a job’s id of one’s own',
    async () => {
      const jobId = fresh('my-job');
      const [job] = await client.createQueryJob({ query: names(), jobId });
      return job.id === jobId;
    },
    true,
  ],
  [
    'a prefix of job ids',
    async () => {
      const [job] = await client.createQueryJob({ query: names(), jobPrefix: 'mine-' });
      return job.id?.startsWith('mine-');
    },
    true,
  ],
  [
    'labels of a job',
    async () => {
      const [job] = await client.createQueryJob({ query: names(), labels: { team: 'cs' } });
      const [metadata] = await job.getMetadata();
      return metadata.status.state;
    },
    'DONE',
  ],
  [
    'cancel',
    async () => {
      const [job] = await client.createQueryJob(names());
      const [{ job: ended }] = (await job.cancel()) as unknown as [{ job: unknown }];
      return (ended as { status: { state: string } }).status.state;
    },
    'DONE',
  ],
  [
    'job.get where it runs',
    async () => {
      const [job] = await client.createQueryJob(names());
      const [metadata] = await client.job(job.id ?? '', { location }).getMetadata();
      return metadata.jobReference.location;
    },
    location,
  ],
  [
    'job.exists',
    async () => {
      const [job] = await client.createQueryJob(names());
      const [there] = await client.job(job.id ?? '', { location }).exists();
      const [none] = await client.job('none', { location }).exists();
      return [there, none];
    },
    [true, false],
  ],
  [
    'dataset.query',
    async () => (await dataset().query(`SELECT COUNT(*) AS n FROM ${id}`))[0],
    [{ n: 3 }],
  ],
  [
    'dataset.exists',
    async () => {
      const [there] = await dataset().exists();
      const [none] = await client.dataset('none').exists();
      return [there, none];
    },
    [true, false],
  ],
  ['dataset.getMetadata', async () => (await dataset().getMetadata())[0].location, location],
  [
    'table.exists',
    async () => {
      const [there] = await table().exists();
      const [none] = await dataset().table('none').exists();
      return [there, none];
    },
    [true, false],
  ],
  ['table.get', async () => (await table().get())[0].id, expect.stringMatching(/^cats_/)],
  [
    'table.setMetadata',
    async () => {
      await table().setMetadata({ description: 'cats and stuff' });
      return (await table().getMetadata())[0].description;
    },
    'cats and stuff',
  ],
  [
    'table.delete',
    async () => {
      await table().delete();
      return (await table().exists())[0];
    },
    false,
  ],
  [
    'table.getRows',
    async () => (await table().getRows())[0].map(({ id: n }: RowMetadata) => n),
    [1, 2, 3],
  ],
  ['table.createReadStream', async () => (await streamed(table().createReadStream())).length, 3],
  [
    'table.insert of one row with nothing in it',
    async () => {
      await table().insert({ id: 4, name: null });
      return (await client.query(asked(`SELECT COUNT(*) AS n FROM \`kenko.${id}\``)))[0];
    },
    [{ n: 4 }],
  ],
  [
    'table.insert with an error names the row',
    async () => {
      const failure = await table()
        .insert([{ id: 5 }, { id: 'x' }])
        .catch((error) => error);
      return [failure.name, failure.errors.length];
    },
    ['PartialFailureError', 2],
  ],
  [
    'table.createInsertStream',
    async () => {
      const rows = Readable.from([{ id: 6, name: 'streamed' }]);
      const stream = rows.pipe(table().createInsertStream());
      return new Promise((resolve, reject) => {
        stream.on('response', ({ kind }) => resolve(kind)).on('error', reject);
      });
    },
    'bigquery#tableDataInsertAllResponse',
  ],
  [
    'table.createInsertStream with an error',
    async () => {
      const stream = Readable.from([{ wrong: 'x' }]).pipe(table().createInsertStream());
      return new Promise((resolve) => {
        stream.on('error', ({ name }) => resolve(name));
      });
    },
    'PartialFailureError',
  ],
  [
    'named parameters of strings, numbers, booleans, dates and instants',
    async () => {
      const [rows] = await client.query({
        query: 'SELECT @s AS s, @i AS i, @f AS f, @b AS b, @d AS d, @t AS t',
        params: {
          s: 'x',
          i: 1,
          f: 12.5,
          b: true,
          d: BigQuery.date('2016-12-07'),
          t: BigQuery.timestamp('2016-12-07T14:00:00Z'),
        },
      });
      const [{ s, i, f, b, d, t }] = rows;
      return [s, i, f, b, d.value, t.value];
    },
    ['x', 1, 12.5, true, '2016-12-07', '2016-12-07T14:00:00.000Z'],
  ],
  [
    'a named array, an empty one too',
    async () => {
      const count = async (ids: string[]) => {
        const query = 'SELECT COUNT(*) AS n FROM UNNEST(@ids) AS one';
        const [rows] = await client.query({ query, params: { ids }, types: { ids: ['STRING'] } });
        return rows[0].n;
      };
      return [await count(['a', 'b']), await count([])];
    },
    [2, 0],
  ],
  [
    'DELETE gives how many',
    async () => {
      await later();
      const [job] = await client.createQueryJob(`DELETE FROM \`kenko.${id}\` WHERE id > 1`);
      await job.promise();
      return (await job.getMetadata())[0].statistics.query.numDmlAffectedRows;
    },
    '2',
  ],
];

/** Failures that are the service’s own. */
const fails: Call[] = [
  ['a query that cannot be read', () => client.query('SELECT FROM WHERE'), { code: 400 }],
  [
    'a query job elsewhere',
    async () => {
      const query = names();
      const [job] = await client.createQueryJob({ query, location: 'US' });
      return job.promise();
    },
    { message: expect.stringMatching(/not found/i) },
  ],
  [
    'job.get elsewhere',
    async () => {
      const [job] = await client.createQueryJob(names());
      return client.job(job.id ?? '', { location: 'US' }).getMetadata();
    },
    { code: 404 },
  ],
  [
    'cancel elsewhere',
    async () => {
      const [job] = await client.createQueryJob(names());
      return client.job(job.id ?? '', { location: 'US' }).cancel();
    },
    { code: 404 },
  ],
  [
    'a job’s id that is taken',
    async () => {
      const jobId = fresh('twice');
      await client.createQueryJob({ query: names(), jobId });
      return client.createQueryJob({ query: names(), jobId });
    },
    { code: 409 },
  ],
  [
    'a table that is there',
    () => dataset().createTable(id, { schema: 'id:INTEGER' }),
    { code: 409 },
  ],
  ['a table that is not', () => dataset().table('none').getMetadata(), { code: 404 }],
  [
    'rows of a page token of others',
    () => table().getRows({ pageToken: 'x', autoPaginate: false }),
    { code: 400 },
  ],
];

/** Of the service, but of no use to Kenko: by what the refusal calls it. */
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

describe('the official client’s call works as with the service', () => {
  it.each(works)('%s', async (_, make, gives) => {
    expect(await make()).toEqual(gives);
  });
});

describe('the official client’s call fails as with the service', () => {
  it.each(fails)('%s', async (_, make, failure) => {
    await expect(make()).rejects.toMatchObject(failure as object);
  });
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
