/**
 * The inputs of a score for one block: values as they are now, values carried on from the row
 * before where they are missing now, and which ones those are.
 */
import type { PreparedBatch } from './batch.ts';
import { type BeforeReader, lastKnown } from './before.ts';
import type { BeforeColumns } from './before-columns.ts';
import { type Block, blockRows } from './column-operations.ts';
import type { CompiledPack, CompiledScore } from './compile.ts';
import { wordBits, wordsFor } from './missing-sets.ts';

/** Working memory of one score, filled anew for every block. */
export interface BlockInputs {
  /** First row of the block in the batch. */
  start: number;
  rows: number;
  /** By slot, and then the account columns of numbers: as they are now. */
  now: Float64Array[];
  /** By slot: now, or else the last known value. The same arrays as `now` where nothing was carried. */
  carried: Float64Array[];
  nowBlock: Block;
  carriedBlock: Block;
  /** By word: set of slots that are missing now, derived ones included. */
  missing: Int32Array[];
  /** By word: set of measured slots that are missing now and carried on. */
  filled: Int32Array[];
  anyMissing: boolean;
  anyFilled: boolean;
  /** By row: measured slot whose value is not usable, plus 1; 0: all are. */
  bad: Uint16Array;
  anyBad: boolean;
  /** Reader of the row before; null where there is none. */
  readers: (BeforeReader | null)[];
  /** Codes of account texts, and of the phase last. */
  texts: Uint16Array[];
  phases: Uint16Array;
}

export interface InputBuffers extends BlockInputs {
  derivedNow: Float64Array[];
  carriedBuffers: Float64Array[];
}

export function inputBuffers(compiled: CompiledPack, score: CompiledScore): InputBuffers {
  const words = wordsFor(score.inputs.count);
  const floats = (count: number) =>
    Array.from({ length: count }, () => new Float64Array(blockRows));
  const sets = () => Array.from({ length: words }, () => new Int32Array(blockRows));
  const now: Float64Array[] = [];
  const carried: Float64Array[] = [];
  const texts: Uint16Array[] = compiled.accounts.texts.map(() => noCodes);
  const phases = new Uint16Array(blockRows);
  texts.push(phases);
  const textAt = () => null;
  return {
    start: 0,
    rows: 0,
    now,
    carried,
    nowBlock: { rows: 0, numbers: now, texts, textAt },
    carriedBlock: { rows: 0, numbers: carried, texts, textAt },
    missing: sets(),
    filled: sets(),
    anyMissing: false,
    anyFilled: false,
    bad: new Uint16Array(blockRows),
    anyBad: false,
    readers: [],
    texts,
    phases,
    derivedNow: floats(score.derived.length),
    carriedBuffers: floats(score.inputs.count),
  };
}

const nothing = new Float64Array(blockRows).fill(Number.NaN);
const noCodes = new Uint16Array(blockRows);

/** Fills the buffers for the block that starts at row `start`. */
export function fillInputs(
  buffers: InputBuffers,
  compiled: CompiledPack,
  score: CompiledScore,
  batch: PreparedBatch,
  before: BeforeColumns | null,
  start: number,
): void {
  const rows = Math.min(blockRows, batch.rows - start);
  const end = start + rows;
  buffers.start = start;
  buffers.rows = rows;
  fillAccounts(buffers, compiled, score, batch, start, end);
  fillReaders(buffers, score, before);
  for (const words of buffers.missing) words.fill(0, 0, rows);
  for (const words of buffers.filled) words.fill(0, 0, rows);
  buffers.bad.fill(0, 0, rows);
  buffers.anyBad = false;
  buffers.anyMissing = false;
  buffers.anyFilled = false;

  for (let slot = 0; slot < score.metricOf.length; slot++) {
    const metric = score.metricOf[slot] as number;
    const values =
      metric < 0 ? nothing : (batch.metrics[metric] as Float64Array).subarray(start, end);
    buffers.now[slot] = values;
    buffers.carried[slot] = values;
    const state = metric < 0 ? 1 : (batch.states[metric] as number);
    if (state === 0) continue;
    markMissing(buffers, slot, values);
    if (state === 2) markBad(buffers, slot, values);
    if (before) carryOn(buffers, slot, values, before);
  }
  for (const [i, derived] of score.derived.entries()) {
    const out = buffers.derivedNow[i] as Float64Array;
    derived.fill(buffers.nowBlock, out);
    markMissing(buffers, derived.at, out);
    buffers.now[derived.at] = out;
    buffers.carried[derived.at] = out;
  }
  if (!buffers.anyFilled) return;
  for (const derived of score.derived) {
    const out = buffers.carriedBuffers[derived.at] as Float64Array;
    derived.fill(buffers.carriedBlock, out);
    buffers.carried[derived.at] = out;
  }
}

function fillAccounts(
  buffers: InputBuffers,
  compiled: CompiledPack,
  score: CompiledScore,
  batch: PreparedBatch,
  start: number,
  end: number,
): void {
  for (const [i, values] of batch.accountNumbers.entries()) {
    const column = values.subarray(start, end);
    buffers.now[score.inputs.count + i] = column;
    buffers.carried[score.inputs.count + i] = column;
  }
  for (const [i, codes] of batch.accountCodes.entries()) {
    if (codes) buffers.texts[i] = codes.subarray(start, end);
  }
  const { phaseTexts } = compiled.accounts;
  const { phases } = buffers;
  const textAt = (column: number, row: number): string | null => {
    const texts = batch.accountTexts[column];
    return texts ? (texts[start + row] ?? null) : (phaseTexts[(phases[row] as number) - 1] ?? null);
  };
  const { now, carried, texts } = buffers;
  buffers.nowBlock = { rows: end - start, numbers: now, texts, textAt };
  buffers.carriedBlock = { rows: end - start, numbers: carried, texts, textAt };
}

function fillReaders(
  buffers: InputBuffers,
  { before: compiled }: CompiledScore,
  before: BeforeColumns | null,
): void {
  for (let r = 0; r < buffers.rows; r++) {
    const state = before ? (before.state[buffers.start + r] as number) : 0;
    // Codes 1 and 2: scored and error. An account that was absent starts anew.
    buffers.readers[r] =
      before && compiled && (state === 1 || state === 2)
        ? (compiled.readers[(before.rulesHash[buffers.start + r] as number) - 1] ??
          compiled.stranger)
        : null;
  }
}

function markMissing(buffers: InputBuffers, slot: number, values: Float64Array): void {
  const words = buffers.missing[Math.floor(slot / wordBits)] as Int32Array;
  const bit = slot % wordBits;
  let any = 0;
  for (let r = 0; r < buffers.rows; r++) {
    const value = values[r] as number;
    const missing = +Number.isNaN(value);
    any |= missing;
    words[r] = (words[r] as number) | (missing << bit);
  }
  if (any) buffers.anyMissing = true;
}

function markBad(buffers: InputBuffers, slot: number, values: Float64Array): void {
  for (let r = 0; r < buffers.rows; r++) {
    if (Math.abs(values[r] as number) !== Number.POSITIVE_INFINITY) continue;
    buffers.anyBad = true;
    if (buffers.bad[r] === 0) buffers.bad[r] = slot + 1;
  }
}

/** Last known values take the place of missing ones. */
function carryOn(
  buffers: InputBuffers,
  slot: number,
  values: Float64Array,
  before: BeforeColumns,
): void {
  const { start, rows, readers } = buffers;
  const { values: lists, offsets } = before.inputs;
  const filled = buffers.filled[Math.floor(slot / wordBits)] as Int32Array;
  const bit = slot % wordBits;
  const out = buffers.carriedBuffers[slot] as Float64Array;
  let any = false;
  for (let r = 0; r < rows; r++) {
    const value = values[r] as number;
    const reader = readers[r];
    if (!Number.isNaN(value) || !reader) {
      out[r] = value;
      continue;
    }
    const from = offsets[start + r] as number;
    const known = lastKnown(reader, slot, lists, from, offsets[start + r + 1] as number);
    out[r] = known;
    if (!Number.isNaN(known)) {
      filled[r] = (filled[r] as number) | (1 << bit);
      any = true;
    }
  }
  if (!any) return;
  buffers.anyFilled = true;
  buffers.carried[slot] = out;
}
