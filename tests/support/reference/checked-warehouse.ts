/**
 * The twin's warehouse, with the reference engine looking over its shoulder: whatever it is asked
 * is also asked there, of the same rows, and the two answers are compared.
 */
import { sep } from 'node:path';
import { messageOf } from '../../../functions/errors.ts';
import { readQuery } from '../../../functions/gcp/bigquery/read.ts';
import type { DuckDbWarehouse } from '../../../functions/local/warehouse/warehouse.ts';
import type { Parameter } from '../../../functions/ports/warehouse.ts';
import { unboundedTables } from '../sql/partition-filters.ts';
import { difference } from './compare.ts';
import type { ReferenceEngine } from './engine.ts';
import { evaluateOnTwin, takeFromTwin } from './twin.ts';

export interface CheckedWarehouse extends DuckDbWarehouse {
  /** What was answered differently, or not at all by the reference engine. */
  readonly findings: string[];
  /** How many queries were compared. */
  readonly compared: number;
  /** Places that asked, as `functions/file.ts:line`. */
  readonly askedFrom: ReadonlySet<string>;
}

/** The first place in `functions/` on the stack. */
function caller(): string {
  const lines = (new Error().stack ?? '').split('\n');
  const found = lines.find((line) => line.includes(`${sep}functions${sep}`));
  const [, file = '', line = ''] = /functions\/(.+?\.ts)[^:]*:(\d+):\d+/.exec(found ?? '') ?? [];
  return `functions/${file}:${line}`;
}

/**
 * @param partitions of tables that BigQuery does not let be read without naming days, by name
 */
export function checkedWarehouse(
  warehouse: DuckDbWarehouse,
  engine: ReferenceEngine,
  partitions: ReadonlyMap<string, string>,
): CheckedWarehouse {
  const findings: string[] = [];
  const askedFrom = new Set<string>();
  let compared = 0;

  async function check(
    sql: string,
    parameters: Record<string, Parameter> = {},
    ordered: boolean | { by: string } = /\bORDER BY\b[^()]*$/i.test(sql),
  ): Promise<void> {
    const place = caller();
    askedFrom.add(place);
    for (const table of unboundedTables(sql, partitions)) {
      findings.push(`${place}: ${table} is read without naming days, for ${sql}`);
    }
    try {
      const names = await engine.tablesOf(sql);
      // One transaction: the tables must not change between the two answers.
      const [tables, twin] = await warehouse.transaction(async (connection) => {
        const taken = [];
        for (const name of names) {
          const [table = '', dataset] = [...name].reverse();
          taken.push(await takeFromTwin(connection, table, dataset));
        }
        return [taken, await evaluateOnTwin(connection, sql, parameters)] as const;
      });
      const reference = await engine.evaluate({ sql, tables, parameters });
      const found = difference(reference, twin, { ordered });
      if (found !== undefined) findings.push(`${place}: ${found}, for ${sql}`);
    } catch (error) {
      findings.push(`${place}: ${messageOf(error)}, for ${sql}`);
    }
    compared += 1;
  }

  return {
    ...warehouse,
    findings,
    askedFrom,
    get compared() {
      return compared;
    },
    query: async (sql, parameters) => {
      await check(sql, parameters);
      return warehouse.query(sql, parameters);
    },
    materialize: async (request) => {
      await check(request.sql, request.parameters);
      return warehouse.materialize(request);
    },
    async *read(request) {
      const path = typeof request.table === 'string' ? [request.table] : request.table;
      const columns = (await warehouse.describe(request.table))?.columns ?? [];
      // The twin reads its own way; this is the query that the adapter for BigQuery sends.
      const { sql, parameters } = readQuery(request, path, columns);
      // A table may have many rows of an account.
      await check(sql, parameters, { by: 'account_id' });
      yield* warehouse.read(request);
    },
  };
}
