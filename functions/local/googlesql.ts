/**
 * GoogleSQL to DuckDB. Only a subset is taken, every construct of which is compared with
 * hand-computed results in the tests; the rest is refused by name.
 */
import { generate, transpile } from '@polyglot-sql/sdk';
import { code, Rejected } from '../errors.ts';
import type { Parameter } from '../ports/warehouse.ts';
import { withParameters } from './googlesql-parameters.ts';
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

/**
 * A query for DuckDB with the macros of `googleSqlMacros`, all parameters replaced.
 * @throws Rejected `invalid-rules` for SQL outside the subset, `bad-request` for a parameter
 *   without a value.
 */
export function translateGoogleSql(sql: string, options: TranslateOptions = {}): string {
  const file = options.file ?? 'query';
  const text = withParameters(sql, options.parameters ?? {});
  const tree = parseGoogleSql(text, file);
  checkSubset(tree, { file, sql: text, mode: options.mode ?? 'own' });
  const rewritten = only(generate([rewrite(tree, { sql: text, file })], bigQuery), file);
  return only(transpile(rewritten, bigQuery, duckDb), file);
}
