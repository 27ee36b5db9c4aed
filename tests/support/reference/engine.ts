/** The reference engine at work: a process of its own on loopback, asked over gRPC. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Parameter } from '../../../functions/ports/warehouse.ts';
import { type EngineFiles, installedEngine } from './engine-package.ts';
import {
  fromWire,
  parameterOf,
  type TypeName,
  toWire,
  typeName,
  type Value,
  type WireType,
  type WireValue,
  wireType,
} from './engine-values.ts';

/** A table that a query may read; `dataset` where it is named with one. */
export interface ReferenceTable {
  dataset?: string;
  name: string;
  columns: readonly { name: string; type: TypeName }[];
  rows: readonly (readonly Value[])[];
}

export interface ReferenceQuery {
  sql: string;
  tables?: readonly ReferenceTable[];
  parameters?: Readonly<Record<string, Parameter>>;
}

export interface ResultColumn {
  /** Empty for an expression without an alias. */
  name: string;
  type: TypeName;
}

export interface Result {
  columns: ResultColumn[];
  rows: Value[][];
}

export interface ReferenceEngine {
  /** Of the process. */
  readonly pid: number;
  /**
   * What a query gives, found out from the tables' columns alone.
   * @throws QueryError with Google's own words where it is no GoogleSQL for these tables
   */
  analyse(query: ReferenceQuery): Promise<ResultColumn[]>;
  /** Runs a query. @throws QueryError where it cannot be analysed, or fails while it runs */
  evaluate(query: ReferenceQuery): Promise<Result>;
  /** Tables that a query reads, each in parts; names of its own, from WITH, are not among them. */
  tablesOf(sql: string): Promise<string[][]>;
  /** Ends the process. */
  close(): Promise<void>;
}

/** The engine says that a query is wrong; the message is its own. */
export class QueryError extends Error {}

/**
 * What BigQuery's dialect has of the language's optional features, as far as queries go. What
 * is missing here is refused, so a query cannot rest on a feature that BigQuery lacks.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax
 */
const features = [
  'ANALYTIC_FUNCTIONS',
  'TABLESAMPLE',
  'NUMERIC_TYPE',
  'BIGNUMERIC_TYPE',
  'JSON_TYPE',
  'INTERVAL_TYPE',
  'PARAMETERIZED_TYPES',
  'GROUP_BY_ROLLUP',
  'BETWEEN_UINT64_INT64',
  'V_1_1_WITH_ON_SUBQUERY',
  'V_1_1_SELECT_STAR_EXCEPT_REPLACE',
  'V_1_1_ORDER_BY_IN_AGGREGATE',
  'V_1_1_LIMIT_IN_AGGREGATE',
  'V_1_1_HAVING_IN_AGGREGATE',
  'V_1_1_NULL_HANDLING_MODIFIER_IN_ANALYTIC',
  'V_1_1_NULL_HANDLING_MODIFIER_IN_AGGREGATE',
  'V_1_1_FOR_SYSTEM_TIME_AS_OF',
  'V_1_1_CAST_DIFFERENT_ARRAY_TYPES',
  'V_1_2_CIVIL_TIME',
  'V_1_2_SAFE_FUNCTION_CALL',
  'V_1_2_WEEK_WITH_WEEKDAY',
  'V_1_3_NULLS_FIRST_LAST_IN_ORDER_BY',
  'V_1_3_WITH_RECURSIVE',
  'V_1_3_DECIMAL_ALIAS',
  'V_1_3_DATE_TIME_CONSTRUCTORS',
  'V_1_3_DATE_ARITHMETICS',
  'V_1_3_ADDITIONAL_STRING_FUNCTIONS',
  'V_1_3_EXTENDED_DATE_TIME_SIGNATURES',
  'V_1_3_PIVOT',
  'V_1_3_UNPIVOT',
  'V_1_3_IS_DISTINCT',
  'V_1_3_QUALIFY',
  'V_1_3_FORMAT_IN_CAST',
  'V_1_3_CONCAT_MIXED_TYPES',
  'V_1_3_LIKE_ANY_SOME_ALL',
].map((name) => `FEATURE_${name}`);

const languageOptions = {
  product_mode: 'PRODUCT_EXTERNAL',
  enabled_language_features: features,
  supported_statement_kinds: ['RESOLVED_QUERY_STMT'],
  // Otherwise QUALIFY alone, without WHERE, is refused.
  reserved_keywords: ['QUALIFY'],
};

type Call = (request: object, answer: (error: ServiceError | null, reply: object) => void) => void;
type Client = Record<string, Call> & {
  waitForReady(deadline: number, ready: (error?: Error) => void): void;
  close(): void;
};

const startMs = 30_000;

/**
 * Starts the engine on a free port of loopback.
 * @throws Error in one sentence where it is not installed or does not start
 */
export async function startReferenceEngine(
  files: EngineFiles = installedEngine(),
): Promise<ReferenceEngine> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(files.binary, address.split(':'), { stdio: 'ignore' });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const client = clientOf(files.protos, address);
  try {
    await ready(client, child);
  } catch (error) {
    end();
    client.close();
    throw new Error(
      `The GoogleSQL reference engine does not start: ${error instanceof Error ? error.message : error}.`,
      { cause: error },
    );
  }
  return {
    pid: child.pid ?? 0,
    analyse: (query) => analyse(client, query),
    evaluate: (query) => evaluate(client, query),
    tablesOf: async (sql) => {
      const { table_name: names = [] } = await ask<{
        table_name?: { table_name_segment: string[] }[];
      }>(client, 'ExtractTableNamesFromStatement', {
        sql_statement: sql,
        options: languageOptions,
      });
      return names.map((name) => name.table_name_segment);
    },
    close: async () => {
      process.removeListener('exit', end);
      client.close();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      end();
      await ended;
    },
  };
}

/** The engine takes no port 0: it would not say which port it got. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function clientOf(protos: string, address: string): Client {
  const definition = loadSync('local_service.proto', {
    includeDirs: [protos],
    keepCase: true,
    longs: String,
    enums: String,
    oneofs: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    zetasql: { local_service: { ZetaSqlLocalService: new (...args: unknown[]) => Client } };
  };
  return new loaded.zetasql.local_service.ZetaSqlLocalService(
    address,
    credentials.createInsecure(),
    // Rows go with the query; the default limit is 4 MB.
    { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 },
  );
}

function ready(client: Client, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)));
    client.waitForReady(Date.now() + startMs, (error) => (error ? reject(error) : resolve()));
  });
}

/** INVALID_ARGUMENT, and what evaluation itself raises: OUT_OF_RANGE, UNIMPLEMENTED. */
const aboutTheQuery = new Set([3, 11, 12]);

function ask<T>(client: Client, method: string, request: object): Promise<T> {
  return new Promise((resolve, reject) => {
    client[method]?.(request, (error, reply) => {
      if (!error) resolve(reply as T);
      else if (aboutTheQuery.has(error.code)) reject(new QueryError(error.details));
      else reject(error);
    });
  });
}

/** Tables that stand beside each other in many queries are told to the engine once. */
const catalogs = new WeakMap<Client, WeakMap<readonly ReferenceTable[], Promise<string>>>();

const noTables: readonly ReferenceTable[] = [];

function catalogFor(client: Client, tables: readonly ReferenceTable[]): Promise<string> {
  const known = catalogs.get(client) ?? new WeakMap();
  catalogs.set(client, known);
  const registered = known.get(tables) ?? registerCatalog(client, tables);
  known.set(tables, registered);
  return registered;
}

/** The engine takes rows for tables without a dataset only: `a.b` stands for `a`.`b`, too. */
const flatName = ({ dataset, name }: ReferenceTable): string =>
  dataset === undefined ? name : `${dataset}.${name}`;

async function registerCatalog(client: Client, tables: readonly ReferenceTable[]): Promise<string> {
  const columnsOfTable = ({ columns }: ReferenceTable) =>
    columns.map(({ name, type }) => ({ name, type: wireType(type) }));
  const datasets = new Set(tables.flatMap(({ dataset }) => dataset ?? []));
  const { registered_id: id } = await ask<{ registered_id: string }>(client, 'RegisterCatalog', {
    simple_catalog: {
      name: 'kenko',
      builtin_function_options: { language_options: languageOptions },
      table: tables.map((table) => ({ name: flatName(table), column: columnsOfTable(table) })),
      catalog: [...datasets].map((dataset) => ({
        name: dataset,
        table: tables
          .filter((table) => table.dataset === dataset)
          .map((table) => ({ name: table.name, column: columnsOfTable(table) })),
      })),
    },
    descriptor_pool_list: descriptorPools,
    table_content: Object.fromEntries(
      tables.map((table) => [
        flatName(table),
        {
          table_data: {
            row: table.rows.map((row) => ({
              cell: table.columns.map(({ type }, i) => toWire(row[i] ?? null, type)),
            })),
          },
        },
      ]),
    ),
  });
  return id;
}

const descriptorPools = { definitions: [{ builtin: {} }] };

async function requestOf(
  client: Client,
  { sql, tables = noTables, parameters = {} }: ReferenceQuery,
): Promise<object> {
  const given = Object.entries(parameters).map(([name, value]) => ({
    name,
    ...parameterOf(value),
  }));
  return {
    sql,
    options: {
      language_options: languageOptions,
      default_timezone: 'UTC',
      error_message_mode: 'ERROR_MESSAGE_ONE_LINE',
      query_parameters: given.map(({ name, type }) => ({ name, type: wireType(type) })),
    },
    registered_catalog_id: await catalogFor(client, tables),
    descriptor_pool_list: descriptorPools,
  };
}

type Prepared = { prepared_query_id?: string; columns?: { name: string; type: WireType }[] };

const columnsOf = ({ columns = [] }: Prepared): ResultColumn[] =>
  columns.map(({ name, type }) => ({ name, type: typeName(type) }));

async function analyse(client: Client, query: ReferenceQuery): Promise<ResultColumn[]> {
  const request = await requestOf(client, query);
  const { prepared } = await ask<{ prepared: Prepared }>(client, 'PrepareQuery', request);
  await ask(client, 'UnprepareQuery', { prepared_query_id: prepared.prepared_query_id });
  return columnsOf(prepared);
}

function withFlatNames({ sql, tables = noTables }: ReferenceQuery): string {
  return tables.reduce((text, table) => {
    if (table.dataset === undefined) return text;
    const written = new RegExp(`\`?\\b${table.dataset}\`?\\.\`?${table.name}\\b\`?`, 'g');
    return text.replace(written, `\`${flatName(table)}\``);
  }, sql);
}

async function evaluate(client: Client, query: ReferenceQuery): Promise<Result> {
  const request = await requestOf(client, { ...query, sql: withFlatNames(query) });
  const reply = await ask<{
    prepared: Prepared;
    content?: { table_data?: { row?: { cell?: WireValue[] }[] } };
  }>(client, 'EvaluateQuery', {
    ...request,
    params: Object.entries(query.parameters ?? {}).map(([name, given]) => {
      const { type, value } = parameterOf(given);
      return { name, value: toWire(value, type) };
    }),
  });
  const columns = columnsOf(reply.prepared);
  return {
    columns,
    rows: (reply.content?.table_data?.row ?? []).map(({ cell = [] }) =>
      columns.map(({ type }, i) => fromWire(cell[i] ?? {}, type)),
    ),
  };
}
