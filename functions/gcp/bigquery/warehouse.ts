/** The warehouse port on BigQuery. */

import type { BigQueryOptions } from '@google-cloud/bigquery';
import { z } from 'zod';
import { dayMs } from '../../calendar.ts';
import { code, hasCode, Rejected } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type FoundTable,
  type TableName,
  temporaryDays,
  type Warehouse,
} from '../../ports/warehouse.ts';
import { appendRows } from './append.ts';
import { encodeAvro } from './avro/file.ts';
import type { BigQueryApi } from './client.ts';
import { PageColumns } from './columns.ts';
import { unreadable } from './failures.ts';
import { type Job, type JobRequest, runJob } from './jobs.ts';
import { queryParameters } from './parameters.ts';
import { type QueryContext, queryBatches, queryRows } from './queries.ts';
import { readQuery } from './read.ts';
import {
  columnsOf,
  comparableSchema,
  comparableTable,
  createBody,
  foundTable,
  type TableResource,
  tableResource,
} from './schemas.ts';

export interface BigQueryWarehouseOptions {
  projectId: string;
  /** Of all datasets and jobs, such as `asia-northeast1`. */
  location: string;
  /** Our own dataset. */
  dataset: string;
  /** The team's: `dataset`, or `project.dataset`. */
  sourceDataset: string;
  /** A query that would be billed for more is refused before it costs anything. */
  maximumBytesBilled: number;
  clock: Clock;
  /** Another endpoint than Google's, such as the stand-in's URL. */
  apiEndpoint?: string;
  /** Other credentials than the application's default ones. */
  authClient?: BigQueryOptions['authClient'];
  /** For one request and its whole answer; default two minutes. */
  timeoutMs?: number;
}

/** Loads the client with the first call: a function that reads no table starts without it. */
export function openBigQueryWarehouse(options: BigQueryWarehouseOptions): Warehouse {
  const { projectId, location, dataset, maximumBytesBilled, clock, timeoutMs = 120_000 } = options;
  let opened: Promise<BigQueryApi> | undefined;
  const api = (): Promise<BigQueryApi> => {
    opened ??= import('./client.ts').then(({ openApi }) => openApi({ ...options, timeoutMs }));
    return opened;
  };
  // The last dot: ids of some old projects have dots of their own.
  const dot = options.sourceDataset.lastIndexOf('.');
  const source = options.sourceDataset.slice(dot + 1);
  const sourceDataset = dot < 0 ? [source] : [options.sourceDataset.slice(0, dot), source];
  const defaults = {
    defaultDataset: { projectId, datasetId: dataset },
    maximumBytesBilled: String(maximumBytesBilled),
  };
  /** Job ids are the project's: another deployment in it has the same packs and slots. */
  const jobOf = (id: string): string => `${dataset}-${id}`;
  const destination = (table: string) => ({ projectId, datasetId: dataset, tableId: table });
  const context = async (): Promise<QueryContext> => ({ api: await api(), clock, defaults });
  const run = async (request: JobRequest): Promise<Job> => runJob(await api(), clock, request);

  /** Project, dataset and name of a table. */
  function pathOf(table: TableName): [string, string, string] {
    if (typeof table === 'string') return [projectId, dataset, table];
    const [name = '', datasetId = '', project = projectId] = table.toReversed();
    return [project, datasetId, name];
  }

  async function tableObject(table: TableName) {
    const [project, datasetId, name] = pathOf(table);
    const { client } = await api();
    return client.dataset(datasetId, { projectId: project }).table(name);
  }

  /** @throws Rejected `not-found` where there is no such table */
  async function tableOf(table: TableName): Promise<TableResource> {
    const object = await tableObject(table);
    const [metadata] = await object.getMetadata();
    const parsed = tableResource.safeParse(metadata);
    if (parsed.success) return parsed.data;
    throw unreadable(`table ${pathOf(table).join('.')}`, z.prettifyError(parsed.error));
  }

  async function describe(table: TableName): Promise<FoundTable | undefined> {
    try {
      return foundTable(await tableOf(table));
    } catch (error) {
      if (hasCode(error, code.notFound)) return undefined;
      throw error;
    }
  }

  const expiry = (): string => String(clock.now().getTime() + temporaryDays * dayMs);

  /** Rows that a finished query job wrote. */
  async function rowsWritten(job: Job): Promise<number> {
    const { jobId } = job.jobReference;
    const answer = await (await api()).json({
      uri: `/queries/${encodeURIComponent(jobId)}`,
      qs: { location, maxResults: 0 },
    });
    const result = z.object({ totalRows: z.string() }).safeParse(answer);
    if (result.success) return Number(result.data.totalRows);
    throw unreadable(`job ${jobId}`, z.prettifyError(result.error));
  }

  return {
    sourceDataset,

    query: async (sql, parameters = {}) => queryRows(await context(), sql, parameters),

    materialize: async ({ id, sql, parameters = {}, table, cluster }) => {
      const job = await run({
        id: jobOf(id),
        type: 'query',
        configuration: {
          ...defaults,
          query: sql,
          useLegacySql: false,
          parameterMode: 'NAMED',
          queryParameters: queryParameters(parameters),
          destinationTable: destination(table),
          createDisposition: 'CREATE_IF_NEEDED',
          writeDisposition: 'WRITE_TRUNCATE',
          ...(cluster.length > 0 ? { clustering: { fields: [...cluster] } } : {}),
        },
      });
      const rows = await rowsWritten(job);
      // A query job cannot give its table an end.
      await (await tableObject(table)).setMetadata({ expirationTime: expiry() });
      return { rows };
    },

    createTable: async (table, schema, { temporary = false } = {}) => {
      const object = await tableObject(table);
      try {
        await object.create({
          ...createBody(schema),
          ...(temporary ? { expirationTime: expiry() } : {}),
        });
      } catch (error) {
        if (!hasCode(error, code.alreadyExists)) throw error;
        if (comparableTable(await tableOf(table)) === comparableSchema(schema)) return;
        throw new Rejected(
          code.conflict,
          `bigquery: there is a table ${table} with other columns, partitions or clusters.`,
          { cause: error },
        );
      }
    },

    dropTable: async (table) => {
      try {
        await (await tableObject(table)).delete();
      } catch (error) {
        if (!hasCode(error, code.notFound)) throw error;
      }
    },

    load: async ({ id, table, batches }) => {
      const { pieces } = encodeAvro(columnsOf(await tableOf(table)), batches);
      const job = await run({
        id: jobOf(id),
        type: 'load',
        configuration: {
          destinationTable: destination(table),
          sourceFormat: 'AVRO',
          useAvroLogicalTypes: true,
          createDisposition: 'CREATE_NEVER',
          writeDisposition: 'WRITE_APPEND',
        },
        data: pieces,
      });
      const rows = job.statistics?.load?.outputRows;
      if (rows === undefined)
        throw unreadable(`job ${id}`, 'it does not say how many rows it loaded');
      return { rows: Number(rows) };
    },

    append: async (table, rows) => {
      if (rows.length > 0) await appendRows(await api(), [dataset, table], rows);
    },

    replacePartition: async ({ id, from, to, date }) => {
      const [source, target] = [await tableOf(from), await tableOf(to)];
      if (comparableTable(source) !== comparableTable(target)) {
        throw new Rejected(
          code.invalidData,
          `bigquery: ${from} and ${to} differ in columns, partitions or clusters, so no partition can be copied.`,
        );
      }
      const column = target.timePartitioning?.field;
      if (column === undefined) {
        throw new Rejected(code.invalidData, `bigquery: ${to} has no partitions.`);
      }
      const partition = date.replaceAll('-', '');
      try {
        await run({
          id: jobOf(id),
          type: 'copy',
          configuration: {
            sourceTable: destination(`${from}$${partition}`),
            destinationTable: destination(`${to}$${partition}`),
            createDisposition: 'CREATE_NEVER',
            writeDisposition: 'WRITE_TRUNCATE',
          },
          finalReason: 'notFound',
        });
      } catch (error) {
        // Both tables are there, so it is the partition that is not: there are no rows of the date.
        if (!hasCode(error, code.notFound)) throw error;
        await run({
          id: jobOf(`${id}-empty`),
          type: 'query',
          configuration: {
            ...defaults,
            query: `DELETE FROM \`${to}\` WHERE \`${column}\` = @date`,
            useLegacySql: false,
            parameterMode: 'NAMED',
            queryParameters: queryParameters({ date: { date } }),
          },
        });
      }
    },

    async *read(request) {
      const columns = columnsOf(await tableOf(request.table));
      const path = pathOf(request.table);
      const { sql, parameters, types } = readQuery(request, path, columns);
      yield* queryBatches(
        await context(),
        sql,
        parameters,
        () => new PageColumns(request.columns, types),
      );
    },

    describe,
  };
}
