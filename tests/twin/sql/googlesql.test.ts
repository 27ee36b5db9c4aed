/** Constructs of the checked subset, each against a result computed by hand from GoogleSQL's reference. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { code, hasCode, messageOf } from '../../../functions/errors.ts';
import { lintMetricSql } from '../../../functions/local/googlesql/lint.ts';
import { translateGoogleSql } from '../../../functions/local/googlesql/translate.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';

/** Three rows for aggregates: numbers, NULLs, and an empty group. */
const rows = `(
  SELECT 'a' AS k, 1 AS n, 2.5 AS f, CAST('0.1' AS NUMERIC) AS m, DATE '2024-02-29' AS d, TRUE AS b
  UNION ALL SELECT 'a', 2, NULL, CAST('0.2' AS NUMERIC), DATE '2024-03-01', FALSE
  UNION ALL SELECT 'b', NULL, 1.0, NULL, NULL, NULL
) AS t`;
const none = '(SELECT 1 AS n, TRUE AS b) AS t WHERE n = 0';

let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
});
afterAll(() => warehouse.close());

const value = async (sql: string): Promise<unknown> => (await warehouse.query(sql))[0]?.v;

describe('GoogleSQL on DuckDB gives what BigQuery gives', () => {
  it.each<[string, unknown]>([
    // Numbers
    ['7 / 2', 3.5],
    ['SAFE_DIVIDE(7, 2)', 3.5],
    ['SAFE_DIVIDE(7, 0)', null],
    ['SAFE_DIVIDE(NULL, 2)', null],
    ['DIV(-7, 2)', -3],
    ['MOD(-7, 3)', -1],
    ['CAST(2.5 AS INT64)', 3],
    ['CAST(-2.5 AS INT64)', -3],
    ['CAST(0.5 AS INT64)', 1],
    ["CAST('12' AS INT64)", 12],
    ['CAST(TRUE AS INT64)', 1],
    ['CAST(CAST(2.5 AS NUMERIC) AS INT64)', 3],
    ['CAST(3 AS FLOAT64)', 3],
    ['0.1 + 0.2', 0.30000000000000004],
    ["CAST('0.1' AS NUMERIC) + CAST('0.2' AS NUMERIC)", 0.3],
    ["CAST('1.0000000005' AS NUMERIC)", 1.000000001],
    ['ABS(-3)', 3],
    ['FLOOR(-1.5)', -2],
    ['CEIL(-1.5)', -1],
    ['SIGN(-1.5)', -1],
    ['SQRT(9)', 3],
    ['GREATEST(1, NULL)', null],
    ['GREATEST(1, 3, 2)', 3],
    ['LEAST(2, NULL)', null],
    ['1e-1', 0.1],
    ['ROUND(-2.5)', -3],
    ['SIGN(CAST(-1.5 AS NUMERIC))', -1],
    ['POW(0.5, 3)', 0.125],
    ["CAST(CAST('1.5' AS NUMERIC) * CAST('0.000000001' AS NUMERIC) AS NUMERIC)", 0.000000002],
    ['CAST(1000000000000000.25 AS NUMERIC) - CAST(1000000000000000 AS NUMERIC)', 0.25],
    // Conditions
    ['IF(NULL, 1, 2)', 2],
    ['IFNULL(NULL, 5)', 5],
    ['COALESCE(NULL, NULL, 5)', 5],
    ['NULLIF(1, 1)', null],
    ['CASE WHEN NULL THEN 1 ELSE 2 END', 2],
    ['CASE 2 WHEN 1 THEN 10 WHEN 2 THEN 20 END', 20],
    ['NULL IS NOT DISTINCT FROM NULL', true],
    ['1 IS DISTINCT FROM NULL', true],
    ['2 BETWEEN 1 AND 2', true],
    ['1 NOT IN (2, NULL)', null],
    ['NULL AND FALSE', false],
    // Texts
    ["CONCAT('a', 'b', 'c')", 'abc'],
    ["CONCAT('a', NULL)", null],
    ["'a' || NULL", null],
    ["'ABC' LIKE 'a%'", false],
    ["'abc' LIKE '_b%'", true],
    ["LENGTH('健康é')", 3],
    ["BYTE_LENGTH('健康é')", 8],
    ["LOWER('ÀB')", 'àb'],
    ["LOWER('ΟΔΟΣ İ')", 'οδος i\u0307'],
    ["TRIM('\\t 健康　')", '健康'],
    ["SUBSTR('abc', 0, 2)", 'ab'],
    ["SUBSTR('abc', -5, 2)", 'ab'],
    ["SUBSTR('健康✨', -1)", '✨'],
    ["STARTS_WITH('abc', 'ab')", true],
    ["ENDS_WITH('abc', 'bc')", true],
    ["REGEXP_CONTAINS('abc', 'b')", true],
    ["REGEXP_CONTAINS('abc', '^b')", false],
    ["'é' < 'z'", false],
    ["'B' < 'a'", true],
    ["'it\\'s'", "it's"],
    // Dates
    ["DATE_ADD(DATE '2024-02-28', INTERVAL 2 DAY)", '2024-03-01'],
    ["DATE_SUB(DATE '2024-03-01', INTERVAL 1 DAY)", '2024-02-29'],
    ["DATE_SUB(DATE '2024-03-31', INTERVAL 1 MONTH)", '2024-02-29'],
    ["DATE_ADD(DATE '2024-02-29', INTERVAL 1 YEAR)", '2025-02-28'],
    ["DATE_ADD(DATE '2024-01-01', INTERVAL 2 WEEK)", '2024-01-15'],
    ["DATE_ADD(DATE '2023-11-30', INTERVAL 1 QUARTER)", '2024-02-29'],
    ["DATE_DIFF(DATE '2024-03-01', DATE '2024-02-28', DAY)", 2],
    ["DATE_DIFF(DATE '2024-02-28', DATE '2024-03-01', DAY)", -2],
    ["DATE_DIFF(DATE '2024-03-01', DATE '2024-01-31', MONTH)", 2],
    ["DATE_DIFF(DATE '2024-01-31', DATE '2024-03-01', MONTH)", -2],
    ["DATE_DIFF(DATE '2024-01-01', DATE '2023-12-31', YEAR)", 1],
    ["DATE_TRUNC(DATE '2024-05-17', MONTH)", '2024-05-01'],
    ["DATE_TRUNC(DATE '2024-05-17', QUARTER)", '2024-04-01'],
    ["DATE_TRUNC(DATE '2024-05-17', YEAR)", '2024-01-01'],
    ["DATE_TRUNC(DATE '2024-05-19', WEEK)", '2024-05-19'],
    ["DATE_TRUNC(DATE '2024-05-18', WEEK)", '2024-05-12'],
    ["DATE_TRUNC(DATE '2024-05-19', ISOWEEK)", '2024-05-13'],
    ["DATE_TRUNC(DATE '2024-05-19', WEEK(MONDAY))", '2024-05-13'],
    ["LAST_DAY(DATE '2024-02-10')", '2024-02-29'],
    ["LAST_DAY(DATE '2024-05-18', WEEK)", '2024-05-18'],
    ["LAST_DAY(DATE '2024-05-18', QUARTER)", '2024-06-30'],
    ["DATE_DIFF(DATE '2024-05-19', DATE '2024-05-18', WEEK)", 1],
    ["DATE_DIFF(DATE '2024-05-19', DATE '2024-05-18', ISOWEEK)", 0],
    ["DATE_DIFF(DATE '2024-01-01', DATE '2023-12-31', QUARTER)", 1],
    ["EXTRACT(ISOWEEK FROM DATE '2021-01-03')", 53],
    ["EXTRACT(ISOYEAR FROM DATE '2021-01-03')", 2020],
    ["EXTRACT(DAYOFWEEK FROM DATE '2024-05-19')", 1],
    ["EXTRACT(DAYOFYEAR FROM DATE '2024-03-01')", 61],
    ["EXTRACT(MONTH FROM DATE '2024-05-19')", 5],
    ["EXTRACT(QUARTER FROM DATE '2024-05-19')", 2],
    ["EXTRACT(YEAR FROM DATE '2024-05-19')", 2024],
    ["UNIX_DATE(DATE '1970-01-02')", 1],
    ['DATE(2024, 2, 29)', '2024-02-29'],
    ["DATE '2024-02-29' < DATE '2024-03-01'", true],
    // Instants
    [
      "TIMESTAMP_DIFF(TIMESTAMP '2024-01-02 00:00:00+00', TIMESTAMP '2024-01-01 12:00:00+00', DAY)",
      0,
    ],
    [
      "TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 12:00:00+00', TIMESTAMP '2024-01-03 00:00:00+00', DAY)",
      -1,
    ],
    [
      "TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 01:59:59+00', TIMESTAMP '2024-01-01 00:00:00+00', HOUR)",
      1,
    ],
    [
      "TIMESTAMP_SUB(TIMESTAMP '2024-03-01 00:00:00+00', INTERVAL 1 DAY)",
      '2024-02-29T00:00:00.000Z',
    ],
    [
      "TIMESTAMP_ADD(TIMESTAMP '2024-03-01 00:00:00+00', INTERVAL 90 MINUTE)",
      '2024-03-01T01:30:00.000Z',
    ],
    ["TIMESTAMP '2024-03-01T00:00:00+09:00'", '2024-02-29T15:00:00.000Z'],
    ["TIMESTAMP '2024-03-01 00:00:00'", '2024-03-01T00:00:00.000Z'],
    ["DATE(TIMESTAMP '2024-03-01 15:00:00+00', 'Asia/Tokyo')", '2024-03-02'],
    ["DATE(TIMESTAMP '2024-03-01 14:59:59.999999+00', 'Asia/Tokyo')", '2024-03-01'],
    ["DATE(TIMESTAMP '2024-07-01 04:30:00+00', 'America/New_York')", '2024-07-01'],
    ["DATE(TIMESTAMP '2024-01-01 04:30:00+00', 'America/New_York')", '2023-12-31'],
    ["DATE(TIMESTAMP '2024-01-01 23:30:00+00')", '2024-01-01'],
    ["TIMESTAMP(DATE '2024-03-10', 'America/New_York')", '2024-03-10T05:00:00.000Z'],
    ["TIMESTAMP(DATE '2024-03-10')", '2024-03-10T00:00:00.000Z'],
    ["UNIX_SECONDS(TIMESTAMP '1969-12-31 23:59:59.5+00')", -1],
    ["UNIX_MILLIS(TIMESTAMP '1970-01-01 00:00:01.5+00')", 1500],
  ])('%s', async (expression, expected) => {
    expect(await value(`SELECT ${expression} AS v`)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    [`SELECT COUNT(*) AS v FROM ${none}`, 0],
    [`SELECT COUNTIF(b) AS v FROM ${none}`, 0],
    [`SELECT SUM(n) AS v FROM ${none}`, null],
    [`SELECT MAX(n) AS v FROM ${none}`, null],
    [`SELECT LOGICAL_OR(b) AS v FROM ${none}`, null],
    [`SELECT COUNTIF(b) AS v FROM ${rows}`, 1],
    [`SELECT COUNT(n) AS v FROM ${rows}`, 2],
    [`SELECT COUNT(DISTINCT k) AS v FROM ${rows}`, 2],
    [`SELECT COUNT(CASE WHEN n > 1 THEN 1 END) AS v FROM ${rows}`, 1],
    [`SELECT SUM(n) AS v FROM ${rows}`, 3],
    [`SELECT SUM(m) AS v FROM ${rows}`, 0.3],
    [`SELECT AVG(n) AS v FROM ${rows}`, 1.5],
    [`SELECT MIN(d) AS v FROM ${rows}`, '2024-02-29'],
    [`SELECT LOGICAL_AND(b) AS v FROM ${rows}`, false],
    [`SELECT SAFE_DIVIDE(SUM(n), COUNT(*)) AS v FROM ${rows}`, 1],
    [`SELECT CAST(SUM(m) AS FLOAT64) / COUNT(m) AS v FROM ${rows}`, 0.15],
    [`SELECT k AS v FROM ${rows} GROUP BY k HAVING COUNT(n) = 0`, 'b'],
    [`SELECT n AS v FROM ${rows} ORDER BY n LIMIT 1`, null],
    [`SELECT n AS v FROM ${rows} ORDER BY n DESC LIMIT 1`, 2],
    [`SELECT n AS v FROM ${rows} QUALIFY ROW_NUMBER() OVER (ORDER BY n) = 1`, null],
    [`SELECT n AS v FROM ${rows} QUALIFY ROW_NUMBER() OVER (ORDER BY n DESC) = 1`, 2],
    [`SELECT LAG(n) OVER (ORDER BY n) AS v FROM ${rows} ORDER BY n DESC LIMIT 1`, 1],
    [`SELECT RANK() OVER (ORDER BY k DESC) AS v FROM ${rows} ORDER BY k LIMIT 1`, 2],
    [`SELECT COUNTIF(b) OVER (PARTITION BY k) AS v FROM ${rows} ORDER BY k LIMIT 1`, 1],
    [
      `SELECT SUM(n) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS v FROM ${rows} ORDER BY n DESC LIMIT 1`,
      3,
    ],
    [`SELECT PERCENTILE_CONT(n, 0.5) OVER () AS v FROM ${rows} LIMIT 1`, 1.5],
    [`SELECT EXISTS (SELECT 1 FROM ${rows} WHERE n = 2) AS v`, true],
    [`SELECT n IN (SELECT 2) AS v FROM ${rows} ORDER BY n DESC LIMIT 1`, true],
    ['SELECT COUNT(*) AS v FROM (SELECT 1 AS a UNION ALL SELECT 1 AS a) AS t', 2],
    ['SELECT COUNT(*) AS v FROM (SELECT 1 AS a UNION DISTINCT SELECT 1 AS a) AS t', 1],
    [
      `WITH a AS (SELECT 1 AS x), b AS (SELECT 2 AS x) SELECT COUNT(*) AS v FROM a FULL OUTER JOIN b ON a.x = b.x`,
      2,
    ],
    ['SELECT v FROM (SELECT 1 AS k, 2 AS v) AS a JOIN (SELECT 1 AS k) AS b USING (k)', 2],
    [
      "SELECT DATE_ADD(d, INTERVAL n DAY) AS v FROM (SELECT DATE '2024-02-28' AS d, 2 AS n) AS t",
      '2024-03-01',
    ],
    ['SELECT * EXCEPT (w) FROM (SELECT 1 AS v, 2 AS w) AS t', 1],
  ])('%s', async (sql, expected) => {
    expect(await value(sql)).toEqual(expected);
  });

  it.each([
    ['1 / 0', /division by zero/],
    ['DIV(1, 0)', /division by zero/],
    ['MOD(1, 0)', /division by zero/],
    ["CAST('1.5' AS INT64)", /whole number/],
    ["CAST('x' AS INT64)", /whole number/],
    ["CAST('t' AS BOOL)", /neither true nor false/],
    ["CAST('2024-01-01 10:00:00' AS DATE)", /not a date/],
    ["CAST('2024-01-01 10:00' AS TIMESTAMP)", /not an instant/],
    ["DATE_ADD(DATE '9999-12-31', INTERVAL 1 DAY)", /out of range/],
    ['POW(-0.7, 0.5)', /floating point error/],
  ])('%s fails, as it does there', async (expression, reason) => {
    await expect(value(`SELECT ${expression} AS v`)).rejects.toThrow(reason);
  });

  it.each([
    ['m / 2', /CAST it to FLOAT64/],
    ['m * m', /write CAST\(a \* b AS NUMERIC\)/],
    ['m * 0.5', /CAST it to FLOAT64/],
    ['CASE WHEN b THEN m ELSE -0.5 END', /CAST it to FLOAT64/],
    ['AVG(m) OVER ()', /CAST it to FLOAT64/],
    ['d - DATE_ADD(d, INTERVAL 1 DAY)', /write DATE_DIFF/],
    ['CAST(f AS STRING)', /writes this type differently/],
  ])('%s is refused where types say that BigQuery would answer otherwise', async (x, reason) => {
    await expect(value(`SELECT ${x} AS v FROM ${rows}`)).rejects.toThrow(reason);
  });

  it('sums of many decimals are exact, whatever the order', async () => {
    const many = Array.from({ length: 40 }, (_, i) => `SELECT 0.${i + 1} AS f`).join(' UNION ALL ');
    const sum = await value(
      `SELECT CAST(SUM(CAST(f AS NUMERIC)) AS FLOAT64) AS v FROM (${many}) AS t`,
    );
    const cents = Array.from({ length: 40 }, (_, i) => Number(`0.${i + 1}`) * 100);
    expect(sum).toBeCloseTo(cents.reduce((a, b) => a + b) / 100, 10);
  });
});

describe('what is outside the subset is refused by name', () => {
  it.each([
    ['CURRENT_DATE()', 'CURRENT_DATE', '@date'],
    ['CURRENT_TIMESTAMP()', 'CURRENT_TIMESTAMP', '@as_of'],
    ['RAND()', 'RAND', ''],
    ['ROUND(x, 2)', 'ROUND', 'x * 100'],
    ['FORMAT("%d", x)', 'FORMAT', ''],
    ['JSON_VALUE(x, "$.a")', 'JSON_VALUE', ''],
    ['APPROX_COUNT_DISTINCT(x)', 'APPROX_COUNT_DISTINCT', 'COUNT(DISTINCT ...)'],
    ['ARRAY_AGG(x)', 'ARRAY_AGG', 'QUALIFY ROW_NUMBER'],
    ['MAX_BY(x, y)', 'MAX_BY', 'QUALIFY ROW_NUMBER'],
    ['STRING_AGG(x)', 'STRING_AGG', ''],
    ['STDDEV(x)', 'STDDEV', 'sums'],
    ['SAFE_CAST(x AS INT64)', 'SAFE_CAST', 'CAST'],
    ['DATE(x)', 'DATE', 'local_date'],
    ["DATE(x, 'Asia/Tokyo')", 'DATE', 'local_date'],
    ['TIMESTAMP_TRUNC(x, DAY)', 'TIMESTAMP_TRUNC', 'local_date'],
    ['CAST(x AS STRING)', 'STRING', 'INT64'],
    ['DATE_DIFF(x, y, HOUR)', 'DATE_DIFF in HOUR', 'ISOWEEK'],
    ['LAST_DAY(x, ISOYEAR)', 'LAST_DAY in ISOYEAR', 'QUARTER'],
    ['EXTRACT(HOUR FROM x)', 'EXTRACT in HOUR', 'DAYOFWEEK'],
    ['x + INTERVAL 1 DAY', 'INTERVAL', 'DATE_ADD'],
    ['UPPER(x)', 'UPPER', 'LOWER'],
    ["INSTR(x, 'a', 2)", 'INSTR', ''],
    ['CAST(x AS DATETIME)', 'DATETIME', 'INT64'],
    ["DATETIME '2024-01-01 00:00:00'", 'datetime', ''],
    ["b'x'", 'byte string', ''],
    ["'\\u00e9'", '\\u', 'character'],
    ["BIGNUMERIC '1'", 'BIGNUMERIC', 'NUMERIC'],
    ['PERCENTILE_CONT(x, y) OVER ()', 'PERCENTILE_CONT', '0.5'],
    ["x LIKE 'a\\\\_b'", 'LIKE', ''],
    ['[1, 2]', 'ARRAY', ''],
    ['SAFE.LN(x)', 'SAFE.LN', ''],
    ['no_such_function(x)', 'NO_SUCH_FUNCTION', ''],
    ['SUM(x) FILTER (WHERE y)', 'FILTER', 'CASE WHEN'],
  ])('%s', (expression, name, hint) => {
    const sql = `SELECT\n  account_id,\n  ${expression} AS v\nFROM t\nGROUP BY 1`;
    let error: unknown;
    try {
      translateGoogleSql(sql, { file: 'own.sql', mode: 'metric' });
    } catch (thrown) {
      error = thrown;
    }
    expect(hasCode(error, code.invalidRules)).toBe(true);
    expect(messageOf(error)).toMatch(/^own\.sql( line 3)?: [^\n]+\.$/);
    expect(messageOf(error)).toContain(name);
    expect(messageOf(error)).toContain(hint);
  });

  it.each([
    ['SELECT x FROM t TABLESAMPLE SYSTEM (10 PERCENT)', 'TABLESAMPLE'],
    ['SELECT x FROM t FOR SYSTEM_TIME AS OF y', 'FOR SYSTEM_TIME'],
    ["SELECT * FROM t PIVOT(SUM(x) FOR y IN ('a'))", 'PIVOT'],
    ['SELECT x FROM t GROUP BY ROLLUP(x)', 'ROLLUP'],
    ['SELECT x FROM a NATURAL JOIN b', 'NATURAL JOIN'],
    ['WITH RECURSIVE a AS (SELECT 1 AS x) SELECT x FROM a', 'RECURSIVE'],
    ['INSERT INTO t SELECT 1', 'INSERT'],
    ['CREATE TABLE x AS SELECT 1', 'CREATE TABLE'],
    ['DELETE FROM t WHERE TRUE', 'DELETE'],
    ['SELECT 1; SELECT 2', '2 statements'],
    ['SELECT FROM WHERE', 'not GoogleSQL'],
  ])('%s', (sql, name) => {
    expect(() => translateGoogleSql(sql, { file: 'own.sql' })).toThrow(name);
  });
});

describe('parameters', () => {
  it('are not looked for in texts and comments', async () => {
    expect(await value(`SELECT '@a' || "@b" AS v -- @c\n /* @d */ # @e`)).toBe('@a@b');
  });

  it.each([
    [{ date: '2024-02-30' }, /is not a date/],
    [{ date: 'yesterday' }, /is not a date/],
    [{ timestamp: '2024-03-01T00:00:00' }, /is not an instant/],
    [Number.NaN, /cannot be a query parameter/],
  ])('that are no value, such as %j, are refused', (parameter, reason) => {
    expect(() => translateGoogleSql('SELECT @v', { parameters: { v: parameter } })).toThrow(reason);
  });
});

describe('the lint of metric SQL', () => {
  const tables = new Map([
    [
      'visits',
      new Map([
        ['account_id', 'STRING'],
        ['visited_at', 'TIMESTAMP'],
        ['local_date', 'DATE'],
        ['seconds', 'FLOAT64'],
        ['price', 'NUMERIC'],
        ['pages', 'INT64'],
      ] as const),
    ],
  ]);
  const lint =
    (select: string, rest = '') =>
    () =>
      lintMetricSql({
        sql: `SELECT account_id, ${select} AS v FROM visits ${rest} GROUP BY 1`,
        file: 'visits.sql',
        tables,
      });

  it.each([
    ['SUM(pages)', ''],
    ['SUM(price)', ''],
    ['AVG(pages)', ''],
    ['SUM(CAST(seconds AS NUMERIC))', ''],
    ['SAFE_DIVIDE(CAST(SUM(price) AS FLOAT64), COUNT(*))', ''],
    ['MAX(seconds)', ''],
    ['DATE_DIFF(@date, MAX(local_date), DAY)', 'WHERE visited_at < @as_of'],
    [
      'COUNT(*)',
      "WHERE local_date > DATE_SUB(@date, INTERVAL 28 DAY) AND local_date > '2020-01-01'",
    ],
  ])('takes %s %s', (select, rest) => {
    expect(lint(select, rest)).not.toThrow();
  });

  it.each([
    ['SUM(seconds)', '', 'SUM over FLOAT64 differs from run to run'],
    ['SUM(pages * 0.5)', '', 'SUM over FLOAT64'],
    ['AVG(CASE WHEN pages > 1 THEN seconds END)', '', 'AVG over FLOAT64'],
    ['SUM(pages / 2)', '', 'SUM over FLOAT64'],
    ['SAFE_DIVIDE(SUM(price), COUNT(*))', '', 'divide CAST(... AS FLOAT64)'],
    ['AVG(price)', '', 'divide CAST(... AS FLOAT64)'],
    ['COUNT(*)', 'WHERE visited_at <= @date', 'TIMESTAMP and DATE are compared'],
    ['COUNT(*)', 'WHERE account_id = pages', 'STRING and INT64 are compared'],
    ['MAX(EXTRACT(YEAR FROM visited_at))', '', 'local_date'],
    ['MAX(local_date) - MIN(local_date)', '', 'DATE_DIFF'],
    ['MAX(visited_at) - MIN(visited_at)', '', 'TIMESTAMP_DIFF'],
    ['SUM(ROUND(pages))', '', 'SUM over FLOAT64'],
    ['COUNT(@other)', '', '@other is no parameter'],
    ['COUNT(*)', 'JOIN source.visits AS v USING (account_id)', 'write visits alone'],
    ['COUNT(*)', 'JOIN secrets USING (account_id)', "not among the group's sources"],
  ])('refuses %s %s', (select, rest, reason) => {
    expect(lint(select, rest)).toThrow(reason);
  });

  it('follows aliases through subqueries', () => {
    const sql = `SELECT account_id, SUM(spent) AS v
      FROM (SELECT account_id, seconds AS spent FROM visits) AS t GROUP BY 1`;
    expect(() => lintMetricSql({ sql, file: 'visits.sql', tables })).toThrow(
      /^visits\.sql line 1: SUM over FLOAT64/,
    );
  });
});
