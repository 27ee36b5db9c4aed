/**
 * Splits a change of points into rules, phase, data and behaviour, in this order, by scoring again:
 *
 *   S0  what the row before says
 *   S1  today's rules on all of the row before, its scorecard chosen anew: S0 -> S1 is rules
 *   S2  the scorecard of today on the values before: S1 -> S2 is phase
 *   S3  the same with today's gaps: S2 -> S3 is data
 *   S4  what the row says now: S3 -> S4 is behaviour
 *
 * A step that cannot be computed is 0, and its share goes to rules. Most rows need none.
 */

import type { PreparedBatch } from './batch.ts';
import { type BeforeReader, lastKnown } from './before.ts';
import type { BeforeColumns } from './before-columns.ts';
import type { InputBuffers } from './block-inputs.ts';
import { type Block, blockRows } from './column-operations.ts';
import { unknownCode } from './columns.ts';
import type { CompiledCard, CompiledPack, CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';
import { type KeptAccount, readKeptAccount } from './kept-account.ts';
import { addMeasures, pointsFrom } from './measures.ts';
import { wordBits } from './missing-sets.ts';
import { chooseCards } from './select-cards.ts';

export interface ChangeBuffers {
  /** By slot: values of the rows that are scored again, close together. */
  gathered: Float64Array[];
  totals: Float64Array;
  points: Float64Array;
  /** By row of the block. */
  s1: Float64Array;
  s2: Float64Array;
  s3: Float64Array;
  /** Scorecard, of today's rules, that the row before is scored by; -1: none. */
  cardThen: Int16Array;
  /** Rows that a step is computed for, and those of one scorecard among them. */
  rows: Int32Array;
  again: Int32Array;
  ofCard: Int32Array;
  /** By code of a scorecard in rows before: its index today; -1: none. */
  cardByCode: Int16Array;
  /** Rows made by other rules, whose scorecard is chosen anew. */
  strangers: Int32Array;
}

/** 0, 1, 2, ...: the rows of a gathered block. */
const everyRow = Int32Array.from({ length: blockRows }, (_, i) => i);

export function changeBuffers(score: CompiledScore): ChangeBuffers {
  const floats = () => new Float64Array(blockRows);
  return {
    gathered: Array.from({ length: score.inputs.count }, floats),
    totals: floats(),
    points: floats(),
    s1: floats(),
    s2: floats(),
    s3: floats(),
    cardThen: new Int16Array(blockRows),
    rows: new Int32Array(blockRows),
    again: new Int32Array(blockRows),
    ofCard: new Int32Array(blockRows),
    cardByCode: Int16Array.of(
      -1,
      ...(score.before?.codes.scorecard ?? []).map((id) =>
        score.cards.findIndex(({ card }) => card.id === id),
      ),
    ),
    strangers: new Int32Array(blockRows),
  };
}

/** A block that is scored: what it is compared with, and what came of it. */
export interface ScoredBlock {
  compiled: CompiledPack;
  score: CompiledScore;
  batch: PreparedBatch;
  inputs: InputBuffers;
  before: BeforeColumns;
  /** Scorecard by row; below 0: none. */
  cardOf: Int16Array;
  /** Hundredths by row; NaN where they could not be computed. */
  points: Float64Array;
}

export function splitChange(
  buffers: ChangeBuffers,
  block: ScoredBlock,
  out: Pick<HistoryColumns, 'changeRules' | 'changePhase' | 'changeData' | 'changeBehaviour'>,
): void {
  const { score, inputs, before, cardOf, points } = block;
  const { s1, s2, s3, cardThen, cardByCode, rows, again, strangers } = buffers;
  let compared = 0;
  let foreign = 0;
  let known = true;
  for (let r = 0; r < inputs.rows; r++) {
    const card = cardOf[r] as number;
    const reader = inputs.readers[r];
    const at = inputs.start + r;
    const s0 = before.points[at] as number;
    // NaN where either cannot be compared.
    if (card < 0 || !reader || Number.isNaN(s0) || Number.isNaN(points[r] as number)) continue;
    rows[compared++] = r;
    s1[r] = s0;
    if (!reader.same) {
      strangers[foreign++] = r;
      continue;
    }
    const then = cardByCode[before.scorecard[at] as number] ?? -1;
    cardThen[r] = then;
    if (then !== card) known = false;
  }
  if (compared === 0) return;
  if (foreign > 0) {
    known = false;
    chooseAnew(buffers, block, foreign);
    for (let k = 0; k < foreign; k++) s1[strangers[k] as number] = Number.NaN;
    scoreGroups(buffers, block, strangers, foreign, { by: cardThen, which: 'before', out: s1 });
  }
  // Where another scorecard applied, today's on the values before.
  let count = 0;
  for (let k = 0; k < compared; k++) {
    const r = rows[k] as number;
    s2[r] = s1[r] as number;
    if (known || cardThen[r] === cardOf[r]) continue;
    s2[r] = Number.NaN;
    again[count++] = r;
  }
  scoreGroups(buffers, block, again, count, { by: cardOf, which: 'before', out: s2 });
  count = 0;
  for (let k = 0; k < compared; k++) {
    const r = rows[k] as number;
    const { slotSet } = score.cards[cardOf[r] as number] as CompiledCard;
    const missing = before.missing[inputs.start + r] ?? null;
    s3[r] = s2[r] as number;
    if (!gapsDiffer(inputs, r, inputs.readers[r] as BeforeReader, missing, slotSet)) continue;
    s3[r] = Number.NaN;
    again[count++] = r;
  }
  scoreGroups(buffers, block, again, count, { by: cardOf, which: 'gaps', out: s3 });
  for (let k = 0; k < compared; k++) {
    const r = rows[k] as number;
    const at = inputs.start + r;
    const phase = step(s1[r] as number, s2[r] as number);
    const data = step(s2[r] as number, s3[r] as number);
    const behaviour = step(s3[r] as number, points[r] as number);
    const total = (points[r] as number) - (before.points[at] as number);
    out.changeRules[at] = total - phase - data - behaviour;
    out.changePhase[at] = phase;
    out.changeData[at] = data;
    out.changeBehaviour[at] = behaviour;
  }
}

function step(from: number, to: number): number {
  const moved = to - from;
  return Number.isNaN(moved) ? 0 : moved;
}

/** Scores `count` of the rows again, each by the scorecard that `by` says. */
function scoreGroups(
  buffers: ChangeBuffers,
  block: ScoredBlock,
  rows: Int32Array,
  count: number,
  how: { by: Int16Array; which: 'before' | 'gaps'; out: Float64Array },
): void {
  if (count === 0) return;
  const { ofCard } = buffers;
  for (const [c, card] of block.score.cards.entries()) {
    let found = 0;
    for (let k = 0; k < count; k++) {
      const r = rows[k] as number;
      if (how.by[r] === c) ofCard[found++] = r;
    }
    const { inputs, score, before } = block;
    scoreAgain(buffers, inputs, card, score, before, ofCard, found, how.which, how.out);
  }
}

/**
 * The scorecards that today's rules choose for rows of other rules: by their last known values and
 * the account columns kept with them; by today's where those rules did not read them.
 */
function chooseAnew(buffers: ChangeBuffers, block: ScoredBlock, count: number): void {
  const { compiled, score, inputs, before, batch } = block;
  const { gathered, strangers, cardThen } = buffers;
  const { values: lists, offsets } = before.inputs;
  for (let slot = 0; slot < score.feeds.length; slot++) {
    const column = gathered[slot] as Float64Array;
    const today = inputs.known[slot] as Float64Array;
    const word = Math.floor(slot / wordBits);
    const bit = 1 << (slot % wordBits);
    for (let k = 0; k < count; k++) {
      const r = strangers[k] as number;
      const at = inputs.start + r;
      const reader = inputs.readers[r] as BeforeReader;
      const value = today[r] as number;
      if (((reader.read[word] as number) & bit) === 0) {
        column[k] = value;
        continue;
      }
      const from = offsets[at] as number;
      const last = lastKnown(reader, slot, lists, from, offsets[at + 1] as number);
      const gone = ((reader.missingOf(before.missing[at] ?? null)[word] as number) & bit) !== 0;
      // A text that today's catalogue no longer has says nothing about today's rules.
      column[k] = Number.isNaN(last) && !gone ? value : last;
    }
  }
  const { accounts } = compiled;
  const kept: KeptAccount[] = [];
  for (let k = 0; k < count; k++) {
    const at = inputs.start + (strangers[k] as number);
    kept.push(readKeptAccount(before.account[at] ?? null));
  }
  const numbers = accounts.numbers.map((name, i) => {
    const today = batch.accountNumbers[i] as Float64Array;
    return Float64Array.from(kept, (account, k) => {
      const cell = account[name];
      if (cell === undefined) return today[inputs.start + (strangers[k] as number)] as number;
      return cell === null ? Number.NaN : Number(cell);
    });
  });
  const texts = accounts.texts.map(({ name }, i) =>
    kept.map((account, k) => {
      const cell = account[name];
      if (cell !== undefined) return cell === null ? null : String(cell);
      return batch.accountTexts[i]?.[inputs.start + (strangers[k] as number)] ?? null;
    }),
  );
  const codes = accounts.texts.map(({ dictionary }, i) =>
    Uint16Array.from(texts[i] ?? [], (text) =>
      text === null ? 0 : (dictionary.get(text) ?? unknownCode),
    ),
  );
  const phases = new Uint16Array(count);
  const cards = new Int16Array(count);
  const again: Block = {
    rows: count,
    numbers: [...gathered, ...numbers],
    texts: [...codes, phases],
    textAt: (column, row) =>
      column < texts.length
        ? (texts[column]?.[row] ?? null)
        : (accounts.phaseTexts[(phases[row] as number) - 1] ?? null),
  };
  for (const derived of score.derived) derived.fill(again, gathered[derived.at] as Float64Array);
  chooseCards(score, again, phases, cards);
  for (let k = 0; k < count; k++) cardThen[strangers[k] as number] = cards[k] as number;
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
