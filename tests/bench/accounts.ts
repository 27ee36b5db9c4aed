/**
 * Generated accounts: the same for the same count, on every machine. Metrics follow a hidden
 * quality, so that every step is earned by somebody; whole feeds are missing now and then.
 */
import { clamp, Random } from '../../functions/local/demo/random.ts';
import type { TableSchema, Warehouse } from '../../functions/ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import { pack } from './pack.ts';

const segments = ['small', 'middle', 'large', 'enterprise'] as const;
const levels = ['low', 'middle', 'high'] as const;
/** How much larger the counts of a segment are. */
const sizes = [0.5, 1, 2, 4];

/** Rows of a generated batch. */
const batchRows = 50_000;
/** Share of accounts that a feed knows nothing of. */
const missingShare = 0.025;

/** What is known of one account; `size` by segment, `quality` from 0 to 1. */
interface Account {
  random: Random;
  size: number;
  quality: number;
}

type Draw = (account: Account) => number;

const count =
  (mean: number): Draw =>
  ({ random, size, quality }) =>
    Math.max(0, Math.round(mean * size * quality * random.between(0.2, 2)));
const rising =
  (most: number): Draw =>
  ({ random, quality }) =>
    clamp(Math.round(most * (quality + random.normal() * 0.25)), 0, most);
const falling =
  (most: number): Draw =>
  ({ random, quality }) =>
    clamp(Math.round(most * (1 - quality + random.normal() * 0.25) ** 2), 0, most * 2);
const ratio =
  (from: number, to: number): Draw =>
  ({ random, quality }) =>
    clamp(from + (to - from) * (quality + random.normal() * 0.2), 0, Math.max(from, to) * 2);

/** By feed, its metrics: a feed is there for an account, or not. */
const feeds: Record<string, Draw>[] = [
  {
    active_users: count(24),
    active_days: rising(26),
    minutes_ratio: ratio(0.3, 1.4),
    seats: ({ random, size }) => Math.round(40 * size * random.between(0.5, 1.5)),
    logins_per_user: ratio(0, 12),
  },
  {
    features_used: rising(11),
    options_used: rising(3),
    creations: count(12),
    sharing_users: count(6),
    api_calls: ({ random, size, quality }) =>
      Math.floor(size * 10 ** (quality * 3 + random.next() * 2)),
    error_rate: ratio(0.14, 0),
  },
  {
    tickets: falling(16),
    bugs: falling(8),
    days_to_close: ratio(13, 0),
    reopened: falling(4),
  },
  {
    nps: rising(10),
    csat: ratio(1, 5),
    answered_rate: ratio(0, 1),
  },
  {
    days_since_contact: falling(80),
    key_users: rising(6),
    days_overdue: ({ random }) => (random.chance(0.8) ? 0 : random.whole(1, 100)),
    days_since_start: ({ random }) => random.whole(0, 1500),
    uses_sso: ({ random, quality }) => +random.chance(quality),
  },
  {
    proficiency: ({ random, quality }) =>
      clamp(Math.floor(quality * 2 + random.next() * 1.5), 0, 2),
    embeddedness: ({ random, quality }) =>
      clamp(Math.floor(quality * 2 + random.next() * 1.5), 0, 2),
  },
];

const types = { int: 'INT64', float: 'FLOAT64', bool: 'BOOL', enum: 'STRING' } as const;

/** The columns of `run_inputs` that a first run reads. */
export const inputsSchema: TableSchema = {
  columns: [
    { name: 'account_id', type: 'STRING', required: true },
    { name: 'present', type: 'BOOL', required: true },
    { name: 'fault', type: 'STRING' },
    ...pack.accountColumns.map(({ name }) => ({
      name: `account_${name}`,
      type: 'STRING' as const,
    })),
    ...[...pack.metrics.values()].flatMap(({ kind, id, type }) =>
      kind === 'measured' ? [{ name: id, type: types[type] }] : [],
    ),
  ],
  cluster: ['account_id'],
};

export const accountId = (index: number): string => `account-${String(index).padStart(7, '0')}`;

/** Makes a table of that many generated accounts, as `run_inputs` of a first run. */
export async function loadInputs(
  warehouse: Warehouse,
  table: string,
  accounts: number,
): Promise<void> {
  await warehouse.createTable(table, inputsSchema);
  let at = 0;
  for (const batch of generatedInputs(accounts)) {
    await warehouse.load({ id: `${table}-${at++}`, table, batches: [batch] });
  }
}

/** Accounts 0 up to, without, `accounts`, as rows of `run_inputs`. */
export function* generatedInputs(accounts: number): Generator<ColumnBatch> {
  for (let from = 0; from < accounts; from += batchRows) {
    yield batchOf(from, Math.min(accounts, from + batchRows));
  }
}

function batchOf(from: number, to: number): ColumnBatch {
  const rows = to - from;
  const ids: string[] = [];
  const segmentTexts: string[] = [];
  const numbers = new Map<string, Float64Array>();
  const texts = new Map<string, (string | null)[]>();
  for (const { name, type } of inputsSchema.columns) {
    if (type === 'STRING') texts.set(name, new Array<string | null>(rows).fill(null));
    else numbers.set(name, new Float64Array(rows).fill(Number.NaN));
  }
  const random = new Random();
  for (let row = 0; row < rows; row += 1) {
    random.restart(1, from + row, 0);
    const segment = random.whole(0, segments.length - 1);
    const account = {
      random,
      size: sizes[segment] ?? 1,
      quality: clamp(0.55 + random.normal() * 0.22, 0, 1),
    };
    ids.push(accountId(from + row));
    segmentTexts.push(segments[segment] ?? '');
    for (const feed of feeds) {
      if (random.chance(missingShare)) continue;
      for (const metric in feed) {
        const value = feed[metric]?.(account) ?? Number.NaN;
        const text = texts.get(metric);
        if (text) text[row] = levels[value] ?? null;
        else (numbers.get(metric) as Float64Array)[row] = value;
      }
    }
  }
  numbers.get('present')?.fill(1);
  texts.set('account_id', ids).set('account_segment', segmentTexts);
  const columns = new Map<string, Column>();
  for (const [name, values] of numbers) columns.set(name, { as: 'number', values });
  for (const [name, values] of texts) columns.set(name, { as: 'string', values });
  return { rows, columns };
}
