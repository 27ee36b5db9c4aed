/** The two hashes of every row: of what it was scored from, and of what is published of it. */
import type { BeforeColumns, PreparedBatch } from './batch.ts';
import type { InputBuffers } from './block-inputs.ts';
import type { CompiledPack, CompiledScore } from './compile.ts';
import { type RowHasher, rowHasher, textNumber } from './hash.ts';
import type { HistoryColumns } from './history-columns.ts';
import { unknownBand } from './score-cards.ts';
import { absentRow, errorRow } from './select-cards.ts';

/** Numbers that stand for texts, worked out once. */
export interface RowHashes {
  hasher: RowHasher;
  freshness: number;
  width: number;
  shownNumbers: readonly number[];
  shownTexts: readonly number[];
  phases: Float64Array;
  cards: Float64Array;
  bands: Float64Array;
  /** By code of each field of the row before. */
  before: Record<'state' | 'scorecard' | 'band' | 'cap' | 'rules' | 'phase' | 'trend', Float64Array>;
}

export function rowHashes(compiled: CompiledPack, { score, cards, inputs, before }: CompiledScore): RowHashes {
  const numbers = (texts: readonly string[] = []) => Float64Array.from(texts, textNumber);
  // Code 0 is NULL.
  const coded = (texts: readonly string[] = []) => Float64Array.of(-1, ...numbers(texts));
  const codes = before?.codes;
  return {
    hasher: rowHasher(),
    freshness: compiled.freshness,
    width: inputs.count,
    shownNumbers: compiled.accounts.shownNumbers,
    shownTexts: compiled.accounts.shownTexts,
    phases: coded(compiled.accounts.phaseTexts),
    cards: numbers(cards.map(({ card }) => `${card.id}@${card.version}`)),
    bands: numbers(score.bands.map(({ id }) => id)),
    before: {
      state: coded(codes?.states),
      scorecard: coded(codes?.scorecards),
      band: coded(codes?.bands),
      cap: coded(codes?.caps),
      rules: coded(codes?.rules),
      phase: coded(codes?.phases),
      trend: coded(codes?.trends),
    },
  };
}

/** Hashes the rows of one block, after everything else is known of them. */
export function hashRows(
  hashes: RowHashes,
  inputs: InputBuffers,
  cardOf: Int16Array,
  bands: Uint8Array,
  batch: PreparedBatch,
  before: BeforeColumns | null,
  out: HistoryColumns,
): void {
  for (let r = 0; r < inputs.rows; r++) {
    const at = inputs.start + r;
    const card = cardOf[r] as number;
    out.inputHash[at] = inputHash(hashes, inputs, r, card, batch, before, out);
    out.resultHash[at] = resultHash(hashes, inputs, r, card, bands[r] as number, batch, out);
  }
}

function inputHash(
  { hasher, freshness, width, before: numbers }: RowHashes,
  inputs: InputBuffers,
  r: number,
  card: number,
  batch: PreparedBatch,
  before: BeforeColumns | null,
  out: HistoryColumns,
): bigint {
  const at = inputs.start + r;
  hasher.start();
  hasher.number(freshness);
  hasher.number(batch.present[at] as number);
  // With the set of missing positions, carried values tell those of now.
  if (card === errorRow || card === absentRow) {
    hasher.number(width);
    for (let slot = 0; slot < width; slot++) hasher.number(inputs.carried[slot]?.[r] as number);
  } else {
    const { values, offsets } = out.inputs;
    hasher.list(values, offsets[at] as number, offsets[at + 1] as number);
  }
  for (let w = 0; w < inputs.missing.length; w++) hasher.number(inputs.missing[w]?.[r] as number);
  for (let i = 0; i < batch.accountNumbers.length; i++) {
    hasher.number(batch.accountNumbers[i]?.[at] as number);
  }
  for (let i = 0; i < batch.accountTexts.length; i++) {
    const texts = batch.accountTexts[i];
    if (texts) hasher.text(texts[at] ?? null);
    else hasher.number(batch.accountCodes[i]?.[at] as number);
  }
  const state = before ? (before.state[at] as number) : 0;
  hasher.number(state);
  if (before && state !== 0) {
    hasher.number(numbers.scorecard[before.scorecard[at] as number] ?? 0);
    hasher.number(numbers.band[before.band[at] as number] ?? 0);
    hasher.number(before.points[at] as number);
    hasher.number(numbers.cap[before.cap[at] as number] ?? 0);
    hasher.number(numbers.rules[before.rules[at] as number] ?? 0);
    hasher.number(textNumber(before.missing[at] ?? null));
    hasher.number(before.trendPoints ? (before.trendPoints[at] as number) : Number.NaN);
    list(hasher, before.inputs, at);
    // The rest only matters where the result before is kept.
    if (card === errorRow) {
      hasher.number(before.earned[at] as number);
      hasher.number(before.available[at] as number);
      hasher.number(before.confidence[at] as number);
      hasher.number(numbers.phase[before.phase[at] as number] ?? 0);
      hasher.number(numbers.trend[before.trend[at] as number] ?? 0);
      list(hasher, before.contributions, at);
      list(hasher, before.earnedPoints, at);
    }
  }
  return hasher.finish();
}

function resultHash(
  { hasher, phases, cards, bands, shownNumbers, shownTexts }: RowHashes,
  inputs: InputBuffers,
  r: number,
  card: number,
  band: number,
  batch: PreparedBatch,
  out: HistoryColumns,
): bigint {
  const at = inputs.start + r;
  hasher.start();
  if (card === errorRow) {
    hasher.number(textNumber('error'));
    hasher.number(textNumber(out.reason[at] ?? null));
    hasher.number(textNumber(out.phase[at] ?? null));
    hasher.number(textNumber(`${out.scorecard[at]}@${out.version[at]}`));
    hasher.number(textNumber(out.band[at] ?? null));
    hasher.number(textNumber(out.missing[at] ?? null));
  } else {
    hasher.number(card === absentRow ? 0 : 1);
    hasher.number(card === absentRow ? -1 : (phases[inputs.phases[r] as number] as number));
    hasher.number(card < 0 ? -1 : (cards[card] as number));
    hasher.number(card < 0 ? -1 : band === unknownBand ? -2 : (bands[band] as number));
    for (let w = 0; w < inputs.missing.length; w++) hasher.number(inputs.missing[w]?.[r] as number);
  }
  hasher.number(textNumber(out.cap[at] ?? null));
  hasher.number(textNumber(out.trend[at] ?? null));
  hasher.number(out.points[at] as number);
  hasher.number(out.earned[at] as number);
  hasher.number(out.available[at] as number);
  hasher.number((out.waiting[at] as number) + 2 * (out.held[at] as number));
  list(hasher, out.contributions, at);
  list(hasher, out.earnedPoints, at);
  for (let i = 0; i < shownNumbers.length; i++) {
    hasher.number(batch.accountNumbers[shownNumbers[i] as number]?.[at] as number);
  }
  for (let i = 0; i < shownTexts.length; i++) {
    hasher.text(batch.accountTexts[shownTexts[i] as number]?.[at] ?? null);
  }
  return hasher.finish();
}

function list(
  hasher: RowHasher,
  { values, offsets }: { values: Float64Array; offsets: Int32Array },
  at: number,
): void {
  hasher.list(values, offsets[at] as number, offsets[at + 1] as number);
}
