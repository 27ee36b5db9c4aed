/**
 * The catalogue: which tables a team provides (the input contract, `sql/sources/*.yaml`) and
 * which metrics are computed from them (`sql/metrics/<folder>/<group>.yaml`).
 */
import { z } from 'zod';

/** Identifiers of ours: they become column names, so they are lower case and short. */
export const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'lower-case letters, digits and _, starting with a letter');

/** A text that people read, in both languages. */
export const label = z.strictObject(
  { en: z.string().min(1), ja: z.string().min(1) },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'a text in both languages, as { en: ..., ja: ... }' : undefined,
  },
);
export type Label = z.infer<typeof label>;
export type Lang = keyof Label;

/** Column types of the input contract, by their GoogleSQL names. */
export const sourceColumnType = z.enum([
  'STRING',
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'BOOL',
  'DATE',
  'TIMESTAMP',
]);

const sourceColumn = z.strictObject({
  name: identifier,
  type: sourceColumnType,
  /** The user's table must have it, and no row may leave it empty. */
  required: z.boolean().default(false),
  /** Smallest value allowed. */
  minimum: z.number().optional(),
  /** Texts allowed; a column with values is an enum in expressions. */
  values: z.array(z.string()).min(1).optional(),
  description: z.string().min(1),
});
export type SourceColumn = z.infer<typeof sourceColumn>;

/** An account column that the pack reads; in `run_inputs` it is `account_<name>`. */
export interface AccountColumn {
  name: string;
  type: Exclude<SourceColumn['type'], 'TIMESTAMP'>;
  required: boolean;
  values?: string[];
}

/** One table of the input contract. */
export const sourceTable = z.strictObject({
  table: identifier,
  description: z.string().min(1),
  kind: z.enum(['events', 'dimension']),
  /** events: the DATE or TIMESTAMP column that says when it happened. */
  event_time: identifier.optional(),
  /** The column that says when the row arrived: rows that arrived after `as_of` are not seen. */
  loaded_at: identifier.optional(),
  /** How a late feed shows; `none`: silence is normal for it. */
  freshness: z.enum(['event_time', 'loaded_at', 'none']).default('none'),
  /** dimension: columns between which a row is valid (`to` is empty for the current one). */
  validity: z.strictObject({ from: identifier, to: identifier }).optional(),
  /** dimension: only today's values are known, so looking back at it is not sound. */
  current_only: z.boolean().default(false),
  /** All its rows may go from one run to the next without holding the run. */
  may_be_empty: z.boolean().optional(),
  /** Columns that together tell one row from all others. */
  unique: z.array(identifier).min(1).optional(),
  columns: z.array(sourceColumn).min(1),
});
export type SourceTable = z.infer<typeof sourceTable>;

const metric = z.strictObject({
  id: identifier,
  type: z.enum(['int', 'float', 'bool', 'enum']),
  /** enum: its texts. */
  values: z.array(z.string().min(1)).min(1).max(1000).optional(),
  unit: z.string().min(1).optional(),
  /** Which way is good for the customer relation. */
  direction: z.enum(['higher', 'lower', 'none']),
  nullable: z.boolean(),
  /** Of a mart: its column holds dates, and the metric is the days from them to the run's date. */
  days_since: z.boolean().optional(),
  /** Value for accounts without a row in the group, while its sources exist and are fresh. */
  default: z.number().optional(),
  label,
  description: label,
});
export type Metric = z.infer<typeof metric>;

/** A metric group: one SQL file that gives these columns per account. */
export const metricGroup = z.strictObject({
  group: identifier,
  /** Tables its SQL reads; it is missing as a whole where one of them is not provided. */
  sources: z.array(identifier).min(1),
  metrics: z.array(metric).min(1),
});
export type MetricGroup = z.infer<typeof metricGroup>;
