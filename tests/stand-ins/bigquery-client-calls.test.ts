/**
 * What the official client's own system tests ask of BigQuery, one call a line: the stand-in answers
 * it as the service does. What it says of calls that it does not serve: bigquery-refused-calls.test.ts.
 */
import { Readable } from 'node:stream';
import { BigQuery, type RowMetadata } from '@google-cloud/bigquery';
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
import { fresh, location } from './bigquery-under-test.ts';

useBigQueryClient();

const three = [{ name: 'cat 1' }, { name: 'cat 2' }, { name: 'cat 3' }];
const later = async () => world.clock.sleep(3_600_000);

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
