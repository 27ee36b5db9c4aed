/** Scores the rows of one block that one scorecard applies to. */
import { apportion } from './apportion.ts';
import { bandAt, withHysteresis } from './bands.ts';
import type { EarlierColumns } from './batch.ts';
import type { InputBuffers } from './block-inputs.ts';
import { type Block, blockRows } from './column-operations.ts';
import type { CompiledCap, CompiledCard, CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';
import { addMeasures, availableOf, backedOf, earnedOf, pointsFrom } from './measures.ts';

/** The band of a row with too little data for one. */
export const unknownBand = 255;
/** No cap holds. */
const noCap = -1;

export interface CardBuffers {
  totals: Float64Array;
  /** By row: points now, and with carried values. */
  points: Float64Array;
  carriedPoints: Float64Array;
  /** By row: index of the deciding cap, now and with carried values. */
  capsNow: Int16Array;
  capsCarried: Int16Array;
  filledRows: Int32Array;
  /** By row: index of the band, or `unknownBand`. */
  bands: Uint8Array;
}

export function cardBuffers(): CardBuffers {
  return {
    totals: new Float64Array(blockRows),
    points: new Float64Array(blockRows),
    carriedPoints: new Float64Array(blockRows),
    capsNow: new Int16Array(blockRows),
    capsCarried: new Int16Array(blockRows),
    filledRows: new Int32Array(blockRows),
    bands: new Uint8Array(blockRows),
  };
}

/** Points, contributions and confidence. */
export function scorePoints(
  buffers: CardBuffers,
  inputs: InputBuffers,
  score: CompiledScore,
  card: CompiledCard,
  rows: Int32Array,
  count: number,
  out: HistoryColumns,
): void {
  const { start } = inputs;
  const { totals, points } = buffers;
  const { scale } = score.score;
  const lists = {
    values: out.earnedPoints.values,
    offsets: out.earnedPoints.offsets.subarray(start, start + inputs.rows),
  };
  addMeasures(card.measures, inputs.now, rows, count, totals, lists);
  pointsFrom(totals, rows, count, scale, points);
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const packed = totals[r] as number;
    out.points[start + r] = points[r] as number;
    out.earned[start + r] = earnedOf(packed);
    out.available[start + r] = availableOf(packed);
    out.confidence[start + r] = backedOf(packed) / card.total;
  }
}

/**
 * Contributions of the block: what was earned, where that is the score itself, else its share.
 * `scoredRows`: by row, whether its lists were scored now.
 */
export function contribute(
  inputs: InputBuffers,
  scale: number,
  cardOf: Int16Array,
  out: HistoryColumns,
): void {
  const { start, rows } = inputs;
  const { offsets, values: parts } = out.contributions;
  const earned = out.earnedPoints.values;
  const from = offsets[start] as number;
  parts.set(earned.subarray(from, offsets[start + rows] as number), from);
  for (let r = 0; r < rows; r++) {
    if ((cardOf[r] as number) < 0) continue;
    const at = start + r;
    const available = out.available[at] as number;
    const points = out.points[at] as number;
    // Nothing to share out where nothing was available, or nothing earned.
    if (available === scale || available === 0 || out.earned[at] === 0) continue;
    apportion(
      earned,
      parts,
      offsets[at] as number,
      offsets[at + 1] as number,
      available,
      scale,
      points,
    );
  }
}

/** Bands from carried values, so that lost data does not move them. */
export function scoreBands(
  buffers: CardBuffers,
  inputs: InputBuffers,
  score: CompiledScore,
  card: CompiledCard,
  rows: Int32Array,
  count: number,
  earlier: EarlierColumns,
  out: HistoryColumns,
): void {
  const { start, filled } = inputs;
  const { points, carriedPoints, capsNow, capsCarried, bands } = buffers;
  const { minConfidence, hysteresis, bands: known } = score.score;
  carryPoints(buffers, inputs, score, card, rows, count);
  decideCaps(card, inputs.carriedBlock, rows, count, capsCarried);
  if (inputs.anyFilled) decideCaps(card, inputs.nowBlock, rows, count, capsNow);
  const capped = (band: number, cap: number): number =>
    cap === noCap ? band : Math.min(band, card.caps[cap]?.atMost ?? band);
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const at = start + r;
    const basis = carriedPoints[r] as number;
    out.waitingForData[at] = 0;
    out.heldByHysteresis[at] = 0;
    if (Number.isNaN(basis) || (out.confidence[at] as number) < minConfidence) {
      bands[r] = unknownBand;
      out.band[at] = 'unknown';
      continue;
    }
    const stood = hysteresis > 0 ? bandThatStood(earlier, inputs, r, known.length) : -1;
    const plain = bandAt(score.bounds, basis);
    const held = withHysteresis(score.bounds, plain, basis, stood, hysteresis);
    const cap = capsCarried[r] as number;
    const band = capped(held, cap);
    bands[r] = band;
    out.band[at] = known[band]?.id ?? null;
    if (band < held) out.cap[at] = card.caps[cap]?.id ?? null;
    else if (held !== plain) out.heldByHysteresis[at] = 1;
    if (inputs.anyFilled && anyOf(filled, r, card.bandSlotSet)) {
      const now = points[r] as number;
      const alone = Number.isNaN(now)
        ? unknownBand
        : capped(
            withHysteresis(score.bounds, bandAt(score.bounds, now), now, stood, hysteresis),
            capsNow[r] as number,
          );
      out.waitingForData[at] = +(alone !== band);
    }
  }
}

/**
 * Index of the band that hysteresis holds on to, by the same rules and not capped, since a cap
 * says nothing about where the points were: that of an earlier revision of the date, else the
 * one before; -1 where there is none.
 */
function bandThatStood(
  { before, revised }: EarlierColumns,
  { readers, start }: InputBuffers,
  r: number,
  bands: number,
): number {
  const at = start + r;
  const code = revised?.[at] ?? 0;
  if (code > 0 && code <= bands) return code - 1;
  if (!before || !readers[r]?.same || before.cap[at] !== 0) return -1;
  const index = (before.band[at] as number) - 1;
  return index < bands ? index : -1;
}

/** Points with carried values: another pass for the rows where a value was carried. */
function carryPoints(
  buffers: CardBuffers,
  inputs: InputBuffers,
  score: CompiledScore,
  card: CompiledCard,
  rows: Int32Array,
  count: number,
): void {
  const { points, carriedPoints, filledRows, totals } = buffers;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    carriedPoints[r] = points[r] as number;
  }
  if (!inputs.anyFilled) return;
  let again = 0;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    if (anyOf(inputs.filled, r, card.slotSet)) filledRows[again++] = r;
  }
  addMeasures(card.measures, inputs.carried, filledRows, again, totals, null);
  pointsFrom(totals, filledRows, again, score.score.scale, carriedPoints);
}

function decideCaps(
  card: CompiledCard,
  block: Block,
  rows: Int32Array,
  count: number,
  out: Int16Array,
): void {
  for (let k = 0; k < count; k++) out[rows[k] as number] = noCap;
  for (let i = 0; i < card.caps.length; i++) {
    const truth = (card.caps[i] as CompiledCap).when(block);
    for (let k = 0; k < count; k++) {
      const r = rows[k] as number;
      out[r] = truth[r] === 1 ? i : (out[r] as number);
    }
  }
}

function anyOf(sets: readonly Int32Array[], row: number, wanted: Int32Array): boolean {
  for (let w = 0; w < wanted.length; w++) {
    if ((((sets[w] as Int32Array)[row] as number) & (wanted[w] as number)) !== 0) return true;
  }
  return false;
}
