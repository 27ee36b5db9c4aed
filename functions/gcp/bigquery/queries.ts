/** Queries whose results come back: small ones as rows, a table's as columns. */
import { z } from 'zod';
import { code, Rejected, Retryable } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { assertQuery } from '../../ports/googlesql-text.ts';
import type { Parameter, Row } from '../../ports/warehouse.ts';
import type { ColumnBatch } from '../../scorecard/engine/columns.ts';
import type { BigQueryApi } from './client.ts';
import type { PageColumns } from './columns.ts';
import { unreadable } from './failures.ts';
import { RowReader, UnexpectedJson } from './json.ts';
import { queryParameters } from './parameters.ts';
import { rowOf } from './rows.ts';
import { field } from './schemas.ts';

export interface QueryContext {
  api: BigQueryApi;
  clock: Clock;
  /** What every query job is given: default dataset, limit of bytes. */
  defaults: Record<string, unknown>;
}

/** A control query that gives more than this is a mistake. */
const maximumRows = 10_000;
/** How long BigQuery may hold a request until the query is through. */
const heldMs = 10_000;
const longestWaitMs = 8 * 60_000;
const pauseMs = 1_000;
/** Pages without a row, one after the other, that are taken for a result that goes on. */
const mostEmptyPages = 3;

const answer = z.object({
  jobComplete: z.boolean(),
  jobReference: z.object({ jobId: z.string() }).optional(),
  totalRows: z.string().regex(/^\d+$/).default('0'),
  pageToken: z.string().optional(),
});
type Answer = z.infer<typeof answer>;

const rowsAnswer = z.object({
  schema: z.object({ fields: z.array(field).default([]) }).default({ fields: [] }),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })).default([]),
});

/** @throws Rejected `bad-request` for anything but one query, and for a larger result */
export async function queryRows(
  context: QueryContext,
  sql: string,
  parameters: Readonly<Record<string, Parameter>>,
): Promise<Row[]> {
  assertQuery(sql);
  const rows: Row[] = [];
  const pages = answerPages(context, sql, parameters, (bytes) => {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    return { rest: body, page: body, rows: countOf(body) };
  });
  for await (const { page, total } of pages) {
    if (total > maximumRows) {
      throw new Rejected(
        code.badRequest,
        `bigquery: a query gives more than ${maximumRows} rows; read the table instead.`,
      );
    }
    const { schema, rows: found } = parsedAs(rowsAnswer, page);
    for (const { f } of found) rows.push(rowOf(schema.fields, f));
  }
  return rows;
}

function countOf(body: unknown): number {
  const rows: unknown = typeof body === 'object' && body !== null && 'rows' in body && body.rows;
  return Array.isArray(rows) ? rows.length : 0;
}

/** The pages of a query's result as batches, each decoded from its bytes. */
export async function* queryBatches(
  context: QueryContext,
  sql: string,
  parameters: Readonly<Record<string, Parameter>>,
  columns: () => PageColumns,
): AsyncGenerator<ColumnBatch> {
  const pages = answerPages(context, sql, parameters, (bytes) => {
    const sink = columns();
    const rest = new RowReader(bytes).readPage(sink);
    const page = sink.batch();
    return { rest, page, rows: page.rows };
  });
  for await (const { page } of pages) if (page.rows > 0) yield page;
}

interface Decoded<T> {
  /** Everything but the rows. */
  rest: unknown;
  page: T;
  rows: number;
}

/**
 * Runs a query and fetches its result page by page.
 * @throws Retryable where the pages are not as many rows as the result has
 */
async function* answerPages<T>(
  { api, clock, defaults }: QueryContext,
  sql: string,
  parameters: Readonly<Record<string, Parameter>>,
  decode: (bytes: Buffer) => Decoded<T>,
): AsyncGenerator<{ page: T; total: number }> {
  const read = (bytes: Buffer): Decoded<T> & { head: Answer } => {
    try {
      const decoded = decode(bytes);
      return { ...decoded, head: parsedAs(answer, decoded.rest) };
    } catch (error) {
      const malformed = error instanceof UnexpectedJson || error instanceof SyntaxError;
      throw malformed ? unreadable('query', error.message, error) : error;
    }
  };
  let { head, page, rows } = read(
    await api.bytes({
      method: 'POST',
      uri: '/queries',
      json: {
        ...defaults,
        query: sql,
        useLegacySql: false,
        location: api.location,
        parameterMode: 'NAMED',
        queryParameters: queryParameters(parameters),
        formatOptions: { useInt64Timestamp: true },
        timeoutMs: heldMs,
      },
    }),
  );
  const job = head.jobReference?.jobId;
  const next = async (pageToken?: string): Promise<void> => {
    if (job === undefined) throw unreadable('query', 'it names no job');
    const bytes = await api.bytes({
      uri: `/queries/${encodeURIComponent(job)}`,
      qs: {
        location: api.location,
        pageToken,
        timeoutMs: heldMs,
        'formatOptions.useInt64Timestamp': true,
      },
    });
    ({ head, page, rows } = read(bytes));
  };
  const until = clock.now().getTime() + longestWaitMs;
  while (!head.jobComplete) {
    if (clock.now().getTime() >= until) {
      // Nobody will ask for its result, so it need not cost any more, if it can be stopped.
      if (job !== undefined) {
        const stopping: Promise<unknown> = api.client.job(job, { location: api.location }).cancel();
        await stopping.catch(() => undefined);
      }
      throw new Retryable(
        code.unavailable,
        `bigquery: a query still runs after ${longestWaitMs / 60_000} minutes; it is stopped.`,
      );
    }
    await clock.sleep(pauseMs);
    await next();
  }
  let seen = 0;
  let empty = 0;
  for (;;) {
    const total = Number(head.totalRows);
    seen += rows;
    empty = rows === 0 ? empty + 1 : 0;
    const short = seen < total && (head.pageToken === undefined || empty > mostEmptyPages);
    if (seen > total || short) throw unreadable('query', `${seen} of ${total} rows came`);
    yield { page, total };
    if (head.pageToken === undefined) return;
    await next(head.pageToken);
  }
}

function parsedAs<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw unreadable('query', z.prettifyError(result.error), result.error);
}
