/**
 * What the subset is tried with: every function, operator and clause of it on the awkward values
 * of `samples`. An expression is evaluated for each of its rows.
 */
import { dateParts, instantParts } from '../../../functions/local/googlesql/constructs.ts';

const lines = (text: string): string[] => text.trim().split(/\n\s*/);

/** Parts of dates and instants, by the very lists that the translator goes by. */
const parts: string[] = [
  ...dateParts.add.flatMap((part) => [
    `DATE_ADD(d, INTERVAL 1 ${part})`,
    `DATE_ADD(d, INTERVAL DIV(n2, 1000) ${part})`,
    `DATE_SUB(d, INTERVAL 5 ${part})`,
  ]),
  'DATE_ADD(d, INTERVAL n2 DAY)',
  ...dateParts.difference.flatMap((part) => [
    `DATE_DIFF(d, d2, ${part})`,
    `DATE_DIFF(d2, d, ${part})`,
  ]),
  ...dateParts.truncation.map((part) => `DATE_TRUNC(d, ${part})`),
  ...dateParts.lastDay.map((part) => `LAST_DAY(d, ${part})`),
  ...dateParts.extraction.map((part) => `EXTRACT(${part} FROM d)`),
  ...Object.keys(instantParts).flatMap((part) => [
    `TIMESTAMP_ADD(t, INTERVAL n2 ${part})`,
    `TIMESTAMP_SUB(t, INTERVAL 90 ${part})`,
    `TIMESTAMP_DIFF(t, t2, ${part})`,
    `TIMESTAMP_DIFF(t2, t, ${part})`,
  ]),
  'DATE_DIFF(d, d2, WEEK(SUNDAY))',
  'DATE_TRUNC(d, WEEK(SUNDAY))',
  'LAST_DAY(d)',
];

/** In metric SQL. */
export const expressions: string[] = [
  ...parts,
  ...lines(`
    n + 1
    n - n2
    n * n2
    -n
    -f
    n / n2
    n + n2 * 2 - 1
    (n + n2) * 2
    n - (n2 - 1)
    m + m2
    m - m2
    m * 2
    m * n2
    CAST(m2 * m2 AS NUMERIC)
    CAST((m2 * m2) AS NUMERIC)
    n + m
    n + f
    m + f
    m * f
    f - f2
    f * f2
    f / f2
    n2 * 1.5
    n / 2.5
    SAFE_DIVIDE(n, n2)
    SAFE_DIVIDE(n, n2 - n2)
    SAFE_DIVIDE(f, f2)
    SAFE_DIVIDE(n, f2)
    SAFE_DIVIDE(CAST(m AS FLOAT64), n2)
    DIV(n, n2)
    MOD(n, n2)
    MOD(m, m2)
    ABS(n)
    ABS(m)
    ABS(f)
    SIGN(n)
    SIGN(m)
    SIGN(f)
    FLOOR(n)
    FLOOR(m)
    FLOOR(f)
    CEIL(n)
    CEIL(m)
    CEIL(f)
    ROUND(n)
    ROUND(f)
    ROUND(f2 * 100) / 100
    SQRT(ABS(n))
    SQRT(ABS(f))
    POW(f, 2)
    POW(n, 2)
    POW(0.5, n2 / 30)
    EXP(f2)
    EXP(-n2 / 30)
    LN(ABS(f2))
    LN(n2 * n2)
    GREATEST(n, n2)
    GREATEST(n, f)
    GREATEST(f, 0.5)
    GREATEST(m, m2)
    GREATEST(d, d2)
    GREATEST(s, s2)
    LEAST(n, n2, 3)
    LEAST(n, m)
    LEAST(t, t2)
    LEAST(d, d2, DATE '2024-01-01')
    CAST(n AS FLOAT64)
    CAST(m AS FLOAT64)
    CAST(b AS INT64)
    CAST(f AS INT64)
    CAST(m2 AS INT64)
    CAST(n AS NUMERIC)
    CAST(f AS NUMERIC)
    CAST(f / 3 AS NUMERIC)
    CAST(f + 0.0009765625 AS NUMERIC)
    CAST('12' AS INT64)
    CAST('-7' AS INT64)
    CAST('1e3' AS FLOAT64)
    CAST('1.5' AS FLOAT64)
    CAST('-1.0000000005' AS NUMERIC)
    NUMERIC '0.1'
    CAST('2024-2-9' AS DATE)
    CAST('2024-02-29 10:00:00+09' AS TIMESTAMP)
    CAST('TRUE' AS BOOL)
    CAST('健康' AS STRING)
    CAST(NULL AS INT64)
    CAST(NULL AS FLOAT64)
    CAST(NULL AS NUMERIC)
    CAST(NULL AS STRING)
    CAST(NULL AS BOOL)
    CAST(NULL AS DATE)
    CAST(NULL AS TIMESTAMP)
    1.50 * 3
    .5 + n
    1e-3
    123456789012
    TRUE
    IF(b, n, n2)
    IF(b, n, f)
    IF(b, 1, 0.5)
    IF(n > 1, 'big', 'small')
    IFNULL(n, 0)
    IFNULL(f, 0)
    IFNULL(n, 0.5)
    IFNULL(m, 0)
    IFNULL(b, FALSE)
    IFNULL(d, d2)
    IFNULL(s, 'none')
    COALESCE(n, n2, 3)
    COALESCE(n, f, 3)
    COALESCE(NULL, n)
    NULLIF(n, n2)
    NULLIF(s, '')
    CASE WHEN b THEN n WHEN n > 1 THEN n2 ELSE 0 END
    CASE WHEN b THEN n END
    CASE WHEN b THEN n ELSE f END
    CASE WHEN b THEN 1 ELSE 0.5 END
    CASE n WHEN 7 THEN 'seven' WHEN 1 THEN 'one' ELSE s END
    CASE k WHEN 'a' THEN DATE '2024-01-01' ELSE d END
    b AND n > 0
    b OR n > 0
    NOT (n = 7 OR b)
    n = n2
    n <> n2
    n != n2
    n < n2
    n <= n2
    n > f
    n >= f2
    m = n
    m < f
    m > 0.5
    d < d2
    d = '2024-05-20'
    t < t2
    t >= TIMESTAMP '2024-03-01 00:00:00+00'
    t > '2024-03-01 00:00:00+00'
    s < s2
    s = s2
    s IS NULL
    s IS NOT NULL
    b IS TRUE
    b IS FALSE
    b IS NOT TRUE
    b IS NOT FALSE
    n IS NOT DISTINCT FROM n2
    s IS DISTINCT FROM s2
    n BETWEEN 1 AND 7
    n NOT BETWEEN 1 AND 7
    d BETWEEN DATE '2024-01-01' AND d2
    n IN (1, 7)
    n NOT IN (1, 7)
    n IN (1, NULL)
    s IN ('a', 'acme')
    k IN (SELECT s2 FROM samples)
    n NOT IN (SELECT o.n2 FROM samples AS o WHERE o.id < 5)
    EXISTS (SELECT 1 FROM samples AS o WHERE o.n = samples.n2)
    (SELECT MAX(o.n) FROM samples AS o WHERE o.k = samples.k)
    s LIKE 'a%'
    s LIKE '%c_e%'
    s LIKE ''
    s NOT LIKE '%a%'
    s LIKE '🦊_fox'
    s LIKE "%'%"
    s LIKE '%.%'
    CONCAT(s, s2)
    CONCAT(s, '-', s2)
    s || s2
    LENGTH(s)
    LOWER(s)
    LOWER(s2)
    TRIM(s)
    TRIM(s, 'ae')
    SUBSTR(s, 2)
    SUBSTR(s, 2, 3)
    SUBSTR(s, 0, 2)
    SUBSTR(s, -3)
    SUBSTR(s, -30, 2)
    SUBSTR(s, 100)
    REPLACE(s, 'a', 'bb')
    REPLACE(s, '', 'x')
    REPLACE(s, s2, '')
    STRPOS(s, 'a')
    STRPOS(s, '')
    STRPOS(s, s2)
    STARTS_WITH(s, 'a')
    STARTS_WITH(s, s2)
    ENDS_WITH(s, s2)
    ENDS_WITH(s, '')
    REGEXP_CONTAINS(s, 'a.m')
    REGEXP_CONTAINS(s, r'^\\d+$')
    REGEXP_CONTAINS(s, r'(?i)ACME')
    REGEXP_CONTAINS(s, r'\\pL')
    REGEXP_CONTAINS(s, '')
    'it\\'s \\a\\b\\f\\n\\r\\t\\v\\\\ \\" \\x41'
    "say 'x'"
    r'\\n'
    '''a'b'''
    'a -- /* @date */ # b'
    DATE(2024, 2, 29)
    d + 1
    d - 1
    UNIX_DATE(d)
    UNIX_SECONDS(t)
    UNIX_MILLIS(t)
    UNIX_MICROS(t)
    DATE '0001-01-01'
    TIMESTAMP '2024-03-01 00:00:00.123456+09:00'
    TIMESTAMP '2024-03-01'
    ROW_NUMBER() OVER (PARTITION BY k ORDER BY n, id)
    RANK() OVER (ORDER BY n)
    RANK() OVER (PARTITION BY k ORDER BY d DESC)
    DENSE_RANK() OVER (ORDER BY n DESC)
    DENSE_RANK() OVER (ORDER BY s)
    NTILE(4) OVER (ORDER BY id)
    PERCENT_RANK() OVER (PARTITION BY k ORDER BY n)
    CUME_DIST() OVER (PARTITION BY k ORDER BY n)
    LAG(n) OVER (PARTITION BY k ORDER BY id)
    LAG(n, 2) OVER (ORDER BY id)
    LAG(n, 1, 0) OVER (PARTITION BY k ORDER BY id)
    LAG(s, 1, 'x') OVER (ORDER BY s, id)
    LEAD(n) OVER (PARTITION BY k ORDER BY id)
    FIRST_VALUE(n) OVER (PARTITION BY k ORDER BY id)
    FIRST_VALUE(n IGNORE NULLS) OVER (PARTITION BY k ORDER BY id)
    LAST_VALUE(n) OVER (PARTITION BY k ORDER BY id)
    LAST_VALUE(n) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    NTH_VALUE(n, 2) OVER (PARTITION BY k ORDER BY id)
    PERCENTILE_CONT(n2, 0.5) OVER (PARTITION BY k)
    PERCENTILE_CONT(n, 0.3) OVER (PARTITION BY k)
    PERCENTILE_CONT(f2, 0.9) OVER (PARTITION BY k)
    PERCENTILE_CONT(m, 0.3) OVER (PARTITION BY k)
    PERCENTILE_DISC(n, 0.5) OVER (PARTITION BY k)
    PERCENTILE_DISC(n2, 0.25) OVER ()
    PERCENTILE_DISC(d, 1) OVER (PARTITION BY k)
    COUNT(*) OVER ()
    COUNT(n) OVER (PARTITION BY k)
    COUNT(DISTINCT n) OVER (PARTITION BY k)
    COUNTIF(b) OVER (PARTITION BY k)
    SUM(n2) OVER (PARTITION BY k ORDER BY id)
    SUM(n2) OVER (PARTITION BY k ORDER BY n2)
    SUM(n2) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
    SUM(n2) OVER (ORDER BY UNIX_DATE(d2) RANGE BETWEEN 100 PRECEDING AND CURRENT ROW)
    AVG(n2) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
    MAX(d) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    MIN(n) OVER (PARTITION BY k ORDER BY id)
    LOGICAL_OR(b) OVER (PARTITION BY k)
  `),
];

/** Whole queries, in metric SQL; ordered, where the order is compared, too. */
export const queries: string[] = lines(`
  SELECT k, COUNT(*) AS a, COUNT(n) AS b, COUNT(DISTINCT n) AS c, COUNTIF(b) AS d FROM samples GROUP BY k ORDER BY k
  SELECT k, SUM(n2) AS a, SUM(m2) AS b, AVG(n2) AS c, AVG(CAST(b AS INT64)) AS d FROM samples GROUP BY k ORDER BY k
  SELECT k, MIN(n) AS a, MAX(n) AS b, MIN(m) AS c, MAX(f) AS d, MIN(d) AS e, MAX(t) AS g, MIN(s) AS h, MAX(s) AS i, MAX(b) AS j FROM samples GROUP BY k ORDER BY k
  SELECT k, LOGICAL_OR(b) AS a, LOGICAL_AND(b) AS b FROM samples GROUP BY k ORDER BY k
  SELECT k, SUM(DISTINCT n2) AS a, AVG(DISTINCT n2) AS b FROM samples GROUP BY k ORDER BY k
  SELECT k, COUNT(DISTINCT IF(b, n, NULL)) AS a, SUM(CASE WHEN b THEN n2 END) AS b, SUM(CASE WHEN b THEN n2 ELSE 0 END) AS c FROM samples GROUP BY k ORDER BY k
  SELECT k, SUM(n2) / COUNT(*) AS a, SAFE_DIVIDE(SUM(n2), COUNT(n)) AS b, CAST(SUM(m2) AS FLOAT64) / COUNT(*) AS c FROM samples GROUP BY k ORDER BY k
  SELECT k, SQRT(SAFE_DIVIDE(COUNT(n2) * SUM(n2 * n2) - SUM(n2) * SUM(n2), COUNT(n2) * (COUNT(n2) - 1))) AS deviation FROM samples GROUP BY k ORDER BY k
  SELECT COUNT(*) AS a, COUNT(n) AS b, SUM(n) AS c, AVG(n) AS d, MIN(s) AS e, LOGICAL_OR(b) AS f, COUNTIF(b) AS g FROM samples WHERE id < 0
  SELECT k, SUM(n2) AS a FROM samples WHERE id < 0 GROUP BY k
  SELECT k, COUNT(*) AS a FROM samples GROUP BY k HAVING COUNT(n) = 0 ORDER BY k
  SELECT k AS a, b, COUNT(*) AS c FROM samples GROUP BY a, b ORDER BY a, b
  SELECT k FROM samples GROUP BY 1 ORDER BY 1
  SELECT DISTINCT b FROM samples ORDER BY b
  SELECT DISTINCT k, PERCENTILE_CONT(n2, 0.5) OVER (PARTITION BY k) AS a FROM samples ORDER BY k
  SELECT id, n FROM samples ORDER BY n, id
  SELECT id, n FROM samples ORDER BY n DESC, id
  SELECT id, s FROM samples ORDER BY s DESC, id LIMIT 3
  SELECT id, s FROM samples ORDER BY s NULLS LAST, id
  SELECT id FROM samples ORDER BY b, id LIMIT 3 OFFSET 2
  SELECT k, id FROM samples QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC, id) = 1 ORDER BY k
  SELECT id, SUM(n2) OVER w AS a FROM samples WINDOW w AS (PARTITION BY k ORDER BY id) ORDER BY id
  SELECT k FROM samples UNION ALL SELECT s2 FROM samples ORDER BY 1
  SELECT k FROM samples UNION DISTINCT SELECT s FROM samples ORDER BY 1
  SELECT n FROM samples EXCEPT DISTINCT SELECT n2 FROM samples ORDER BY 1
  SELECT n FROM samples INTERSECT DISTINCT SELECT n2 FROM samples ORDER BY 1
  SELECT a.id, b.id AS other FROM samples AS a JOIN samples AS b ON a.n2 = b.n ORDER BY 1, 2
  SELECT a.id, b.id AS other FROM samples AS a LEFT JOIN samples AS b ON a.n = b.n2 ORDER BY 1, 2
  SELECT a.id, b.id AS other FROM samples AS a RIGHT JOIN samples AS b ON a.n = b.n2 ORDER BY 1, 2
  SELECT a.id, b.id AS other FROM samples AS a FULL OUTER JOIN samples AS b ON a.n = b.n2 ORDER BY 1, 2
  SELECT k, COUNT(*) AS c FROM samples AS a JOIN samples AS b USING (k) GROUP BY k ORDER BY k
  SELECT k, COUNT(*) AS c FROM samples AS a FULL JOIN (SELECT s2 AS k FROM samples) AS b USING (k) GROUP BY k ORDER BY k
  SELECT COUNT(*) AS c FROM samples AS a CROSS JOIN samples AS b
  SELECT COUNT(*) AS c FROM samples AS a, samples AS b WHERE a.n < b.n
  WITH x AS (SELECT k, SUM(n2) AS v FROM samples GROUP BY k), y AS (SELECT MAX(v) AS v FROM x) SELECT k FROM x JOIN y USING (v)
  SELECT * EXCEPT (s, s2) FROM samples ORDER BY id
  SELECT * REPLACE (n + 1 AS n) FROM samples ORDER BY id
  SELECT x.* FROM samples AS x ORDER BY id
  SELECT samples.id AS \`odd name\` FROM \`samples\` ORDER BY 1
  SELECT x.k, x.total FROM (SELECT k, SUM(n2) AS total FROM samples GROUP BY k) AS x WHERE x.total > 3 ORDER BY k
`);

/** In queries that we generate. */
/** What a column of texts may hold where numbers, days or instants are meant. */
const writtenValues = [
  ...[
    '',
    ' ',
    '12',
    ' 12 ',
    '+12',
    '-12',
    '12.',
    '.5',
    '12.5',
    '-0.5',
    '1e3',
    '1E-3',
    '1,000',
    '１２',
  ],
  ...['0x1F', '0b1', '1_000', 'inf', '-Infinity', 'NaN', 'NA', '9223372036854775808', '1e400'],
  ...['0.1234567891', '99999999999999999999999999999.9', '1e29'],
  ...['true', 'TRUE', 'False', 't', 'yes', '1', '0'],
  ...['2024-02-29', '2024-2-9', '2023-02-29', '0000-01-01', '9999-12-31', '24-02-29', '2024/02/29'],
  ...[
    '2024-02-29 12:34:56',
    '2024-02-29T12:34:56.123456Z',
    '2024-02-29 12:34:56+09',
    '2024-02-29 24:00:00',
  ],
  ...[
    '2024-02-29T12:34:56.1234567Z',
    '2024-02-29 12:34:56 Asia/Tokyo',
    '2024-02-29 12:34',
    '20240229',
  ],
];
const readTypes = ['INT64', 'FLOAT64', 'NUMERIC', 'BOOL', 'DATE', 'TIMESTAMP'];

/** Only in queries of our own. */
export const ownExpressions: string[] = [
  ...readTypes.flatMap((type) => [
    `SAFE_CAST(s AS ${type})`,
    ...writtenValues.map((text) => `SAFE_CAST('${text}' AS ${type})`),
  ]),
  ...lines(`
  BYTE_LENGTH(s)
  IS_NAN(f)
  IS_INF(f)
  DATE(t)
  DATE(t, 'UTC')
  DATE(t, 'Asia/Tokyo')
  DATE(t, 'Asia/Kolkata')
  DATE(t, 'America/New_York')
  DATE(t, 'Europe/London')
  TIMESTAMP(d)
  TIMESTAMP(d, 'Asia/Tokyo')
  TIMESTAMP(d, 'America/New_York')
  EXTRACT(YEAR FROM t)
  EXTRACT(DAYOFWEEK FROM t)
  CAST(n AS STRING)
  CAST(m AS STRING)
  CAST(m2 AS STRING)
  CAST(b AS STRING)
  CAST(d AS STRING)
  CAST(d AS TIMESTAMP)
  CAST(t AS DATE)
  CAST(n AS BOOL)
  CAST(IF(s = '42', s, '-7') AS INT64)
  CAST(IF(s = '42', '1e3', s2) AS STRING)
  CAST(IF(s = '42', '7.5', '-7') AS NUMERIC)
  CAST(IF(s = '42', ' 7.5 ', 'inf') AS FLOAT64)
  CAST(IF(s = '42', '2024-03-01', '2024-1-1') AS DATE)
  CAST(IF(s = '42', '2024-03-01T10:00:00.5Z', '2024-01-01') AS TIMESTAMP)
  CAST(IF(s = '42', 'TRUE', 'false') AS BOOL)
  CAST(NULL AS ARRAY<INT64>)
  CAST(NULL AS ARRAY<FLOAT64>)
  [n, n2][OFFSET(0)]
  [n, n2][SAFE_OFFSET(1)]
  [n, n2][SAFE_OFFSET(2)]
  ARRAY_LENGTH([n, n2])
  (SELECT SUM(x) FROM UNNEST([1, 2, 3]) AS x)
  n IN UNNEST([1, 7])
  n IN UNNEST([])
  SAFE_CAST(f AS INT64)
  SAFE_CAST(f * 1e30 AS INT64)
  SAFE_CAST(f AS NUMERIC)
  SAFE_CAST(f * 1e30 AS NUMERIC)
  SAFE_CAST(m AS INT64)
  SAFE_CAST(m AS FLOAT64)
  SAFE_CAST(n AS NUMERIC)
  SAFE_CAST(n AS FLOAT64)
  SAFE_CAST(n AS BOOL)
  SAFE_CAST(b AS INT64)
  SAFE_CAST(d AS STRING)
  SAFE_CAST(n AS STRING)
  TRANSLATE(s, 'ac 株', 'AC')
  TRANSLATE(s, '', '')
  REGEXP_REPLACE(s, r'[a-z]+', 'x')
  REGEXP_REPLACE(s, r'(^|[^0-9])0+([0-9])', r'\\1\\2')
`),
];

export const ownQueries: string[] = lines(`
  SELECT k, ANY_VALUE(k) AS a FROM samples GROUP BY k ORDER BY k
  SELECT x FROM UNNEST(['b', 'a']) AS x ORDER BY x
`);

/** What fails on both, instead of giving something on one. */
export const failing: string[] = lines(`
  n / (n2 - n2)
  DIV(n, n2 - n2)
  MOD(n, n2 - n2)
  CAST(s AS INT64)
  CAST(IF(s = '42', '1.5', '7') AS INT64)
  CAST(IF(s = '42', ' 2024-03-01', '2024-01-01') AS DATE)
  CAST(IF(s = '42', '2024-03-01 10:00:00', '2024-01-01') AS DATE)
  CAST(IF(s = '42', '2024-03-01T10:00:00.5Z', '2024-01-01 00:00') AS TIMESTAMP)
  CAST(IF(s = '42', 't', 'true') AS BOOL)
  CAST(m AS INT64)
  DATE_SUB(d, INTERVAL n2 MONTH)
  DATE_ADD(d, INTERVAL n2 * 10 DAY)
  DATE(2024, n2, 1)
  LN(n2 - n2)
  SQRT(n)
  POW(f2, 0.5)
  EXP(n2)
  SUBSTR(s, 1, n)
`);

/**
 * GoogleSQL that DuckDB would answer otherwise or not at all: refused, with the word that says
 * what is wrong or what to write.
 */
export const refused: readonly (readonly [expression: string, said: string])[] = [
  ['m / m2', 'NUMERIC'],
  ['m / 2', 'NUMERIC'],
  ['SAFE_DIVIDE(m, n2)', 'NUMERIC'],
  ['m * m2', 'NUMERIC'],
  ['m * 0.5', 'NUMERIC'],
  ['m + 0.5', 'NUMERIC'],
  ['CASE WHEN b THEN m ELSE 0.5 END', 'NUMERIC'],
  ['IF(b, -0.5, m)', 'NUMERIC'],
  ['IFNULL(m, 0.5)', 'NUMERIC'],
  ['LEAST(m, 0.5)', 'NUMERIC'],
  ['ROUND(m)', 'NUMERIC'],
  ['SQRT(m2)', 'NUMERIC'],
  ['POW(m2, 2)', 'NUMERIC'],
  ['AVG(m) OVER ()', 'NUMERIC'],
  ['ROUND(f, 2)', 'ROUND(x * 100) / 100'],
  ['d - d2', 'DATE_DIFF'],
  ['t - t2', 'TIMESTAMP_DIFF'],
  ['d + INTERVAL 1 DAY', 'DATE_ADD'],
  ['DATE_DIFF(t, t2, DAY)', 'local_date'],
  ['DATE_ADD(t, INTERVAL 1 DAY)', 'local_date'],
  ['DATE_TRUNC(t, MONTH)', 'local_date'],
  ['EXTRACT(WEEK FROM d)', 'EXTRACT in WEEK'],
  ['EXTRACT(HOUR FROM t)', 'EXTRACT in HOUR'],
  ['DATE_TRUNC(d, ISOYEAR)', 'DATE_TRUNC in ISOYEAR'],
  ['UPPER(s)', 'LOWER'],
  ["INSTR(s, 'a', 2)", 'INSTR'],
  ["REGEXP_EXTRACT(s, 'a')", 'REGEXP_EXTRACT'],
  ['CAST(f AS STRING)', 'CAST'],
  ['CAST(t AS STRING)', 'CAST'],
  ["BIGNUMERIC '1.5'", 'BIGNUMERIC'],
  ["'\\u00e9'", '\\u'],
  ["'\\101'", '\\1'],
  ["DATETIME '2024-01-01 00:00:00'", 'datetime'],
  ['0x1F', 'hex'],
  ['STDDEV(n2) OVER ()', 'SQRT'],
  ['FORMAT("%t", n)', 'FORMAT'],
  ['TO_JSON_STRING(n)', 'TO_JSON_STRING'],
  ['GENERATE_ARRAY(1, 3)', 'GENERATE_ARRAY'],
  ['FARM_FINGERPRINT(s)', 'FARM_FINGERPRINT'],
];
