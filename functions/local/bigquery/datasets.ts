/** Datasets of the stand-in: each is a schema of one DuckDB, in a project and a location. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { TableColumn, TableSchema } from '../../ports/warehouse.ts';
import { literal, quoted, schemaOf } from '../googlesql/duckdb-text.ts';
import { savedSchema, saveSchema } from '../warehouse/schemas.ts';
import { describeTable } from '../warehouse/tables.ts';
import { notFound } from './errors.ts';

export interface DatasetOptions {
  /** Default: the stand-in's own project. */
  projectId?: string;
  datasetId: string;
  /** Default: the stand-in's. */
  location?: string;
  /** The schema that holds its tables; by default one that is named like the dataset. */
  schema?: string;
}

export type Dataset = Required<DatasetOptions>;

/** What BigQuery knows of a table besides its schema. */
const properties = z.strictObject({
  /** Milliseconds since 1970. */
  expirationTime: z.string().optional(),
  requirePartitionFilter: z.boolean().optional(),
  description: z.string().optional(),
});
export type TableProperties = z.infer<typeof properties>;

export interface StoredTable extends TableProperties {
  dataset: Dataset;
  tableId: string;
  schema: TableSchema;
}

const propertiesTable = 'kenko.bigquery_properties';

/** Tables of the stand-in's own, beside those of the warehouse. */
export const ownTables = [
  `CREATE TABLE IF NOT EXISTS ${propertiesTable} ("table" VARCHAR PRIMARY KEY, properties VARCHAR NOT NULL)`,
  'CREATE TABLE IF NOT EXISTS kenko.bigquery_jobs (id VARCHAR, location VARCHAR, job VARCHAR NOT NULL, PRIMARY KEY (id, location))',
];

export class Datasets {
  readonly projectId: string;
  /** For the translator: schemas by the names that queries use. */
  readonly schemas: ReadonlyMap<string, string>;
  private readonly clock: Clock;
  private readonly all: readonly Dataset[];

  constructor(
    options: { projectId: string; location: string; datasets: readonly DatasetOptions[] },
    clock: Clock,
  ) {
    this.projectId = options.projectId;
    this.clock = clock;
    this.all = options.datasets.map(({ projectId = options.projectId, datasetId, ...rest }) => ({
      projectId,
      datasetId,
      location: options.location,
      schema: schemaOf(projectId === options.projectId ? [datasetId] : [projectId, datasetId]),
      ...rest,
    }));
    this.schemas = new Map(
      this.all.flatMap(({ projectId, datasetId, schema }) => [
        [`${projectId}.${datasetId}`, schema] as const,
        ...(projectId === options.projectId ? [[datasetId, schema] as const] : []),
      ]),
    );
  }

  /** @throws BigQueryFailure `notFound` */
  get(projectId: string, datasetId: string): Dataset {
    const found = this.all.find(
      (one) => one.projectId === projectId && one.datasetId === datasetId,
    );
    if (found) return found;
    throw notFound(`Dataset ${projectId}:${datasetId}`);
  }

  /** @throws BigQueryFailure `notFound` where the dataset is elsewhere */
  getIn(location: string, projectId: string, datasetId: string): Dataset {
    const found = this.get(projectId, datasetId);
    if (found.location.toLowerCase() === location.toLowerCase()) return found;
    throw notFound(`Dataset ${projectId}:${datasetId} was not found in location ${location}`);
  }

  ofSchema(schema: string): Dataset | undefined {
    return this.all.find((one) => one.schema === schema);
  }

  /** Makes the schemas and our own tables. */
  async prepare(connection: DuckDBConnection): Promise<void> {
    for (const { schema } of this.all) {
      await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
    }
    for (const statement of ownTables) await connection.run(statement);
  }

  async find(
    connection: DuckDBConnection,
    dataset: Dataset,
    tableId: string,
  ): Promise<StoredTable | undefined> {
    const key = keyOf(dataset, tableId);
    const known = await propertiesOf(connection, key);
    if (
      known.expirationTime !== undefined &&
      Number(known.expirationTime) <= this.clock.now().getTime()
    ) {
      return undefined;
    }
    const schema =
      (await savedSchema(connection, key)) ?? (await foundSchema(connection, dataset, tableId));
    return schema && { ...known, dataset, tableId, schema };
  }

  /** @throws BigQueryFailure `notFound` */
  async require(
    connection: DuckDBConnection,
    dataset: Dataset,
    tableId: string,
  ): Promise<StoredTable> {
    const table = await this.find(connection, dataset, tableId);
    if (table) return table;
    throw notFound(
      `Table ${dataset.projectId}:${dataset.datasetId}.${tableId} was not found in location ${dataset.location}`,
    );
  }

  async save(connection: DuckDBConnection, table: StoredTable): Promise<void> {
    const { dataset, tableId, schema, ...rest } = table;
    const key = keyOf(dataset, tableId);
    await saveSchema(connection, key, schema);
    const text = JSON.stringify(properties.parse(rest));
    await connection.run(
      `INSERT OR REPLACE INTO ${propertiesTable} VALUES (${literal(key)}, ${literal(text)})`,
    );
  }

  async drop(connection: DuckDBConnection, dataset: Dataset, tableId: string): Promise<void> {
    const key = literal(keyOf(dataset, tableId));
    await connection.run(`DROP TABLE IF EXISTS ${nameOf(dataset, tableId)}`);
    await connection.run(`DELETE FROM kenko.layouts WHERE "table" = ${key}`);
    await connection.run(`DELETE FROM ${propertiesTable} WHERE "table" = ${key}`);
  }
}

/** The table as DuckDB takes it. */
export const nameOf = ({ schema }: Dataset, tableId: string): string =>
  `${quoted(schema)}.${quoted(tableId)}`;

const keyOf = ({ schema }: Dataset, tableId: string): string =>
  schema === 'main' ? tableId : `${schema}.${tableId}`;

async function propertiesOf(connection: DuckDBConnection, key: string): Promise<TableProperties> {
  const reader = await connection.runAndReadAll(
    `SELECT properties FROM ${propertiesTable} WHERE "table" = ${literal(key)}`,
  );
  const text = reader.getRows()[0]?.[0];
  return text === undefined ? {} : properties.parse(JSON.parse(String(text)));
}

/** The team's tables, which come from elsewhere, have neither partitions nor clusters. */
async function foundSchema(
  connection: DuckDBConnection,
  { schema }: Dataset,
  tableId: string,
): Promise<TableSchema | undefined> {
  const found = await describeTable(connection, schema === 'main' ? tableId : [schema, tableId]);
  // The API names the others, too.
  return found && { columns: [...found.columns, ...(found.others as TableColumn[])] };
}

/** A table's id without its partition, and the date of that. */
export function decorated(tableId: string): { tableId: string; date?: string } {
  const [, base = tableId, day] = /^(.*)\$(.*)$/.exec(tableId) ?? [];
  if (day === undefined) return { tableId: base };
  const [, year, month, dayOfMonth] = /^(\d{4})(\d\d)(\d\d)$/.exec(day) ?? [];
  const date = `${year}-${month}-${dayOfMonth}`;
  if (Number.isNaN(Date.parse(date)) || new Date(date).toISOString().slice(0, 10) !== date) {
    throw notFound(`Partition ${day} of table ${base}; a daily partition is named like 20240229`);
  }
  return { tableId: base, date };
}
