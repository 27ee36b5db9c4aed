/** Which phase each row is in, and which scorecard applies to it. */
import type { InputBuffers } from './block-inputs.ts';
import { type Block, blockRows } from './column-operations.ts';
import type { CompiledScore } from './compile.ts';

/** What became of a row, where no scorecard applies to it. */
export const noCard = -1;
export const absentRow = -2;
export const errorRow = -3;

export interface Selection {
  /** By row: index of its scorecard, or one of the above. */
  cardOf: Int16Array;
  /** By scorecard: its rows. */
  rows: Int32Array[];
  counts: Int32Array;
}

export function selectionBuffers(score: CompiledScore): Selection {
  return {
    cardOf: new Int16Array(blockRows),
    rows: score.cards.map(() => new Int32Array(blockRows)),
    counts: new Int32Array(score.cards.length),
  };
}

/**
 * Decides on last known values, however old: neither phase nor scorecard changes because data is
 * late. What is not applicable has none.
 */
export function selectCards(
  selection: Selection,
  inputs: InputBuffers,
  score: CompiledScore,
  present: Float64Array,
): void {
  const { start, rows, knownBlock, phases, bad } = inputs;
  const { cardOf, counts } = selection;
  chooseCards(score, knownBlock, phases, cardOf);
  counts.fill(0);
  for (let r = 0; r < rows; r++) {
    if (present[start + r] !== 1) cardOf[r] = absentRow;
    else if (bad[r] !== 0) cardOf[r] = errorRow;
    const card = cardOf[r] as number;
    if (card < 0) continue;
    const at = counts[card] as number;
    (selection.rows[card] as Int32Array)[at] = r;
    counts[card] = at + 1;
  }
}

/**
 * By row of the block its phase, as a code, and its scorecard. The first that holds counts, so
 * conditions are run from the last to the first.
 */
export function chooseCards(
  score: CompiledScore,
  block: Block,
  phases: Uint16Array,
  cardOf: Int16Array,
): void {
  const { rows } = block;
  phases.fill(1, 0, rows);
  for (let i = score.phases.length - 1; i >= 0; i--) {
    const truth = score.phases[i]?.(block) as Uint8Array;
    for (let r = 0; r < rows; r++) phases[r] = truth[r] === 1 ? i + 2 : (phases[r] as number);
  }
  cardOf.fill(noCard, 0, rows);
  for (let c = score.cards.length - 1; c >= 0; c--) {
    const appliesTo = score.cards[c]?.appliesTo;
    if (!appliesTo) {
      cardOf.fill(c, 0, rows);
      continue;
    }
    const truth = appliesTo(block);
    for (let r = 0; r < rows; r++) cardOf[r] = truth[r] === 1 ? c : (cardOf[r] as number);
  }
}
