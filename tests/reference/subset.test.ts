/**
 * The subset of GoogleSQL, tried on the reference engine and on the twin. A function or operator
 * that is allowed and not tried here fails, and so does one that the two answer differently.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf, Rejected } from '../../functions/errors.ts';
import {
  castTypes,
  metricFunctions,
  ownFunctions,
  ownSyntaxKinds,
  syntaxKinds,
} from '../../functions/local/googlesql/constructs.ts';
import { translateGoogleSql } from '../../functions/local/googlesql/translate.ts';
import { isObject, parseGoogleSql, walk } from '../../functions/local/googlesql/tree.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../functions/local/warehouse/warehouse.ts';
import { difference } from '../support/reference/compare.ts';
import {
  type ReferenceEngine,
  type ReferenceTable,
  type Result,
  startReferenceEngine,
} from '../support/reference/engine.ts';
import { samples } from '../support/reference/samples.ts';
import {
  expressions,
  failing,
  ownExpressions,
  ownQueries,
  queries,
  refused,
} from '../support/reference/subset-cases.ts';
import { askTwin, placeInTwin } from '../support/reference/twin.ts';

let engine: ReferenceEngine;
let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  engine = await startReferenceEngine();
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  await warehouse.transaction((connection) => placeInTwin(connection, samples));
});
afterAll(async () => {
  await warehouse.close();
  await engine.close();
});

const ofRows = (expression: string): string =>
  `SELECT id, ${expression} AS v FROM samples ORDER BY id`;

const tables = [samples];
const onEngine = (sql: string, given: readonly ReferenceTable[] = tables): Promise<Result> =>
  engine.evaluate({ sql, tables: given });

async function onTwin(sql: string, mode: 'metric' | 'own'): Promise<Result> {
  const translated = translateGoogleSql(sql, { mode });
  return warehouse.transaction((connection) => askTwin(connection, translated));
}

async function differenceOf(sql: string, mode: 'metric' | 'own'): Promise<string | undefined> {
  return difference(await onEngine(sql), await onTwin(sql, mode), { ordered: true });
}

describe('both engines give the same', () => {
  it.each(expressions)('%s', async (expression) => {
    expect(await differenceOf(ofRows(expression), 'metric')).toBeUndefined();
  });

  it.each(queries)('%s', async (sql) => {
    expect(await differenceOf(sql, 'metric')).toBeUndefined();
  });

  it.each(ownExpressions)('%s, in queries of our own', async (expression) => {
    expect(await differenceOf(ofRows(expression), 'own')).toBeUndefined();
  });

  it.each(ownQueries)('%s, in queries of our own', async (sql) => {
    expect(await differenceOf(sql, 'own')).toBeUndefined();
  });

  it('for every expression with a value, unless it is NULL by design', async () => {
    for (const expression of expressions) {
      const { rows } = await onEngine(ofRows(expression));
      const none = rows.every(([, value]) => value === null);
      expect(none, expression).toBe(/^CAST\(NULL|n2 - n2\)/.test(expression));
    }
  });

  it('for FLOAT64 as NUMERIC, digit by digit, halves included', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => {
      const size = 10 ** ((i % 19) - 9);
      const halves = (Math.floor(i / 19) + 0.5) / 2 ** (10 + (i % 3));
      return [BigInt(i), i % 2 === 0 ? Math.sin(i) * size : halves];
    });
    const table: ReferenceTable = {
      name: 'doubles',
      columns: [
        { name: 'id', type: 'INT64' },
        { name: 'x', type: 'FLOAT64' },
      ],
      rows,
    };
    await warehouse.transaction((connection) => placeInTwin(connection, table));
    const sql = 'SELECT id, CAST(x AS NUMERIC) AS v FROM doubles ORDER BY id';
    const found = difference(await onEngine(sql, [table]), await onTwin(sql, 'metric'));
    expect(found).toBeUndefined();
  });

  it.each([
    'LOWER(s)',
    'TRIM(s)',
    'LENGTH(s)',
    "s LIKE '_'",
    "REGEXP_CONTAINS(s, r'\\pL')",
    's < "n"',
  ])('%s of every character up to U+2BFF, of kana and of some emoji', async (expression) => {
    // U+2C2F came with a Unicode that the reference engine does not know yet.
    const ranges = [
      [1, 0x2bff],
      [0x3000, 0x33ff],
      [0xff00, 0xffee],
      [0x1f300, 0x1f6ff],
    ];
    const points = ranges.flatMap(([from = 0, to = 0]) =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i),
    );
    const table: ReferenceTable = {
      name: 'characters',
      columns: [
        { name: 'id', type: 'INT64' },
        { name: 's', type: 'STRING' },
      ],
      rows: points.map((point) => [BigInt(point), String.fromCodePoint(point)]),
    };
    await warehouse.transaction((connection) => placeInTwin(connection, table));
    const sql = `SELECT id, ${expression} AS v FROM characters ORDER BY id`;
    expect(difference(await onEngine(sql, [table]), await onTwin(sql, 'metric'))).toBeUndefined();
  });
});

describe('what fails on one fails on the other', () => {
  it.each(failing)('%s', async (expression) => {
    await expect(onEngine(ofRows(expression))).rejects.toThrow();
    await expect(onTwin(ofRows(expression), 'own')).rejects.toThrow();
  });
});

describe('what they would answer differently is refused by name', () => {
  it.each(refused)('%s', async (expression, said) => {
    const sql = ofRows(expression);
    // It is GoogleSQL: BigQuery would take it.
    await engine.analyse({ sql, tables });
    const refusal = await onTwin(sql, 'own').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
    expect(messageOf(refusal)).toContain(said);
    expect(refusal instanceof Rejected || /^Invalid Input/.test(messageOf(refusal))).toBe(true);
  });
});

describe('nothing is allowed that is not tried', () => {
  /** Nodes, functions and types that queries are made of. */
  function usedIn(sqls: readonly string[]): Set<string> {
    const used = new Set<string>();
    for (const sql of sqls) {
      walk(parseGoogleSql(sql, sql), (kind, body) => {
        used.add(kind);
        if (kind === 'function' || kind === 'aggregate_function') used.add(String(body.name));
        if (kind === 'cast' && isObject(body.to)) {
          used.add(String(body.to.name ?? body.to.data_type));
        }
      });
    }
    return used;
  }
  const inMetrics = usedIn([...expressions.map(ofRows), ...queries]);
  const inOurs = usedIn([...ownExpressions.map(ofRows), ...ownQueries]);

  it.each(Object.entries(metricFunctions))('functions about %s', (_, functions) => {
    for (const { name, kind } of functions) expect(inMetrics, name).toContain(kind ?? name);
  });

  it.each(syntaxKinds)('the node %s', (kind) => {
    expect(inMetrics).toContain(kind);
  });

  it.each([...ownFunctions.map(({ name, kind }) => kind ?? name), ...ownSyntaxKinds])(
    '%s, in queries of our own',
    (kind) => {
      expect(inOurs).toContain(kind);
    },
  );

  it.each(castTypes)('CAST to %s', (type) => {
    const names: Record<string, string> = { NUMERIC: 'decimal', BOOL: 'boolean' };
    const inTree = names[type] ?? (/64$/.test(type) ? type : type.toLowerCase());
    expect(inOurs).toContain(inTree);
    expect(inMetrics).toContain(inTree);
  });
});
