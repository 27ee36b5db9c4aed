/** Results in a form that all contenders give, and the check that they are equal. */
import type { Column, ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import { pack } from './pack.ts';

export { pack };

const [score] = pack.scores;
if (!score) throw new Error('the pack of the bench has no score');

/** The one score of the pack. */
export const health = score;
/** Measures of each of its scorecards. */
export const measureCount = 25;

/** Results of some accounts, in their order. Codes are positions in `names`, -1 for none. */
export interface Scores {
  rows: number;
  scorecard: Int8Array;
  phase: Int8Array;
  /** Hundredths; NaN where there is nothing to score. */
  points: Float64Array;
  earned: Float64Array;
  available: Float64Array;
  /** 0 to 1. */
  confidence: Float64Array;
  band: Int8Array;
  cap: Int8Array;
  /** Hundredths by measure, `measureCount` a row; -1 where left out. */
  earnedPoints: Float64Array;
  contributions: Float64Array;
}

export const names = {
  scorecard: ['small', 'middle', 'large', 'enterprise'],
  phase: ['onboarding'],
  band: [...health.bands.map(({ id }) => id), 'unknown'],
  cap: ['overdue', 'no_key_user'],
} as const satisfies Record<string, readonly string[]>;

export function emptyScores(rows: number): Scores {
  return {
    rows,
    scorecard: new Int8Array(rows),
    phase: new Int8Array(rows),
    points: new Float64Array(rows),
    earned: new Float64Array(rows),
    available: new Float64Array(rows),
    confidence: new Float64Array(rows),
    band: new Int8Array(rows),
    cap: new Int8Array(rows),
    earnedPoints: new Float64Array(rows * measureCount),
    contributions: new Float64Array(rows * measureCount),
  };
}

/** Rows of the history, as `scoreBatch` gives them or the warehouse reads them. */
export function scoresOf({ rows, columns }: ColumnBatch): Scores {
  const get = <A extends Column['as']>(name: string, as: A): Extract<Column, { as: A }> => {
    const column = columns.get(name);
    if (column?.as !== as) throw new Error(`${name} is ${column?.as}, not ${as}`);
    return column as Extract<Column, { as: A }>;
  };
  const numbers = (name: string) => get(name, 'number').values;
  const codes = (name: keyof typeof names) =>
    Int8Array.from(get(name, 'string').values, (text) =>
      text === null ? -1 : (names[name] as readonly string[]).indexOf(text),
    );
  const lists = (name: string) => {
    const { values, offsets } = get(name, 'numbers');
    if (offsets[rows] !== rows * measureCount) throw new Error(`${name} has another length`);
    return values;
  };
  return {
    rows,
    scorecard: codes('scorecard'),
    phase: codes('phase'),
    points: numbers('points'),
    earned: numbers('earned'),
    available: numbers('available'),
    confidence: numbers('confidence'),
    band: codes('band'),
    cap: codes('cap'),
    earnedPoints: lists('earned_points'),
    contributions: lists('contributions'),
  };
}

/** @throws where any field of any row differs */
export function assertEqual(who: string, expected: Scores, found: Scores): void {
  if (expected.rows !== found.rows) throw new Error(`${who} gives ${found.rows} rows`);
  for (const field of Object.keys(expected) as (keyof Scores)[]) {
    if (field !== 'rows') assertEqualValues(`${who}: ${field}`, expected[field], found[field]);
  }
}

/** @throws where any column but the hashes differs */
export function assertEqualRows(who: string, expected: ColumnBatch, found: ColumnBatch): void {
  if (expected.rows !== found.rows) throw new Error(`${who} gives ${found.rows} rows`);
  for (const [name, column] of expected.columns) {
    if (name === 'input_hash' || name === 'result_hash') continue;
    const other = found.columns.get(name);
    if (other?.as !== column.as) throw new Error(`${who} gives no ${name}`);
    assertEqualValues(`${who}: ${name}`, column.values, other.values);
    if (column.as === 'numbers' && other.as === 'numbers') {
      assertEqualValues(`${who}: ${name}`, column.offsets, other.offsets);
    }
  }
}

type Values = ArrayLike<number | bigint | string | null>;

function assertEqualValues(what: string, expected: Values, found: Values): void {
  if (expected.length !== found.length) throw new Error(`${what} has another length`);
  for (let i = 0; i < expected.length; i++) {
    const a = expected[i];
    const b = found[i];
    if (Object.is(a, b)) continue;
    // A quotient computed elsewhere may differ in its last bit.
    if (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) < 1e-12) continue;
    throw new Error(`${what} differs at ${i}: ${b} instead of ${a}`);
  }
}
