/**
 * Splits a change of points into rules, data and behaviour, in this order, by scoring twice
 * more with today's scorecard: S1 with the values that the row before had, S2 with today's
 * gaps. S0 -> S1 is rules, S1 -> S2 data, S2 -> S3 behaviour. A score that cannot be computed
 * takes the one before it. Most rows need neither S1 nor S2.
 */

import { type BeforeReader, lastKnown } from './before.ts';
import type { BeforeColumns } from './before-columns.ts';
import type { InputBuffers } from './block-inputs.ts';
import { blockRows } from './column-operations.ts';
import type { CompiledCard, CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';
import { addMeasures, pointsFrom } from './measures.ts';
import { wordBits } from './missing-sets.ts';

/** Where the parts go, by row of the batch. NaN: there is nothing to compare. */
type ChangeColumns = Pick<HistoryColumns, 'changeRules' | 'changeData' | 'changeBehaviour'>;

export interface ChangeBuffers {
  /** By slot: values of the rows that are scored again, close together. */
  gathered: Float64Array[];
  rows: Int32Array;
  totals: Float64Array;
  points: Float64Array;
  /** By row of the block. */
  s1: Float64Array;
  s2: Float64Array;
  again1: Int32Array;
  again2: Int32Array;
}

/** 0, 1, 2, ...: the rows of a gathered block. */
const everyRow = Int32Array.from({ length: blockRows }, (_, i) => i);

export function changeBuffers(score: CompiledScore): ChangeBuffers {
  return {
    gathered: Array.from({ length: score.inputs.count }, () => new Float64Array(blockRows)),
    rows: new Int32Array(blockRows),
    totals: new Float64Array(blockRows),
    points: new Float64Array(blockRows),
    s1: new Float64Array(blockRows),
    s2: new Float64Array(blockRows),
    again1: new Int32Array(blockRows),
    again2: new Int32Array(blockRows),
  };
}

/** Rows of the block that one scorecard applies to, with their points now. */
export interface CardRows {
  card: CompiledCard;
  /** Code of the scorecard in rows before. */
  cardCode: number;
  rows: Int32Array;
  count: number;
  /** Hundredths by row of the block; NaN where they could not be computed. */
  points: Float64Array;
}

export function splitChange(
  buffers: ChangeBuffers,
  inputs: InputBuffers,
  { card, cardCode, rows, count, points }: CardRows,
  score: CompiledScore,
  before: BeforeColumns,
  out: ChangeColumns,
): void {
  const { s1, s2, again1, again2 } = buffers;
  let count1 = 0;
  let count2 = 0;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const reader = inputs.readers[r];
    const at = inputs.start + r;
    const s0 = before.points[at] as number;
    const s3 = points[r] as number;
    // NaN where either cannot be compared.
    if (!reader || Number.isNaN(s0) || Number.isNaN(s3)) continue;
    s1[r] = s0;
    s2[r] = Number.NaN;
    const sameRules = reader.same && before.scorecard[at] === cardCode;
    if (!sameRules) again1[count1++] = r;
    if (gapsDiffer(inputs, r, reader, before.missing[at] ?? null, card.slotSet))
      again2[count2++] = r;
  }
  scoreAgain(buffers, inputs, card, score, before, again1, count1, 'before', s1);
  scoreAgain(buffers, inputs, card, score, before, again2, count2, 'gaps', s2);
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const at = inputs.start + r;
    const s0 = before.points[at] as number;
    const s3 = points[r] as number;
    if (!inputs.readers[r] || Number.isNaN(s0) || Number.isNaN(s3)) continue;
    const first = s1[r] as number;
    const second = s2[r] as number;
    const withGaps = Number.isNaN(second) ? first : second;
    out.changeRules[at] = first - s0;
    out.changeData[at] = withGaps - first;
    out.changeBehaviour[at] = s3 - withGaps;
  }
}

/** Whether a slot that both scorecards read was missing then and is not now, or the reverse. */
function gapsDiffer(
  inputs: InputBuffers,
  row: number,
  reader: BeforeReader,
  missingText: string | null,
  slots: Int32Array,
): boolean {
  if (missingText === '' && !inputs.anyMissing) return false;
  const then = reader.missingOf(missingText);
  for (let w = 0; w < slots.length; w++) {
    const now = (inputs.missing[w] as Int32Array)[row] as number;
    const differ = (now ^ (then[w] as number)) & (slots[w] as number) & (reader.read[w] as number);
    if (differ !== 0) return true;
  }
  return false;
}

/**
 * Scores rows with values put together from before and now.
 * before: as they were then; what those rules did not read takes today's value.
 * gaps: missing if missing now; now if missing then; else as then.
 */
function scoreAgain(
  buffers: ChangeBuffers,
  inputs: InputBuffers,
  card: CompiledCard,
  score: CompiledScore,
  before: BeforeColumns,
  rows: Int32Array,
  count: number,
  which: 'before' | 'gaps',
  out: Float64Array,
): void {
  if (count === 0) return;
  const { gathered, totals, points } = buffers;
  const { values: lists, offsets } = before.inputs;
  for (let s = 0; s < card.slots.length; s++) {
    const slot = card.slots[s] as number;
    const word = Math.floor(slot / wordBits);
    const bit = 1 << (slot % wordBits);
    const now = inputs.now[slot] as Float64Array;
    const column = gathered[slot] as Float64Array;
    for (let k = 0; k < count; k++) {
      const r = rows[k] as number;
      const at = inputs.start + r;
      const value = now[r] as number;
      const reader = inputs.readers[r] as BeforeReader;
      if (which === 'gaps' && Number.isNaN(value)) {
        column[k] = Number.NaN;
        continue;
      }
      if (((reader.read[word] as number) & bit) === 0) {
        column[k] = value;
        continue;
      }
      const then = reader.missingOf(before.missing[at] ?? null);
      if (((then[word] as number) & bit) !== 0) {
        column[k] = which === 'gaps' ? value : Number.NaN;
        continue;
      }
      const known = lastKnown(
        reader,
        slot,
        lists,
        offsets[at] as number,
        offsets[at + 1] as number,
      );
      // A text that today's catalogue no longer has says nothing about today's rules.
      column[k] = Number.isNaN(known) ? value : known;
    }
  }
  const block = { rows: count, numbers: gathered, texts: [], textAt: () => null };
  for (const derived of card.derived) derived.fill(block, gathered[derived.at] as Float64Array);
  addMeasures(card.measures, gathered, everyRow, count, totals, null);
  pointsFrom(totals, everyRow, count, score.score.scale, points);
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const value = points[k] as number;
    if (!Number.isNaN(value)) out[r] = value;
  }
}
