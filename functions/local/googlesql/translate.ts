/**
 * GoogleSQL to DuckDB. Only a subset is taken, every construct of which is compared with
 * hand-computed results in the tests; the rest is refused by name.
 */
import { createHash } from 'node:crypto';
import { code, Rejected } from '../../errors.ts';
import { replaceParameters } from '../../ports/googlesql-text.ts';
import type { Parameter } from '../../ports/warehouse.ts';
import { schemaOf } from './duckdb-text.ts';
import { duckDbLiteral, googleSqlLiteral } from './parameters.ts';
import { generate, transpile } from './polyglot.ts';
import { rewrite } from './rewrite/rewrite.ts';
import { checkSubset } from './subset.ts';
import type { TextCache } from './text-cache.ts';
import { parseGoogleSql } from './tree.ts';

type Dialect = Parameters<typeof transpile>[1];
const bigQuery = 'bigquery' as Dialect;
const duckDb = 'duckdb' as Dialect;

export interface TranslateOptions {
  parameters?: Record<string, Parameter>;
  /** Named in errors; default `query`. */
  file?: string;
  /** `metric` refuses zones and arrays too; default `own`. */
  mode?: 'metric' | 'own';
  /** Keeps translations; by default, as long as the process lives. */
  cache?: TextCache;
  /** Schemas of datasets whose name is another, by `dataset` or `project.dataset`; of none by ''. */
  schemas?: ReadonlyMap<string, string>;
}

/** Stands for a parameter while the query is translated: the translator reads `@p` as ABS(p). */
const standIn = 'kenko_parameter_';
const standIns = new RegExp(`\\b${standIn}(\\w+)\\b`, 'gi');

/** Tables of one run are named after its slot; a query of them is the same for every run. */
const runTables = /\b\w+_\d{8}T\d{6}\w*/g;
const tableStandIns = /\bkenko_table_(\d+)\b/gi;

/** Translations by text: a pack asks for the same few queries run after run. */
const inMemory = new Map<string, string>();

function only(result: { success: boolean; sql?: string[]; error?: string }, file: string): string {
  const [sql] = result.sql ?? [];
  if (!result.success || sql === undefined) {
    throw new Rejected(
      code.invalidRules,
      `${file}: it cannot be translated: ${String(result.error ?? 'no reason given')}.`,
    );
  }
  return sql;
}

function translateText(
  sql: string,
  {
    file,
    mode,
    cache,
    schemas,
  }: Required<Pick<TranslateOptions, 'file' | 'mode' | 'cache' | 'schemas'>>,
): string {
  const named = [...schemas].map(([dataset, schema]) => `${dataset}=${schema}\n`).join('');
  const key = `${mode} ${createHash('sha256').update(`${named}${sql}`).digest('hex')}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const tree = parseGoogleSql(sql, file);
  checkSubset(tree, { file, sql, mode });
  const inSchema = (dataset: readonly string[]): string =>
    schemas.get(dataset.join('.')) ?? schemaOf(dataset);
  const rewritten = only(
    generate([rewrite(tree, { sql, file, schemaOf: inSchema })], bigQuery),
    file,
  );
  const translated = only(transpile(rewritten, bigQuery, duckDb), file);
  cache.set(key, translated);
  return translated;
}

/**
 * A query for DuckDB with the macros of `googleSqlMacros`, all parameters replaced.
 * @throws Rejected `invalid-rules` for SQL outside the subset, `bad-request` for a parameter
 *   without a value.
 */
export function translateGoogleSql(sql: string, options: TranslateOptions = {}): string {
  const { parameters = {}, file = 'query', mode = 'own', cache = inMemory } = options;
  const { schemas = new Map() } = options;
  const byStandIn = new Map<string, Parameter>();
  const text = replaceParameters(sql, (found) => {
    const name = found.slice(1);
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined) {
      throw new Rejected(
        code.badRequest,
        `${file}: ${found} has no value; there is ${Object.keys(parameters).join(', ') || 'no parameter'}.`,
      );
    }
    // A list must be seen as one: `x IN UNNEST(@ids)` becomes `x IN ('a', 'b')`.
    if (Array.isArray(value)) return googleSqlLiteral(value);
    byStandIn.set(name.toLowerCase(), value);
    return `${standIn}${name}`;
  });
  const tables: string[] = [];
  const general = text.replace(runTables, (table) => `kenko_table_${tables.push(table) - 1}`);
  const translated = translateText(general, { file, mode, cache, schemas });
  const placed = translated.replace(tableStandIns, (_, index) => tables[Number(index)] ?? '');
  return placed.replace(standIns, (_, name: string) => {
    const value = byStandIn.get(name.toLowerCase());
    if (value === undefined) throw new Rejected(code.badRequest, `${file}: @${name} has no value.`);
    return duckDbLiteral(value);
  });
}
