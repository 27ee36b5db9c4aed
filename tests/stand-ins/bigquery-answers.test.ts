/** What the BigQuery adapter makes of answers that are cut short, wrong, or many pages long. */
import { describe, expect, it } from 'vitest';
import { Retryable } from '../../functions/errors.ts';
import type { Answer } from '../../functions/local/bigquery/faults.ts';
import {
  failureOf,
  fill,
  ids,
  idsIn,
  numbers,
  openBigQuery,
  rowsOf,
  t,
  useBigQuery,
  world,
} from './bigquery-under-test.ts';

useBigQuery();

describe('answers', () => {
  const rewrite = (change: (body: Record<string, unknown>) => unknown): Answer => ({
    rewrite: (text) => JSON.stringify(change(JSON.parse(text))),
  });
  const rowsBut = (some: number) => (body: Record<string, unknown>) => ({
    ...body,
    rows: (body.rows as unknown[]).slice(some),
  });

  it.each<[string, Answer]>([
    ['a page of something else', 'garbage'],
    ['one row less', rewrite(rowsBut(1))],
    ['no rows', rewrite(({ rows: _, ...rest }) => rest)],
    ['more rows than there are', rewrite((body) => ({ ...body, totalRows: '39' }))],
    ['no total', rewrite(({ totalRows: _, ...rest }) => rest)],
    ['nothing about being complete', rewrite(({ jobComplete: _, ...rest }) => rest)],
    ['no object', rewrite(() => [])],
  ])('with %s are no result', async (_, answer) => {
    await fill();
    world.faults.answer('jobs.query', answer);
    const failure = await failureOf(idsIn(world.warehouse, t));
    expect(failure).toBeInstanceOf(Retryable);
    expect(String(failure)).toMatch(/bigquery: .*cannot be read/);
    world.faults.answer('jobs.query', answer);
    const sql = `SELECT account_id FROM ${t}`;
    expect(await failureOf(world.warehouse.query(sql))).toBeInstanceOf(Retryable);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['a list', []],
    ['an object', {}],
    ['a text that is no number', 'many'],
  ])('with %s in a number column are no result', async (_, cell) => {
    await fill();
    const answer = rewrite((body) => ({
      ...body,
      rows: (body.rows as unknown[]).map(() => ({ f: [{ v: cell }] })),
    }));
    world.faults.answer('jobs.query', answer);
    const reading = async () => {
      const columns = [{ name: 'n', as: 'number' }] as const;
      for await (const batch of world.warehouse.read({ table: t, columns })) void batch;
    };
    expect(await failureOf(reading())).toBeInstanceOf(Retryable);
  });

  it.each(['jobs.insert', 'jobs.get'] as const)(
    'that are no job to %s are told',
    async (operation) => {
      world.faults.answer(
        operation,
        rewrite(() => ({ kind: 'bigquery#job' })),
      );
      const failure = await failureOf(fill());
      expect(failure).toBeInstanceOf(Retryable);
      expect(String(failure)).toMatch(/cannot be read/);
    },
  );
});

describe('pages', () => {
  const small = async (pageBytes: number) => {
    const paged = await openBigQuery({ pageBytes });
    await paged.warehouse.createTable('t', numbers);
    await paged.warehouse.load({ id: 'l', table: 't', batches: [rowsOf('2026-01-01', ...ids)] });
    paged.forget();
    return paged;
  };

  it.each([1, 27, 300, 500])(
    'of at most %i bytes give every row once, in order',
    async (pageBytes) => {
      const paged = await small(pageBytes);
      expect(await idsIn(paged.warehouse, 't')).toEqual(ids);
      const rowBytes = '{"f":[{"v":"id-000"}]},'.length;
      const perPage = Math.max(1, Math.floor(pageBytes / rowBytes));
      expect(paged.server.usage.requests['jobs.getQueryResults'] ?? 0).toBe(
        Math.ceil(ids.length / perPage) - 1,
      );
      const rows = await paged.warehouse.query('SELECT account_id FROM t ORDER BY account_id');
      expect(rows.map((row) => row.account_id)).toEqual(ids);
      await paged.close();
    },
  );

  it('that fail are asked for again, and no row comes twice', async () => {
    const paged = await small(300);
    paged.faults.answer('jobs.getQueryResults', { reason: 'backendError' }, 2);
    paged.faults.answer('jobs.getQueryResults', 'cut');
    expect(await idsIn(paged.warehouse, 't')).toEqual(ids);
    await paged.close();
  });

  it('that lose a row, or end early, are no result', async () => {
    const paged = await small(300);
    const rewrite = (change: (body: Record<string, unknown>) => unknown): Answer => ({
      rewrite: (text) => JSON.stringify(change(JSON.parse(text))),
    });
    paged.faults.answer(
      'jobs.getQueryResults',
      rewrite((body) => ({ ...body, rows: (body.rows as unknown[]).slice(1) })),
    );
    expect(await failureOf(idsIn(paged.warehouse, 't'))).toBeInstanceOf(Retryable);
    paged.faults.answer(
      'jobs.getQueryResults',
      rewrite(({ pageToken: _, ...rest }) => rest),
    );
    expect(await failureOf(idsIn(paged.warehouse, 't'))).toBeInstanceOf(Retryable);
    paged.faults.answer(
      'jobs.getQueryResults',
      rewrite((body) => ({ ...body, rows: [] })),
      100,
    );
    expect(await failureOf(idsIn(paged.warehouse, 't'))).toBeInstanceOf(Retryable);
    await paged.close();
  });
});
