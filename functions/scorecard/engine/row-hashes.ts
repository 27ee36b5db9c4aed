/** The two hashes of every row: of what it was scored from, and of what is published of it. */
import type { EarlierColumns, PreparedBatch } from './batch.ts';
import type { BeforeCodes } from './before-columns.ts';
import type { InputBuffers } from './block-inputs.ts';
import type { NumberLists } from './columns.ts';
import type { CompiledPack, CompiledScore } from './compile.ts';
import { type RowHasher, rowHasher, textNumber } from './hash.ts';
import type { HistoryColumns } from './history-columns.ts';
import { wordBits } from './missing-sets.ts';
import { unknownBand } from './score-cards.ts';
import { absentRow, errorRow, noCard } from './select-cards.ts';

/** Numbers that stand for texts, worked out once. */
export interface RowHashes {
  hasher: RowHasher;
  freshness: number;
  width: number;
  scale: number;
  shownNumbers: readonly number[];
  shownTexts: readonly number[];
  phases: Float64Array;
  cards: Float64Array;
  bands: Float64Array;
  /** By code of each field of the row before. */
  before: { [Field in keyof BeforeCodes]: Float64Array };
}

export function rowHashes(
  compiled: CompiledPack,
  { score, cards, inputs, before }: CompiledScore,
): RowHashes {
  const numbers = (texts: readonly string[] = []) => Float64Array.from(texts, textNumber);
  // Code 0 is NULL.
  const coded = (texts: readonly string[] = []) => Float64Array.of(-1, ...numbers(texts));
  const codes = before?.codes;
  return {
    hasher: rowHasher(),
    freshness: compiled.freshness,
    width: inputs.count,
    scale: score.scale,
    shownNumbers: compiled.accounts.shownNumbers,
    shownTexts: compiled.accounts.shownTexts,
    phases: coded(compiled.accounts.phaseTexts),
    cards: numbers(cards.map(({ card }) => `${card.id}@${card.version}`)),
    bands: numbers(score.bands.map(({ id }) => id)),
    before: {
      state: coded(codes?.state),
      scorecard: coded(codes?.scorecard),
      band: coded(codes?.band),
      cap: coded(codes?.cap),
      rulesHash: coded(codes?.rulesHash),
      phase: coded(codes?.phase),
      trend: coded(codes?.trend),
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
  earlier: EarlierColumns,
  out: HistoryColumns,
): void {
  for (let r = 0; r < inputs.rows; r++) {
    const at = inputs.start + r;
    const card = cardOf[r] as number;
    out.inputHash[at] = inputHash(hashes, inputs, r, card, batch, earlier, out);
    out.resultHash[at] = resultHash(hashes, inputs, r, card, bands[r] as number, batch, out);
  }
}

function inputHash(
  { hasher, freshness, width, before: numbers }: RowHashes,
  inputs: InputBuffers,
  r: number,
  card: number,
  batch: PreparedBatch,
  { before, revised }: EarlierColumns,
  out: HistoryColumns,
): bigint {
  const row = inputs.start + r;
  const { missing } = inputs;
  hasher.start();
  hasher.number(freshness);
  hasher.number(batch.present[row] as number);
  // With the set of missing positions, carried values tell those of now.
  if (card === errorRow || card === absentRow) {
    for (let slot = 0; slot < width; slot++) {
      hasher.number((inputs.known[slot] as Float64Array)[r] as number);
    }
  } else {
    listAt(hasher, out.inputs, row);
  }
  for (let w = 0; w < missing.length; w++) hasher.number((missing[w] as Int32Array)[r] as number);
  // Where all values are from the row's own date, there is nothing to say of days.
  if (out.knownOn[row]) hasher.text(out.knownOn[row] as string);
  if (inputs.anyExpired) hashSet(hasher, inputs.expired, r);
  for (let i = 0; i < batch.accountNumbers.length; i++) {
    hasher.number((batch.accountNumbers[i] as Float64Array)[row] as number);
  }
  for (let i = 0; i < batch.accountTexts.length; i++) {
    const texts = batch.accountTexts[i];
    if (texts) hasher.text(texts[row] ?? null);
    else hasher.number(batch.accountCodes[i]?.[row] ?? 0);
  }
  if (revised) hasher.number(revised[row] as number);
  const state = before ? (before.state[row] as number) : 0;
  if (!before || state === 0) return hasher.finish();
  hasher.number(state);
  hasher.number(numbers.scorecard[before.scorecard[row] as number] ?? 0);
  hasher.number(numbers.band[before.band[row] as number] ?? 0);
  hasher.number(before.points[row] as number);
  hasher.number(numbers.cap[before.cap[row] as number] ?? 0);
  hasher.number(numbers.rulesHash[before.rulesHash[row] as number] ?? 0);
  hasher.number(textNumber(before.missing[row] ?? null));
  hasher.number(before.trendPoints ? (before.trendPoints[row] as number) : Number.NaN);
  listAt(hasher, before.inputs, row);
  if (before.knownOn[row]) hasher.text(before.knownOn[row] as string);
  // Another scorecard may be chosen for the row before, by what is kept of its account.
  if (inputs.readers[r]?.same === false) hasher.text(before.account[row] ?? null);
  // The rest only matters where the result before is kept.
  if (card !== errorRow) return hasher.finish();
  listAt(hasher, before.contributions, row);
  listAt(hasher, before.earnedPoints, row);
  hasher.number(before.earned[row] as number);
  hasher.number(before.available[row] as number);
  hasher.number(before.confidence[row] as number);
  hasher.number(numbers.phase[before.phase[row] as number] ?? 0);
  hasher.number(numbers.trend[before.trend[row] as number] ?? 0);
  return hasher.finish();
}

function resultHash(
  { hasher, phases, cards, bands, scale, shownNumbers, shownTexts }: RowHashes,
  inputs: InputBuffers,
  r: number,
  card: number,
  band: number,
  batch: PreparedBatch,
  out: HistoryColumns,
): bigint {
  const row = inputs.start + r;
  const { missing } = inputs;
  hasher.start();
  hasher.number(card < noCard ? card : 0);
  if (card === errorRow) {
    hasher.number(textNumber(out.reason[row] ?? null));
    hasher.number(textNumber(out.phase[row] ?? null));
    hasher.number(textNumber(`${out.scorecard[row]}@${out.version[row]}`));
    hasher.number(textNumber(out.band[row] ?? null));
    hasher.number(textNumber(out.missing[row] ?? null));
  } else if (card !== absentRow) {
    hasher.number(phases[inputs.phases[r] as number] as number);
    hasher.number(card < 0 ? -1 : (cards[card] as number));
    hasher.number(card < 0 ? -1 : band === unknownBand ? -2 : (bands[band] as number));
    for (let w = 0; w < missing.length; w++) hasher.number((missing[w] as Int32Array)[r] as number);
  }
  hasher.number(textNumber(out.cap[row] ?? null));
  hasher.number(textNumber(out.trend[row] ?? null));
  hasher.number(out.points[row] as number);
  hasher.number(out.earned[row] as number);
  hasher.number(out.available[row] as number);
  hasher.number((out.waitingForData[row] as number) + 2 * (out.heldByHysteresis[row] as number));
  if (card >= noCard && (inputs.anyFilled || inputs.anyExpired)) hashLate(hasher, inputs, r);
  if (!Number.isNaN(out.bandPoints[row])) hasher.number(out.bandPoints[row] as number);
  listAt(hasher, out.contributions, row);
  // Where all of the scale was available, contributions are what was earned.
  if (out.available[row] !== scale) listAt(hasher, out.earnedPoints, row);
  for (let i = 0; i < shownNumbers.length; i++) {
    const values = batch.accountNumbers[shownNumbers[i] as number] as Float64Array;
    hasher.number(values[row] as number);
  }
  for (let i = 0; i < shownTexts.length; i++) {
    hasher.text(batch.accountTexts[shownTexts[i] as number]?.[row] ?? null);
  }
  return hasher.finish();
}

/** A set, where it is not empty. */
function hashSet(hasher: RowHasher, set: readonly Int32Array[], row: number): void {
  if (set.every((words) => words[row] === 0)) return;
  for (const words of set) hasher.number(words[row] as number);
}

/** Since when data is waited for, by slot. */
function hashLate(hasher: RowHasher, { filled, expired, days }: InputBuffers, row: number): void {
  for (let slot = 0; slot < days.length; slot++) {
    const word = Math.floor(slot / wordBits);
    const late =
      ((filled[word] as Int32Array)[row] as number) |
      ((expired[word] as Int32Array)[row] as number);
    if ((late & (1 << (slot % wordBits))) === 0) continue;
    hasher.number(slot);
    hasher.number((days[slot] as Float64Array)[row] as number);
  }
}

function listAt(hasher: RowHasher, { values, offsets }: NumberLists, row: number): void {
  hasher.list(values, offsets[row] as number, offsets[row + 1] as number);
}
