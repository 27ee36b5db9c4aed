/** The reporting views of `sql/views`, in the twin's database as in BigQuery's dataset. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { code, messageOf, Rejected } from '../../errors.ts';
import { historyTable } from '../../inputs/run-tables.ts';
import { quoted } from '../googlesql/duckdb-text.ts';
import type { TextCache } from '../googlesql/text-cache.ts';
import { translateGoogleSql } from '../googlesql/translate.ts';
import type { DuckDbWarehouse } from './warehouse.ts';

/** What a view's file may leave open. */
export interface ViewPlace {
  /** Stands for `${dataset}.` in front of a table. */
  dataset: string;
  /** Stands for `CURRENT_DATE()`. */
  today: string;
}

/** Views by name: each file is one query. */
export function readViews(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return new Map(
    files.sort().map((file) => [file.slice(0, -4), readFileSync(join(folder, file), 'utf8')]),
  );
}

/** The view's query with its open ends filled in. */
export function placeView(sql: string, { dataset, today }: ViewPlace): string {
  return sql.replace(/\$\{dataset\}\./g, dataset).replace(/\bCURRENT_DATE\(\)/g, today);
}

/**
 * In the twin, time is that of its data: demos and backtests run on days that are long past.
 */
export const twinPlace: ViewPlace = {
  dataset: '',
  today: `(SELECT MAX(date) FROM ${historyTable})`,
};

/**
 * Makes the views, or makes them again; the tables must be there.
 * @throws Rejected `invalid-rules` naming the file that is no view of them
 */
export async function createViews(
  warehouse: DuckDbWarehouse,
  folder: string,
  cache?: TextCache,
): Promise<void> {
  const kept = cache ? { cache } : {};
  const views = [...readViews(folder)].map(([name, sql]) => {
    const query = translateGoogleSql(placeView(sql, twinPlace), { file: `${name}.sql`, ...kept });
    return { name, sql: `CREATE OR REPLACE VIEW ${quoted(name)} AS ${query}` };
  });
  await warehouse.transaction(async (connection) => {
    for (const { name, sql } of views) {
      try {
        await connection.run(sql);
      } catch (error) {
        throw new Rejected(code.invalidRules, `sql/views/${name}.sql: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  });
}
