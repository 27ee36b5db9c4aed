/**
 * GoogleSQL functions as DuckDB macros, where DuckDB's own differ: the translator leaves
 * calls of unknown functions alone, so the rewriter calls these instead. What depends on
 * `typeof` is decided when a query is planned.
 */

const numericNames = 'DECIMAL%';
const noDivision = `error('BigQuery rounds NUMERIC to nine digits here; CAST it to FLOAT64 first')`;
const zeroDivision = `error('division by zero')`;

/** White space by Unicode, which TRIM takes away; DuckDB takes spaces only. */
const whiteSpace = [
  ...'\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008',
  ...'\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
]
  .map((character) => `chr(${character.codePointAt(0)})`)
  .join(' || ');

const numberText = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?';
const year = '([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])';
const dateText = `${year}-[0-9]{1,2}-[0-9]{1,2}`;
const timeText = '([01]?[0-9]|2[0-3]):[0-9]{1,2}:[0-9]{1,2}([.][0-9]{0,6})?';
const zoneText = '[A-Za-z]+(/[A-Za-z0-9_+-]+)*|[+-][0-9]{1,2}(:?[0-9]{2})?';
const instantText = `${dateText}([ Tt]${timeText})?( ?(${zoneText}))?`;

/** GoogleSQL's dates end with the year 9999, and it fails beyond. */
const withinDates = (expression: string): string => `CASE
     WHEN ${expression} NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'
       THEN error('a date is out of range')
     ELSE ${expression} END`;

/** GoogleSQL fails where a function of numbers has no finite value. */
const finite = (expression: string): string =>
  `CASE WHEN isfinite(${expression}) OR ${expression} IS NULL THEN ${expression}
     ELSE error('floating point error') END`;

export const googleSqlMacros: readonly string[] = [
  // Types that the two engines treat differently.
  `kenko_not_numeric(x) AS CASE WHEN typeof(x) LIKE '${numericNames}' THEN ${noDivision} ELSE x END`,
  `kenko_not_instant(x) AS CASE WHEN typeof(x) LIKE 'TIMESTAMP%'
     THEN error('a DATE is expected, and this is a TIMESTAMP; use the local_date column') ELSE x END`,
  // DuckDB gives infinity or NULL for a division by zero, GoogleSQL an error.
  `kenko_divide(a, b) AS CASE WHEN b = 0 THEN ${zeroDivision}
     ELSE kenko_not_numeric(a) / kenko_not_numeric(b) END`,
  `kenko_safe_divide(a, b) AS CASE WHEN b <> 0 THEN kenko_not_numeric(a) / kenko_not_numeric(b) END`,
  `kenko_div(a, b) AS CASE WHEN b = 0 THEN ${zeroDivision} ELSE a // b END`,
  `kenko_mod(a, b) AS CASE WHEN b = 0 THEN ${zeroDivision} ELSE a % b END`,
  `kenko_times(a, b) AS CASE WHEN typeof(a) LIKE '${numericNames}' AND typeof(b) LIKE '${numericNames}'
     THEN error('BigQuery rounds a product of NUMERIC to nine digits; write CAST(a * b AS NUMERIC)')
     ELSE a * b END`,
  // DuckDB gives a number of days, or an interval of another kind.
  `kenko_minus(a, b) AS CASE
     WHEN typeof(a) = 'DATE' AND typeof(b) = 'DATE' THEN error('write DATE_DIFF, not -')
     WHEN typeof(a) LIKE 'TIMESTAMP%' THEN error('write TIMESTAMP_DIFF or TIMESTAMP_SUB, not -')
     ELSE a - b END`,
  `kenko_sign(x) AS (x - x) + sign(x)`,
  `kenko_round(x) AS round(CAST(kenko_not_numeric(x) AS DOUBLE))`,
  `kenko_sqrt(x) AS sqrt(CAST(kenko_not_numeric(x) AS DOUBLE))`,
  `kenko_exp(x) AS ${finite('exp(CAST(kenko_not_numeric(x) AS DOUBLE))')}`,
  `kenko_ln(x) AS ln(CAST(kenko_not_numeric(x) AS DOUBLE))`,
  `kenko_pow(x, y) AS ${finite('pow(CAST(kenko_not_numeric(x) AS DOUBLE), CAST(kenko_not_numeric(y) AS DOUBLE))')}`,
  // Casts. DuckDB rounds halves to even, and reads '1.5' as 2 and 't' as true.
  `kenko_float64(x) AS CAST(x AS DOUBLE)`,
  `kenko_int64(x) AS CASE
     WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
     WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), '[+-]?[0-9]+')
       THEN error('a text is not a whole number')
     ELSE CAST(x AS BIGINT) END`,
  // The whole part apart, so that large numbers keep every digit they have.
  `kenko_numeric(x) AS CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT')
     THEN CAST(CAST(trunc(TRY_CAST(x AS DOUBLE)) AS HUGEINT) AS DECIMAL(38, 9))
       + CAST(TRY_CAST(x AS DOUBLE) - trunc(TRY_CAST(x AS DOUBLE)) AS DECIMAL(38, 9))
     ELSE CAST(x AS DECIMAL(38, 9)) END`,
  `kenko_string(x) AS CASE
     WHEN typeof(x) IN ('DOUBLE', 'FLOAT') OR typeof(x) LIKE 'TIMESTAMP%'
       THEN error('BigQuery writes this type differently; CAST it to INT64, NUMERIC or DATE first')
     WHEN typeof(x) LIKE '${numericNames}' THEN regexp_replace(CAST(x AS VARCHAR), '[.]?0*$', '')
     ELSE CAST(x AS VARCHAR) END`,
  `kenko_bool(x) AS CASE
     WHEN typeof(x) = 'VARCHAR' AND lower(CAST(x AS VARCHAR)) NOT IN ('true', 'false')
       THEN error('a text is neither true nor false')
     ELSE CAST(x AS BOOLEAN) END`,
  `kenko_date(x) AS CASE
     WHEN typeof(x) = 'VARCHAR'
       AND NOT regexp_full_match(CAST(x AS VARCHAR), '${dateText}')
       THEN error('a text is not a date')
     ELSE CAST(x AS DATE) END`,
  // The translator would make it a TIMESTAMP without a zone, and drop the offset of a text.
  `kenko_timestamp(x) AS CASE
     WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR),
       '${instantText}')
       THEN error('a text is not an instant')
     ELSE CAST(x AS TIMESTAMPTZ) END`,
  // A date alone is the midnight that begins it; a DATETIME, which has no zone, keeps its time.
  `kenko_local_instant(d, zone) AS timezone(zone, CAST(d AS TIMESTAMP))`,
  // SAFE_CAST: NULL where CAST fails.
  `kenko_safe_int64(x) AS CASE
     WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN TRY_CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
     WHEN typeof(x) <> 'VARCHAR' THEN TRY_CAST(x AS BIGINT)
     WHEN regexp_full_match(trim(CAST(x AS VARCHAR)), '[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)')
       THEN TRY_CAST(trim(CAST(x AS VARCHAR)) AS BIGINT) END`,
  `kenko_safe_numeric(x) AS CASE
     WHEN typeof(x) IN ('DOUBLE', 'FLOAT')
       THEN TRY_CAST(TRY_CAST(trunc(TRY_CAST(x AS DOUBLE)) AS HUGEINT) AS DECIMAL(38, 9))
         + TRY_CAST(TRY_CAST(x AS DOUBLE) - trunc(TRY_CAST(x AS DOUBLE)) AS DECIMAL(38, 9))
     WHEN typeof(x) <> 'VARCHAR' THEN TRY_CAST(x AS DECIMAL(38, 9))
     WHEN regexp_full_match(trim(CAST(x AS VARCHAR)), '${numberText}')
       THEN TRY_CAST(trim(CAST(x AS VARCHAR)) AS DECIMAL(38, 9)) END`,
  `kenko_safe_float64(x) AS CASE
     WHEN typeof(x) <> 'VARCHAR' THEN TRY_CAST(x AS DOUBLE)
     WHEN regexp_full_match(trim(CAST(x AS VARCHAR)), '${numberText}|[+-]?(?i:inf|infinity|nan)')
       THEN TRY_CAST(trim(CAST(x AS VARCHAR)) AS DOUBLE)
     ELSE TRY_CAST(kenko_safe_int64(x) AS DOUBLE) END`,
  `kenko_safe_bool(x) AS CASE
     WHEN typeof(x) = 'VARCHAR' AND lower(CAST(x AS VARCHAR)) NOT IN ('true', 'false') THEN NULL
     ELSE TRY_CAST(x AS BOOLEAN) END`,
  `kenko_safe_date(x) AS CASE
     WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), '${dateText}') THEN NULL
     ELSE TRY_CAST(x AS DATE) END`,
  `kenko_safe_timestamp(x) AS CASE
     WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), '${instantText}') THEN NULL
     ELSE TRY_CAST(x AS TIMESTAMPTZ) END`,
  // DuckDB's date arithmetic gives timestamps.
  `kenko_date_plus_days(d, n) AS ${withinDates('(CAST(kenko_not_instant(d) AS DATE) + CAST(n AS INTEGER))')}`,
  `kenko_date_plus_months(d, n) AS ${withinDates('CAST(CAST(kenko_not_instant(d) AS DATE) + to_months(CAST(n AS INTEGER)) AS DATE)')}`,
  `kenko_timestamp_plus(t, n, micros) AS CAST(t AS TIMESTAMPTZ) + to_microseconds(CAST(n AS BIGINT) * micros)`,
  // GoogleSQL counts whole units between instants; DuckDB counts boundaries.
  `kenko_timestamp_diff(a, b, micros) AS (epoch_us(a) - epoch_us(b)) // micros`,
  // Between dates, GoogleSQL counts boundaries, too.
  `kenko_date_diff_days(a, b) AS CAST(kenko_not_instant(a) AS DATE) - CAST(kenko_not_instant(b) AS DATE)`,
  `kenko_date_diff_months(a, b) AS (year(kenko_not_instant(a)) - year(kenko_not_instant(b))) * 12 + month(a) - month(b)`,
  `kenko_date_diff_quarters(a, b) AS (year(kenko_not_instant(a)) - year(kenko_not_instant(b))) * 4 + quarter(a) - quarter(b)`,
  `kenko_date_diff_years(a, b) AS year(kenko_not_instant(a)) - year(kenko_not_instant(b))`,
  `kenko_date_trunc(part, d) AS CASE WHEN part = 'sunday'
     THEN CAST(kenko_not_instant(d) AS DATE) - CAST(dayofweek(d) AS INTEGER)
     ELSE CAST(date_trunc(CASE WHEN part = 'sunday' THEN 'day' ELSE part END, CAST(kenko_not_instant(d) AS DATE)) AS DATE) END`,
  `kenko_date_diff_weeks(a, b) AS kenko_date_diff_days(kenko_date_trunc('week', a), kenko_date_trunc('week', b)) // 7`,
  `kenko_date_diff_sundays(a, b) AS kenko_date_diff_days(kenko_date_trunc('sunday', a), kenko_date_trunc('sunday', b)) // 7`,
  `kenko_last_day(part, d) AS CASE
     WHEN part IN ('sunday', 'week') THEN kenko_date_trunc(part, d) + 6
     ELSE CAST(kenko_date_trunc(part, d)
       + to_months(CASE part WHEN 'year' THEN 12 WHEN 'quarter' THEN 3 ELSE 1 END) AS DATE) - 1 END`,
  `kenko_dayofweek(d) AS dayofweek(d) + 1`,
  `kenko_unix_date(d) AS CAST(kenko_not_instant(d) AS DATE) - DATE '1970-01-01'`,
  `kenko_unix_micros(t) AS epoch_us(t)`,
  `kenko_floor_div(a, b) AS CASE WHEN a % b < 0 THEN a // b - 1 ELSE a // b END`,
  // The zone's own calendar day of an instant, as DATE(timestamp, zone).
  `kenko_local_date(t, zone) AS CAST(timezone(zone, CAST(t AS TIMESTAMPTZ)) AS DATE)`,
  // ICU takes 15 times as long as adding an offset, which a zone without summer time allows.
  `kenko_local_date_at(t, zone, micros) AS CASE WHEN t >= TIMESTAMPTZ '1970-01-01 00:00:00+00'
     THEN CAST(make_timestamp(epoch_us(CAST(t AS TIMESTAMPTZ)) + micros) AS DATE)
     ELSE kenko_local_date(t, zone) END`,
  // Texts. regexp_matches looks anywhere in the text; the translator's choice matches it whole.
  `kenko_regexp_replace(x, pattern, replacement) AS regexp_replace(x, pattern, replacement, 'g')`,
  `kenko_regexp_contains(s, p) AS regexp_matches(s, p)`,
  `kenko_byte_length(s) AS strlen(s)`,
  // Letters whose lower case is more than one, or depends on where they stand in a word.
  `kenko_lower(s) AS lower(regexp_replace(
     replace(s, chr(304), 'i' || chr(775)), '(\\pL\\pM*)' || chr(931) || '(\\PL|$)', '\\1' || chr(962) || '\\2', 'g'))`,
  `kenko_trim(s) AS trim(s, ${whiteSpace})`,
  // DuckDB counts from a place before the text where that is asked for.
  `kenko_substr(s, p) AS substr(s, CASE WHEN p = 0 OR p < -length(s) THEN 1 ELSE p END)`,
  `kenko_substr_of(s, p, n) AS CASE WHEN n < 0 THEN error('a length is negative')
     ELSE substr(s, CASE WHEN p = 0 OR p < -length(s) THEN 1 ELSE p END, n) END`,
].map((definition) => `CREATE OR REPLACE MACRO ${definition}`);
