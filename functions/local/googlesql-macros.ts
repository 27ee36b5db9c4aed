/**
 * GoogleSQL functions as DuckDB macros, where DuckDB's own differ: the translator leaves
 * calls of unknown functions alone, so the rewriter calls these instead.
 */
export const googleSqlMacros: readonly string[] = [
  // DuckDB gives infinity or NULL for a division by zero, GoogleSQL an error.
  `kenko_divide(a, b) AS CASE WHEN b = 0 THEN error('division by zero') ELSE a / b END`,
  `kenko_safe_divide(a, b) AS CASE WHEN b <> 0 THEN a / b END`,
  `kenko_div(a, b) AS CASE WHEN b = 0 THEN error('division by zero') ELSE a // b END`,
  `kenko_mod(a, b) AS CASE WHEN b = 0 THEN error('division by zero') ELSE a % b END`,
  // DuckDB rounds halves to even, and reads '1.5' as 2; GoogleSQL rounds away from zero, and refuses.
  `kenko_int64(x) AS CASE
     WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
     WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), '[+-]?[0-9]+')
       THEN error('a text is not a whole number')
     ELSE CAST(x AS BIGINT) END`,
  // The translator would make it a TIMESTAMP without a zone, and drop the offset of a text.
  `kenko_timestamp(x) AS CAST(x AS TIMESTAMPTZ)`,
  `kenko_local_midnight(d, zone) AS timezone(zone, CAST(CAST(d AS DATE) AS TIMESTAMP))`,
  `kenko_numeric(x) AS CAST(x AS DECIMAL(38, 9))`,
  // DuckDB's date arithmetic gives timestamps.
  `kenko_date_plus_days(d, n) AS CAST(d AS DATE) + CAST(n AS INTEGER)`,
  `kenko_date_plus_months(d, n) AS CAST(CAST(d AS DATE) + to_months(CAST(n AS INTEGER)) AS DATE)`,
  `kenko_timestamp_plus(t, n, micros) AS CAST(t AS TIMESTAMPTZ) + to_microseconds(CAST(n AS BIGINT) * micros)`,
  // GoogleSQL counts whole units between instants; DuckDB counts boundaries.
  `kenko_timestamp_diff(a, b, micros) AS (epoch_us(a) - epoch_us(b)) // micros`,
  `kenko_date_diff_days(a, b) AS CAST(a AS DATE) - CAST(b AS DATE)`,
  `kenko_date_diff_months(a, b) AS (year(a) - year(b)) * 12 + month(a) - month(b)`,
  `kenko_date_diff_years(a, b) AS year(a) - year(b)`,
  `kenko_date_trunc(part, d) AS CAST(date_trunc(part, CAST(d AS DATE)) AS DATE)`,
  `kenko_date_trunc_sunday(d) AS CAST(d AS DATE) - CAST(dayofweek(d) AS INTEGER)`,
  `kenko_dayofweek(d) AS dayofweek(d) + 1`,
  `kenko_unix_date(d) AS CAST(d AS DATE) - DATE '1970-01-01'`,
  `kenko_unix_micros(t) AS epoch_us(t)`,
  `kenko_floor_div(a, b) AS CASE WHEN a % b < 0 THEN a // b - 1 ELSE a // b END`,
  // The zone's own calendar day of an instant, as DATE(timestamp, zone).
  `kenko_local_date(t, zone) AS CAST(timezone(zone, CAST(t AS TIMESTAMPTZ)) AS DATE)`,
  // ICU takes 15 times as long as adding an offset, which a zone without summer time allows.
  `kenko_local_date_at(t, zone, micros) AS CASE WHEN t >= TIMESTAMPTZ '1970-01-01 00:00:00+00'
     THEN CAST(make_timestamp(epoch_us(CAST(t AS TIMESTAMPTZ)) + micros) AS DATE)
     ELSE kenko_local_date(t, zone) END`,
  // regexp_matches looks anywhere in the text; the translator's choice matches it whole.
  `kenko_regexp_contains(s, p) AS regexp_matches(s, p)`,
  `kenko_byte_length(s) AS strlen(s)`,
].map((definition) => `CREATE OR REPLACE MACRO ${definition}`);
