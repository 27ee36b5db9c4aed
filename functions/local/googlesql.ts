/**
 * GoogleSQL to DuckDB. Only a subset is taken, every construct of which is compared with
 * hand-computed results in the tests; the rest is refused by name.
 */
import { generate, transpile } from '@polyglot-sql/sdk';
import { code, Rejected } from '../errors.ts';
import { replaceParameters } from '../pipeline/googlesql-text.ts';
import type { Parameter } from '../ports/warehouse.ts';
import { duckDbLiteral, googleSqlLiteral } from './googlesql-parameters.ts';
import { rewrite } from './googlesql-rewrite.ts';
import { checkSubset } from './googlesql-subset.ts';
import { parseGoogleSql } from './googlesql-tree.ts';

type Dialect = Parameters<typeof transpile>[1];
const bigQuery = 'bigquery' as Dialect;
const duckDb = 'duckdb' as Dialect;

export interface TranslateOptions {
  parameters?: Record<string, Parameter>;
  /** Named in errors; default `query`. */
  file?: string;
  /** `metric` refuses zones and arrays too; default `own`. */
  mode?: 'metric' | 'own';
}

/** Stands for a parameter while the query is translated: the translator reads `@p` as ABS(p). */
const standIn = 'kenko_parameter_';
const standIns = new RegExp(`\\b${standIn}(\\w+)\\b`, 'gi');

/** Translations by text: a pack asks for the same few queries run after run. */
const cache = new Map<string, string>();
const cacheSize = 200;

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

function translateText(sql: string, file: string, mode: 'metric' | 'own'): string {
  const key = JSON.stringify([file, mode, sql]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const tree = parseGoogleSql(sql, file);
  checkSubset(tree, { file, sql, mode });
  const rewritten = only(generate([rewrite(tree, { sql, file })], bigQuery), file);
  const translated = only(transpile(rewritten, bigQuery, duckDb), file);
  const [oldest] = cache.keys();
  if (cache.size >= cacheSize && oldest !== undefined) cache.delete(oldest);
  cache.set(key, translated);
  return translated;
}

/**
 * A query for DuckDB with the macros of `googleSqlMacros`, all parameters replaced.
 * @throws Rejected `invalid-rules` for SQL outside the subset, `bad-request` for a parameter
 *   without a value.
 */
export function translateGoogleSql(sql: string, options: TranslateOptions = {}): string {
  const { parameters = {}, file = 'query', mode = 'own' } = options;
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
  return translateText(text, file, mode).replace(standIns, (_, name: string) => {
    const value = byStandIn.get(name.toLowerCase());
    if (value === undefined) throw new Rejected(code.badRequest, `${file}: @${name} has no value.`);
    return duckDbLiteral(value);
  });
}
