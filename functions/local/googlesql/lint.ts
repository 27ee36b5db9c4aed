/**
 * What the subset alone cannot see in metric SQL: results that differ from run to run or from
 * engine to engine because of the types involved.
 */

import { visibleColumns } from '../../inputs/sources-query.ts';
import { replaceParameters } from '../../ports/googlesql-text.ts';
import type { ColumnType } from '../../ports/warehouse.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { checkSubset, refuse } from './subset.ts';
import {
  commonNames,
  isObject,
  type JsonObject,
  literal,
  nodeOf,
  parseGoogleSql,
  walk,
} from './tree.ts';
import { scopeOf, type Tables, typeOf } from './types.ts';

export interface MetricSql {
  sql: string;
  /** Named in errors. */
  file: string;
  /** The tables it may read, by name, with their columns (`local_date` included). */
  tables: Tables;
}

const families: Partial<Record<ColumnType, string>> = {
  INT64: 'number',
  FLOAT64: 'number',
  NUMERIC: 'number',
};

/**
 * Checks the SQL of a metric group: the subset, the tables it declares, and types where two
 * engines, or two runs on one engine, would differ.
 * @throws Rejected `invalid-rules` with one sentence naming file, line and what to write.
 */
export function lintMetricSql({ sql, file, tables }: MetricSql): void {
  const text = replaceParameters(sql, (found) => {
    if (found === '@date') return "DATE '2000-01-01'";
    if (found === '@as_of') return "TIMESTAMP '2000-01-01 00:00:00+00'";
    return refuse(sql, file, found, `${found} is no parameter; metrics have @as_of and @date.`);
  });
  const tree = parseGoogleSql(text, file);
  checkSubset(tree, { file, sql: text, mode: 'metric' });
  const own = commonNames(tree);
  const scope = scopeOf(tree, tables);
  const check = (kind: string, body: JsonObject): void => {
    const fault = (word: string, why: string): never => refuse(text, file, word, why);
    const type = (name: string) => typeOf(body[name] ?? null, scope);
    if (kind === 'table' && isObject(body.name)) {
      const name = String(body.name.name);
      if (isObject(body.schema)) {
        // It would pass by the conditions that keep rows after as_of away.
        fault(name, `the table ${name} is named with its data set; write ${name} alone.`);
      }
      if (!tables.has(name) && !own.has(name)) {
        fault(
          name,
          `the table ${name} is not among the group's sources: ${[...tables.keys()].join(', ')}.`,
        );
      }
    }
    if ((kind === 'sum' || kind === 'avg') && type('this') === 'FLOAT64') {
      const name = kind.toUpperCase();
      fault(
        name,
        `${name} over FLOAT64 differs from run to run; ${kind === 'sum' ? 'sum' : 'average'} integers, or CAST(... AS NUMERIC).`,
      );
    }
    const divides = kind === 'div' || kind === 'safe_divide';
    const operands = divides ? ['this', 'left', 'right', 'expression'] : ['this'];
    if ((divides || kind === 'avg') && operands.map(type).includes('NUMERIC')) {
      const name = kind === 'div' ? '/' : kind.toUpperCase();
      fault(
        name,
        'NUMERIC is divided to nine digits by one engine and to more by another; divide CAST(... AS FLOAT64).',
      );
    }
    if (kind === 'extract' && type('this') === 'TIMESTAMP') {
      fault('EXTRACT', 'EXTRACT from a TIMESTAMP depends on a zone; use the local_date column.');
    }
    if (kind === 'add' || kind === 'sub') moveDate(kind === 'add' ? '+' : '-', body, fault);
    if (['eq', 'neq', 'lt', 'lte', 'gt', 'gte'].includes(kind)) compare(body, fault);
  };
  const moveDate = (
    sign: string,
    { left = null, right = null }: JsonObject,
    fault: (word: string, why: string) => never,
  ): void => {
    const types = [left, right].map((side) => typeOf(side, scope));
    if (types.includes('TIMESTAMP')) {
      fault(
        sign,
        `TIMESTAMP ${sign} is outside the checked subset; use TIMESTAMP_ADD or TIMESTAMP_DIFF.`,
      );
    }
    if (types[0] !== 'DATE' || literal(right, 'number') !== undefined) return;
    fault(sign, `DATE ${sign} takes a number as it is written; use DATE_ADD or DATE_DIFF.`);
  };
  const compare = (body: JsonObject, fault: (word: string, why: string) => never): void => {
    const sides = [body.left ?? null, body.right ?? null] as const;
    if (sides.some((side) => literal(side, 'string') !== undefined)) return;
    const [left, right] = sides.map((side) => typeOf(side, scope));
    if (left === undefined || right === undefined) return;
    if ((families[left] ?? left) === (families[right] ?? right)) return;
    const column = nodeOf(sides[0]);
    const name = isObject(column?.body.name) ? String(column.body.name.name) : 'WHERE';
    fault(name, `${left} and ${right} are compared; GoogleSQL refuses that.`);
  };
  walk(tree, check);
}

/**
 * Lints every metric group that a pack reads.
 * @throws Rejected `invalid-rules` as `lintMetricSql` does, for the first finding.
 */
export function lintPackSql(pack: Pick<Pack, 'groups' | 'sources'>): void {
  for (const group of pack.groups) {
    const tables = new Map(
      group.sources.flatMap((name) => {
        const contract = pack.sources.get(name);
        return contract ? [[name, visibleColumns(contract)] as const] : [];
      }),
    );
    lintMetricSql({ sql: group.sql, file: group.sqlFile, tables });
  }
}
