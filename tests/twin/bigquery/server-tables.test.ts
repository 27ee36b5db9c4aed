/** Tables of the BigQuery stand-in, loaded, copied and described as the official client asks for it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TableMetadata } from '@google-cloud/bigquery';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import {
  client,
  failureOf,
  folder,
  fresh,
  layout,
  location,
  projectId,
  query,
  serveStandIn,
  table,
} from '../../support/unit/bigquery-stand-in.ts';

serveStandIn();

describe('load jobs', () => {
  const fields = [
    { name: 'date', type: { type: 'int', logicalType: 'date' } },
    { name: 'account_id', type: 'string' },
    { name: 'n', type: ['null', 'long'] },
    { name: 'parts', type: { type: 'array', items: 'long' } },
  ];
  const rows = ['x', 'y'].map((account_id, i) => ({
    date: 20_000,
    account_id,
    n: i === 0 ? null : { long: 5 },
    parts: [1, 2],
  }));
  /** A file that the library wrote. */
  async function file(given: unknown, values: unknown[]): Promise<string> {
    const path = join(folder, `${fresh('file')}.avro`);
    const type = avro.Type.forSchema(
      { type: 'record', name: 'row', fields: given as never },
      { wrapUnions: true },
    );
    const encoder = new avro.streams.BlockEncoder(type);
    const chunks: Buffer[] = [];
    encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => encoder.on('end', resolve));
    for (const value of values) encoder.write(value);
    encoder.end();
    await ended;
    writeFileSync(path, Buffer.concat(chunks));
    return path;
  }
  const load = (path: string, rest: object = {}) =>
    client
      .dataset('own')
      .table(table)
      .createLoadJob(path, { sourceFormat: 'AVRO', useAvroLogicalTypes: true, ...rest })
      .then(([job]) => job.promise());

  it('append a file that the client uploads', async () => {
    const plain = fields.map((field) =>
      field.name === 'date' ? { ...field, type: 'int' } : field,
    );
    const target = fresh('loaded');
    await client.dataset('own').createTable(target, {
      schema: {
        fields: [
          { name: 'date', type: 'INT64', mode: 'REQUIRED' },
          { name: 'account_id', type: 'STRING', mode: 'REQUIRED' },
          { name: 'n', type: 'INT64' },
          { name: 'parts', type: 'INT64', mode: 'REPEATED' },
          { name: 'left_out', type: 'FLOAT64' },
        ],
      },
    });
    const [job] = await client
      .dataset('own')
      .table(target)
      .createLoadJob(await file(plain, rows), { sourceFormat: 'AVRO' });
    await job.promise();
    const [metadata] = await job.getMetadata();
    expect(metadata.statistics.load.outputRows).toBe('2');
    expect((await client.dataset('own').table(target).getRows())[0]).toEqual([
      { date: 20_000, account_id: 'x', n: null, parts: [1, 2], left_out: null },
      { date: 20_000, account_id: 'y', n: 5, parts: [1, 2], left_out: null },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['another type', [fields[1], { name: 'n', type: 'double' }], 'changed type'],
    ['another mode', [fields[1], { name: 'n', type: 'long' }], 'changed mode'],
    ['a column that is not there', [fields[1], { name: 'more', type: 'long' }], 'not in the table'],
    ['a REQUIRED column missing', [fields[1]], 'REQUIRED'],
  ])('refuse %s', async (_, given, message) => {
    const row = { account_id: 'x', n: 5, more: 5 };
    await expect(load(await file(given, [row]))).rejects.toThrow(message);
    expect((await client.dataset('own').table(table).getMetadata())[0].numRows).toBe('3');
  });

  it('refuse a file that is cut, and one that is none', async () => {
    const path = join(folder, 'cut.avro');
    const whole = await file(
      [fields[1]],
      rows.map(({ account_id }) => ({ account_id })),
    );
    const bytes = readFileSync(whole);
    const target = fresh('loaded');
    await client.dataset('own').createTable(target, {
      schema: { fields: [{ name: 'account_id', type: 'STRING', mode: 'REQUIRED' }] },
    });
    for (const cut of [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 20),
      Buffer.from('no'),
    ]) {
      writeFileSync(path, cut);
      const [job] = await client
        .dataset('own')
        .table(target)
        .createLoadJob(path, { sourceFormat: 'AVRO' });
      await expect(job.promise()).rejects.toThrow(/Avro/);
    }
    expect((await client.dataset('own').table(target).getMetadata())[0].numRows).toBe('0');
  });

  it('refuse other formats, and a table that is not there', async () => {
    const path = join(folder, 'rows.csv');
    writeFileSync(path, 'a,b\n');
    await expect(
      load(path, { sourceFormat: 'CSV', useAvroLogicalTypes: undefined }),
    ).rejects.toThrow(/^Loading CSV: Kenko does not use this/);
    const missing = client
      .dataset('own')
      .table('no_such_table')
      .createLoadJob(path, { sourceFormat: 'AVRO', createDisposition: 'CREATE_NEVER' })
      .then(([job]) => job.promise());
    await expect(missing).rejects.toThrow(/Not found/);
  });
});

describe('copy jobs', () => {
  const copy = (from: string, to: string, rest: object = {}) =>
    client
      .dataset('own')
      .table(from)
      .createCopyJob(client.dataset('own').table(to), {
        writeDisposition: 'WRITE_TRUNCATE',
        ...rest,
      })
      .then(([job]) => job.promise());

  it('replace one partition by another table’s', async () => {
    const history = fresh('history');
    await client.dataset('own').createTable(history, layout);
    await client
      .dataset('own')
      .table(history)
      .insert([
        { date: '2026-01-01', account_id: 'old', parts: [] },
        { date: '2026-01-02', account_id: 'kept', parts: [] },
      ]);
    await copy(`${table}$20260101`, `${history}$20260101`);
    const [rows] = await query(`SELECT account_id FROM ${history} ORDER BY account_id`);
    expect(rows).toEqual([{ account_id: 'a' }, { account_id: 'kept' }]);
    expect(
      await failureOf(
        copy(`${table}$20260101`, `${history}$20260101`, { writeDisposition: 'WRITE_EMPTY' }),
      ),
    ).toMatchObject({ reason: 'duplicate' });
    expect((await failureOf(copy(`${table}$20260101`, `${history}$20260102`))).reason).toBe(
      'invalid',
    );
    expect((await failureOf(copy(`${table}$20301231`, `${history}$20301231`))).reason).toBe(
      'notFound',
    );
    expect((await failureOf(copy(`${table}$20261301`, `${history}$20261301`))).reason).toBe(
      'notFound',
    );
  });

  it.each<[string, TableMetadata]>([
    [
      'columns',
      {
        ...layout,
        schema: {
          fields: [
            { name: 'date', type: 'DATE' },
            { name: 'account_id', type: 'STRING' },
          ],
        },
      },
    ],
    ['clusters', { ...layout, clustering: { fields: ['account_id', 'n'] } }],
    ['partitions', { schema: layout.schema as object, clustering: layout.clustering as object }],
  ])('are refused between tables of other %s', async (_, metadata) => {
    const other = fresh('other');
    await client.dataset('own').createTable(other, metadata);
    const failure = await failureOf(copy(`${table}$20260101`, `${other}$20260101`));
    expect(failure.reason).toBe('invalid');
  });
});

describe('tables', () => {
  it('are described, listed, changed and deleted', async () => {
    const dataset = client.dataset('own');
    const [metadata] = await dataset.table(table).getMetadata();
    expect(metadata).toMatchObject({
      id: `${projectId}:own.${table}`,
      location,
      numRows: '3',
      timePartitioning: { type: 'DAY', field: 'date' },
      clustering: { fields: ['account_id'] },
      schema: {
        fields: [
          { name: 'date', type: 'DATE', mode: 'REQUIRED' },
          {},
          { type: 'INTEGER' },
          { type: 'FLOAT' },
          {},
          { type: 'INTEGER', mode: 'REPEATED' },
        ],
      },
    });
    await dataset.table(table).setMetadata({ description: 'Of a test' });
    expect((await dataset.table(table).getMetadata())[0].description).toBe('Of a test');
    await dataset.table(`${table}$20260101`).delete();
    expect((await dataset.table(table).getMetadata())[0].numRows).toBe('2');
    await dataset.table(table).delete();
    expect(await dataset.table(table).exists()).toEqual([false]);
    expect(await dataset.exists()).toEqual([true]);
    expect(await client.dataset('nowhere').exists()).toEqual([false]);
  });

  it('give their rows without a query, some of their columns, and page by page', async () => {
    const [rows] = await client.dataset('own').table(table).getRows();
    expect(rows).toMatchObject([
      { account_id: 'a', n: 0 },
      { account_id: 'b' },
      { account_id: 'c' },
    ]);
    const [some] = await client
      .dataset('own')
      .table(table)
      .getRows({ selectedFields: 'n', startIndex: '1' });
    expect(some).toEqual([{ n: 1 }, { n: 2 }]);
    const [first] = await client
      .dataset('own')
      .table(table)
      .getRows({ maxResults: 2, autoPaginate: false });
    expect(first).toHaveLength(2);
  });

  it.each<[string, TableMetadata]>([
    ['no columns', { schema: { fields: [] } }],
    [
      'two columns of one name',
      {
        schema: {
          fields: [
            { name: 'x', type: 'DATE' },
            { name: 'X', type: 'DATE' },
          ],
        },
      },
    ],
    ['a partition that is no DATE', { ...layout, timePartitioning: { type: 'DAY', field: 'n' } }],
    ['clusters of a FLOAT64', { ...layout, clustering: { fields: ['f'] } }],
    [
      'five clusters',
      { ...layout, clustering: { fields: ['account_id', 'n', 'date', 'at', 'n'] } },
    ],
    ['a cluster that is not there', { ...layout, clustering: { fields: ['nothing'] } }],
  ])('are not created with %s', async (_, metadata) => {
    const failure = await failureOf(client.dataset('own').createTable(fresh('bad'), metadata));
    expect(failure).toMatchObject({ code: 400, reason: 'invalid' });
  });

  it('are not created with a type that is not used', async () => {
    const metadata = { schema: { fields: [{ name: 'x', type: 'GEOGRAPHY' }] } };
    const failure = await failureOf(client.dataset('own').createTable(fresh('bad'), metadata));
    expect(failure).toMatchObject({ code: 501, reason: 'notImplemented' });
  });

  it('are not created twice', async () => {
    const failure = await failureOf(client.dataset('own').createTable(table, layout));
    expect(failure).toMatchObject({ code: 409, reason: 'duplicate' });
  });

  it('take rows all or none', async () => {
    const insert = client
      .dataset('own')
      .table(table)
      .insert([{ date: '2026-01-01', account_id: 'fine', parts: [] }, { account_id: 'no date' }]);
    await expect(insert).rejects.toMatchObject({ name: 'PartialFailureError' });
    expect((await client.dataset('own').table(table).getMetadata())[0].numRows).toBe('3');
  });
});
