/**
 * The inputs of a score for one block: values as they are now, and the last known ones where data
 * is late, with the days that they are from. What a feed that is not late does not have is not
 * applicable: nothing stands for it.
 */
import { dayOf } from '../../calendar.ts';
import { isRowLate } from '../language/pack/mart.ts';
import type { PreparedBatch } from './batch.ts';
import { type BeforeReader, lastKnown } from './before.ts';
import type { BeforeColumns } from './before-columns.ts';
import { type Block, blockRows } from './column-operations.ts';
import type { CompiledPack, CompiledScore, SlotFeed } from './compile.ts';
import { isApart } from './known-days.ts';
import { wordBits, wordsFor } from './missing-sets.ts';

/** Working memory of one score, filled anew for every block. */
export interface BlockInputs {
  /** First row of the block in the batch. */
  start: number;
  rows: number;
  /** By slot, and then the account columns of numbers: as they are now. */
  now: Float64Array[];
  /** By slot: now, or else the last known value, if it is young enough to count for bands. */
  carried: Float64Array[];
  /** By slot: now, or else the last known value, however old. */
  known: Float64Array[];
  /** By measured slot whose accounts may differ in it: days since 1970 that the values are from. */
  days: Float64Array[];
  nowBlock: Block;
  carriedBlock: Block;
  knownBlock: Block;
  /** By word: set of slots that are missing now, derived ones included. */
  missing: Int32Array[];
  /** By word: set of measured slots that are late and carried on. */
  filled: Int32Array[];
  /** By word: set of measured slots that are late, and whose last known value is too old for bands. */
  expired: Int32Array[];
  anyMissing: boolean;
  anyFilled: boolean;
  anyExpired: boolean;
  /** By row: measured slot whose value is not usable, plus 1; `faulty`: its data; 0: all are. */
  bad: Uint16Array;
  anyBad: boolean;
  /** Of the whole batch, by row: what keeps an account from being scored. */
  faults: readonly (string | null)[];
  /** Reader of the row before; null where there is none. */
  readers: (BeforeReader | null)[];
  /** Codes of account texts, and of the phase last. */
  texts: Uint16Array[];
  phases: Uint16Array;
}

export interface InputBuffers extends BlockInputs {
  derivedNow: Float64Array[];
  nowBuffers: Float64Array[];
  carriedBuffers: Float64Array[];
  knownBuffers: Float64Array[];
}

export function inputBuffers(compiled: CompiledPack, score: CompiledScore): InputBuffers {
  const words = wordsFor(score.inputs.count);
  const floats = (count: number) =>
    Array.from({ length: count }, () => new Float64Array(blockRows));
  const sets = () => Array.from({ length: words }, () => new Int32Array(blockRows));
  const now: Float64Array[] = [];
  const carried: Float64Array[] = [];
  const known: Float64Array[] = [];
  const texts: Uint16Array[] = compiled.accounts.texts.map(() => noCodes);
  const phases = new Uint16Array(blockRows);
  texts.push(phases);
  const textAt = () => null;
  return {
    start: 0,
    rows: 0,
    now,
    carried,
    known,
    days: score.feeds.map((feed) => (isApart(feed) ? new Float64Array(blockRows) : nothing)),
    nowBlock: { rows: 0, numbers: now, texts, textAt },
    carriedBlock: { rows: 0, numbers: carried, texts, textAt },
    knownBlock: { rows: 0, numbers: known, texts, textAt },
    missing: sets(),
    filled: sets(),
    expired: sets(),
    anyMissing: false,
    anyFilled: false,
    anyExpired: false,
    bad: new Uint16Array(blockRows),
    anyBad: false,
    faults: [],
    readers: [],
    texts,
    phases,
    derivedNow: floats(score.derived.length),
    nowBuffers: floats(score.feeds.length),
    carriedBuffers: floats(score.inputs.count),
    knownBuffers: floats(score.inputs.count),
  };
}

/** In `bad`: no value of a metric is at fault, but the rows they are computed from. */
export const faulty = 0xffff;

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
  for (const words of buffers.expired) words.fill(0, 0, rows);
  buffers.bad.fill(0, 0, rows);
  buffers.anyBad = false;
  buffers.faults = batch.faults;
  for (let r = 0; r < rows; r++) {
    if (batch.faults[start + r] == null) continue;
    buffers.bad[r] = faulty;
    buffers.anyBad = true;
  }
  buffers.anyMissing = false;
  buffers.anyFilled = false;
  buffers.anyExpired = false;

  for (let slot = 0; slot < score.feeds.length; slot++) {
    const feed = score.feeds[slot] as SlotFeed;
    const { metric } = feed;
    const values =
      metric < 0 ? nothing : (batch.metrics[metric] as Float64Array).subarray(start, end);
    if (isApart(feed)) {
      const rowDays = batch.rowDays[feed.rowDays]?.subarray(start, end);
      fillApart(buffers, slot, feed, values, { rowDays, before, compiled });
      continue;
    }
    buffers.now[slot] = values;
    buffers.carried[slot] = values;
    buffers.known[slot] = values;
    const state = batch.states[metric] as number;
    if (state === 0) continue;
    markMissing(buffers, slot, values);
    if (state === 2) markBad(buffers, slot, values);
  }
  for (const [i, derived] of score.derived.entries()) {
    const out = buffers.derivedNow[i] as Float64Array;
    derived.fill(buffers.nowBlock, out);
    markMissing(buffers, derived.at, out);
    buffers.now[derived.at] = out;
    buffers.carried[derived.at] = out;
    buffers.known[derived.at] = out;
  }
  if (buffers.anyFilled) {
    deriveAgain(score, buffers.carriedBlock, buffers.carried, buffers.carriedBuffers);
    if (!buffers.anyExpired) for (const { at } of score.derived) copyOf(buffers, at);
  }
  if (buffers.anyExpired) {
    deriveAgain(score, buffers.knownBlock, buffers.known, buffers.knownBuffers);
  }
}

function copyOf(buffers: InputBuffers, at: number): void {
  buffers.known[at] = buffers.carried[at] as Float64Array;
}

function deriveAgain(
  { derived }: CompiledScore,
  block: Block,
  columns: Float64Array[],
  into: readonly Float64Array[],
): void {
  for (const one of derived) {
    const out = into[one.at] as Float64Array;
    one.fill(block, out);
    columns[one.at] = out;
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
    buffers.known[score.inputs.count + i] = column;
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
  const { now, carried, known, texts } = buffers;
  buffers.nowBlock = { rows: end - start, numbers: now, texts, textAt };
  buffers.carriedBlock = { rows: end - start, numbers: carried, texts, textAt };
  buffers.knownBlock = { rows: end - start, numbers: known, texts, textAt };
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

/**
 * A slot of which some rows are late: their value counts as missing, and the last known one is
 * kept beside it. That is what the column has, as of the last complete day of its group or of
 * the account's row; or what the row before had, where that is from a later day.
 */
function fillApart(
  buffers: InputBuffers,
  slot: number,
  feed: SlotFeed,
  values: Float64Array,
  given: {
    rowDays: Float64Array | undefined;
    before: BeforeColumns | null;
    compiled: CompiledPack;
  },
): void {
  const { start, rows, readers } = buffers;
  const { rowDays, before, compiled } = given;
  const now = buffers.nowBuffers[slot] as Float64Array;
  const carried = buffers.carriedBuffers[slot] as Float64Array;
  const known = buffers.knownBuffers[slot] as Float64Array;
  const days = buffers.days[slot] as Float64Array;
  const word = Math.floor(slot / wordBits);
  const bit = 1 << (slot % wordBits);
  const missing = buffers.missing[word] as Int32Array;
  const filled = buffers.filled[word] as Int32Array;
  const expired = buffers.expired[word] as Int32Array;
  const dayBefore = compiled.beforeDate === null ? Number.NaN : dayOf(compiled.beforeDate);
  for (let r = 0; r < rows; r++) {
    let value = values[r] as number;
    const own = rowDays?.[r] ?? Number.NaN;
    let day = Number.isNaN(own) ? feed.day : own;
    if (!feed.late && !isOld(feed, day, compiled.day)) {
      now[r] = value;
      carried[r] = value;
      known[r] = value;
      days[r] = day;
      if (Number.isNaN(value)) missing[r] = (missing[r] as number) | bit;
      else if (!Number.isFinite(value) && buffers.bad[r] === 0) {
        buffers.anyBad = true;
        buffers.bad[r] = slot + 1;
      }
      continue;
    }
    now[r] = Number.NaN;
    missing[r] = (missing[r] as number) | bit;
    if (!Number.isFinite(value)) value = Number.NaN;
    const reader = readers[r];
    if (before && reader) {
      const { values: lists, offsets } = before.inputs;
      const at = start + r;
      const last = lastKnown(reader, slot, lists, offsets[at] as number, offsets[at + 1] as number);
      if (!Number.isNaN(last)) {
        const then = reader.daysOf(before.knownOn[at] ?? null);
        const since = then.get(reader.positions[slot] as number) ?? dayBefore;
        if (Number.isNaN(value) || since > day) {
          value = last;
          day = since;
        }
      }
    }
    known[r] = value;
    days[r] = day;
    carried[r] = Number.NaN;
    if (Number.isNaN(value)) continue;
    if (day >= feed.carriedFrom) {
      carried[r] = value;
      filled[r] = (filled[r] as number) | bit;
      buffers.anyFilled = true;
    } else {
      expired[r] = (expired[r] as number) | bit;
      buffers.anyExpired = true;
    }
  }
  buffers.anyMissing = true;
  buffers.now[slot] = now;
  buffers.carried[slot] = carried;
  buffers.known[slot] = known;
}

/** Whether an account's row is older than its mart or the reader of the slot allows. */
function isOld({ day: lastDay, rowMaxAge, maxAge }: SlotFeed, day: number, today: number): boolean {
  return isRowLate(day, lastDay, rowMaxAge) || today - day > maxAge;
}
