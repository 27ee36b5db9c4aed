/**
 * All that a row of the history holds, written by hand for the rows of a first run: what the
 * hand-written loop gives, the values it read, the texts, and a hash of each. Rows have the
 * same bytes as the product's but for the hashes, which are of the same values in another order.
 */
import type { Column, ColumnBatch } from '../../../functions/scorecard/engine/columns.ts';
import { rowHasher } from '../../../functions/scorecard/engine/hash.ts';
import { engine, firstDate } from '../pack.ts';
import { measureCount, names, pack, type Scores } from '../scores.ts';
import { handWritten, metricsOf, textsOf } from './hand-written.ts';
import type { Metrics } from './metrics.ts';

/** In the order in which the phase, the scorecards and the headline first read them. */
const inputNames = [
  'daysSinceStart',
  'activeUsers',
  'seats',
  'activeDays',
  'minutesRatio',
  'featuresUsed',
  'optionsUsed',
  'creations',
  'sharingUsers',
  'loginsPerUser',
  'apiCalls',
  'errorRate',
  'tickets',
  'bugs',
  'daysToClose',
  'reopened',
  'nps',
  'csat',
  'answeredRate',
  'daysSinceContact',
  'keyUsers',
  'daysOverdue',
  'proficiency',
  'embeddedness',
  'usesSso',
  'seatUtilisation',
] as const satisfies (keyof Metrics)[];

const hasher = rowHasher();

/** Scores a batch of `run_inputs` rows into rows of the history. */
export function handWrittenRows(batch: ColumnBatch): ColumnBatch {
  const { rows } = batch;
  const metrics = metricsOf(batch);
  const scores = handWritten(batch, metrics);
  const inputs = inputsOf(rows, metrics);
  const ids = textsOf(batch, 'account_id');
  const offsets = offsetsOf(rows, measureCount);
  const none = new Array<null>(rows).fill(null);
  const unknown = new Float64Array(rows).fill(Number.NaN);
  const text = (values: (string | null)[]): Column => ({ as: 'string', values });
  const same = (value: string) => text(new Array<string>(rows).fill(value));
  const number = (values: Float64Array): Column => ({ as: 'number', values });
  const coded = (codes: Int8Array, known: readonly string[]): Column => {
    const values = new Array<string | null>(rows);
    for (let r = 0; r < rows; r++) values[r] = known[codes[r] as number] ?? null;
    return text(values);
  };
  const columns: [string, Column][] = [
    ['date', same(firstDate)],
    ['account_id', text([...ids])],
    ['score', same('health')],
    ['state', same('scored')],
    ['reason', text(none)],
    ['phase', coded(scores.phase, names.phase)],
    ['scorecard', coded(scores.scorecard, names.scorecard)],
    ['version', same('1.0.0')],
    ['band', coded(scores.band, names.band)],
    ['points', number(scores.points)],
    ['earned', number(scores.earned)],
    ['available', number(scores.available)],
    ['confidence', number(scores.confidence)],
    ['cap', coded(scores.cap, names.cap)],
    ['waiting_for_data', number(new Float64Array(rows))],
    ['held_by_hysteresis', number(new Float64Array(rows))],
    ['trend', text(none)],
    ['contributions', { as: 'numbers', values: scores.contributions, offsets }],
    ['earned_points', { as: 'numbers', values: scores.earnedPoints, offsets }],
    ['inputs', { as: 'numbers', values: inputs, offsets: offsetsOf(rows, inputNames.length) }],
    ['missing', text(missingOf(rows, inputs))],
    ['before_date', text(none)],
    ['before_band', text(none)],
    ['before_points', number(unknown)],
    ['change_rules', number(unknown)],
    ['change_data', number(unknown)],
    ['change_behaviour', number(unknown)],
    ['rules_hash', same(pack.hash)],
    ['engine_hash', same(engine)],
    ['input_hash', { as: 'bigint', values: inputHashes(batch, inputs) }],
    ['result_hash', { as: 'bigint', values: resultHashes(scores) }],
    ['known_on', same('')],
    ['account', text(accountsOf(batch))],
    ['change_phase', number(unknown)],
    ['band_points', number(unknown)],
  ];
  return { rows, columns: new Map(columns) };
}

/** The column that scorecards are chosen by. */
function accountsOf(batch: ColumnBatch): string[] {
  const known = new Map<string | null, string>();
  return textsOf(batch, 'account_segment').map((segment) => {
    const text = known.get(segment) ?? JSON.stringify({ segment });
    known.set(segment, text);
    return text;
  });
}

function offsetsOf(rows: number, width: number): Int32Array {
  const offsets = new Int32Array(rows + 1);
  for (let r = 1; r <= rows; r++) offsets[r] = r * width;
  return offsets;
}

/** Column by column, so that one array is read in order. */
function inputsOf(rows: number, metrics: Metrics): Float64Array {
  const width = inputNames.length;
  const inputs = new Float64Array(rows * width);
  for (const [i, name] of inputNames.entries()) {
    const values = metrics[name];
    for (let r = 0; r < rows; r++) inputs[r * width + i] = values[r] as number;
  }
  return inputs;
}

function missingOf(rows: number, inputs: Float64Array): string[] {
  const width = inputNames.length;
  const texts = new Array<string>(rows);
  for (let r = 0; r < rows; r++) {
    let text = '';
    for (let i = 0; i < width; i++) {
      if (!Number.isNaN(inputs[r * width + i])) continue;
      text = text === '' ? String(i) : `${text},${i}`;
    }
    texts[r] = text;
  }
  return texts;
}

function inputHashes(batch: ColumnBatch, inputs: Float64Array): BigInt64Array {
  const width = inputNames.length;
  const segments = textsOf(batch, 'account_segment');
  const hashes = new BigInt64Array(batch.rows);
  for (let r = 0; r < batch.rows; r++) {
    hasher.start();
    hasher.list(inputs, r * width, (r + 1) * width);
    hasher.text(segments[r] as string);
    hashes[r] = hasher.finish();
  }
  return hashes;
}

function resultHashes(scores: Scores): BigInt64Array {
  const { scorecard, phase, band, cap, points, earned, available } = scores;
  const hashes = new BigInt64Array(scores.rows);
  for (let r = 0; r < scores.rows; r++) {
    const from = r * measureCount;
    hasher.start();
    hasher.number(scorecard[r] as number);
    hasher.number(phase[r] as number);
    hasher.number(band[r] as number);
    hasher.number(cap[r] as number);
    hasher.number(points[r] as number);
    hasher.number(earned[r] as number);
    hasher.number(available[r] as number);
    hasher.list(scores.contributions, from, from + measureCount);
    hasher.list(scores.earnedPoints, from, from + measureCount);
    hashes[r] = hasher.finish();
  }
  return hashes;
}
