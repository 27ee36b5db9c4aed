/**
 * The subset of GoogleSQL that both engines answer alike, as lists. `npm run test:sql` tries
 * every entry on BigQuery's reference engine and on the twin; whatever is not here is refused.
 */

/** A function by the name that authors write. */
interface KnownFunction {
  name: string;
  /** The parser's own kind of node for it; without one it is a plain call. */
  kind?: string;
}

/** `NAME:kind` or `NAME`, separated by spaces. */
function list(text: string): KnownFunction[] {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [name = '', kind] = entry.split(':');
      return kind === undefined ? { name } : { name, kind };
    });
}

/** Functions that metric SQL may call, by what they are about. */
export const metricFunctions: Readonly<Record<string, readonly KnownFunction[]>> = {
  aggregates: list(`COUNT:count COUNTIF:count_if SUM:sum AVG:avg MIN:min MAX:max
    LOGICAL_AND:logical_and LOGICAL_OR:logical_or`),
  windows: list(`ROW_NUMBER:row_number RANK:rank DENSE_RANK:dense_rank NTILE:n_tile
    PERCENT_RANK:percent_rank CUME_DIST:cume_dist LAG:lag LEAD:lead FIRST_VALUE:first_value
    LAST_VALUE:last_value NTH_VALUE:nth_value PERCENTILE_CONT PERCENTILE_DISC`),
  conditions: list('IF:if_func IFNULL:coalesce COALESCE:coalesce NULLIF'),
  numbers: list(`SAFE_DIVIDE:safe_divide DIV MOD:mod_func ABS:abs SIGN FLOOR:floor CEIL:ceil
    ROUND:round SQRT:sqrt POW:power EXP:exp LN:ln GREATEST LEAST`),
  texts: list(`CONCAT LENGTH:length LOWER:lower TRIM:trim SUBSTR:substring REPLACE
    STRPOS:str_position STARTS_WITH:starts_with ENDS_WITH:ends_with REGEXP_CONTAINS`),
  dates: list(`DATE DATE_ADD DATE_SUB DATE_DIFF DATE_TRUNC LAST_DAY:last_day EXTRACT:extract
    UNIX_DATE`),
  instants: list(`TIMESTAMP_ADD TIMESTAMP_SUB TIMESTAMP_DIFF UNIX_SECONDS UNIX_MILLIS
    UNIX_MICROS`),
};

/** Only in queries that we generate: they need care that a metric's author should not need. */
export const ownFunctions: readonly KnownFunction[] = list(`ANY_VALUE:any_value BYTE_LENGTH
  IS_NAN IS_INF SAFE_CAST:safe_cast TRANSLATE REGEXP_REPLACE ARRAY_LENGTH:array_length OFFSET SAFE_OFFSET TIMESTAMP:timestamp UNNEST:unnest`);

/** The parser's nodes of plain syntax: clauses, operators, literals. */
export const syntaxKinds: readonly string[] = `select union except intersect subquery column alias
  star table paren literal boolean null and or not eq neq lt lte gt gte is_null is_true is_false
  null_safe_eq null_safe_neq between in exists like case add sub mul neg div concat cast interval
  window_function var function aggregate_function`.split(/\s+/);

export const ownSyntaxKinds: readonly string[] = ['array_func', 'subscript'];

/** Types that a CAST may name. */
export const castTypes: readonly string[] = [
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'STRING',
  'BOOL',
  'DATE',
  'TIMESTAMP',
];

/** Types that a CAST of something other than a literal or NULL may name in metric SQL. */
export const metricCastTypes: readonly string[] = ['INT64', 'FLOAT64', 'NUMERIC'];

/** Parts of a DATE, by function. */
export const dateParts = {
  add: ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'],
  difference: ['DAY', 'WEEK', 'WEEK(MONDAY)', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR'],
  truncation: ['DAY', 'WEEK', 'WEEK(MONDAY)', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR'],
  lastDay: ['WEEK', 'WEEK(MONDAY)', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR'],
  extraction: ['YEAR', 'ISOYEAR', 'QUARTER', 'MONTH', 'ISOWEEK', 'DAY', 'DAYOFYEAR', 'DAYOFWEEK'],
} as const;

/** Parts of a TIMESTAMP and their microseconds. */
export const instantParts: Readonly<Record<string, number>> = {
  MICROSECOND: 1,
  MILLISECOND: 1_000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
};
