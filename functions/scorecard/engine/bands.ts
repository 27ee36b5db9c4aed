/** From points to bands: hysteresis, caps, and when there is too little data for one. */
import type { EarlierColumns } from './batch.ts';
import type { InputBuffers } from './block-inputs.ts';
import type { Block } from './column-operations.ts';
import type { CompiledCap, CompiledCard, CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';
import { addMeasures, backedOf, earnedBy, pointsFrom } from './measures.ts';
import { type CardBuffers, unknownBand } from './score-cards.ts';

/** No cap holds. */
const noCap = -1;

/**
 * Bands from carried values, so that late data does not move them; where data is later than that,
 * only a band which none of its values could change. Late data counts for the least confidence,
 * since what it may do is looked at here.
 */
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
  const { start, filled, expired } = inputs;
  const { points, carriedPoints, capsNow, capsCarried, backed, bands, waitsForLate } = buffers;
  const { minConfidence, hysteresis, bands: known } = score.score;
  carryPoints(buffers, inputs, score, card, rows, count);
  decideCaps(card, inputs.carriedBlock, rows, count, capsCarried);
  if (inputs.anyFilled) decideCaps(card, inputs.nowBlock, rows, count, capsNow);
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    const at = start + r;
    const basis = carriedPoints[r] as number;
    out.waitingForData[at] = 0;
    out.heldByHysteresis[at] = 0;
    waitsForLate[r] = 0;
    const stood = hysteresis > 0 ? bandThatStood(earlier, inputs, r, known.length) : -1;
    const doubt =
      inputs.anyExpired && anyOf(expired, r, card.bandSlotSet)
        ? doubtOf(inputs, score, card, r)
        : null;
    const enough = (doubt?.backed ?? (backed[r] as number)) / card.total >= minConfidence;
    const cap = capsCarried[r] as number;
    // Where any value gives one band, the least does.
    const by = Number.isNaN(basis) && doubt ? doubt.low : basis;
    if (!enough || Number.isNaN(by)) {
      bands[r] = unknownBand;
      out.band[at] = 'unknown';
      continue;
    }
    if (
      doubt &&
      bandBy(score, card, doubt.low, stood, doubt.lowCap) !==
        bandBy(score, card, doubt.high, stood, doubt.highCap)
    ) {
      bands[r] = unknownBand;
      out.band[at] = 'unknown';
      out.waitingForData[at] = 1;
      waitsForLate[r] = 1;
      continue;
    }
    const plain = bandAt(score.bounds, by);
    const held = withHysteresis(score.bounds, plain, by, stood, hysteresis);
    const band = capped(card, held, cap);
    bands[r] = band;
    out.band[at] = known[band]?.id ?? null;
    if (band < held) out.cap[at] = card.caps[cap]?.id ?? null;
    if (capped(card, plain, cap) !== band) out.heldByHysteresis[at] = 1;
    if (inputs.anyFilled && anyOf(filled, r, card.bandSlotSet)) {
      const now = points[r] as number;
      const alone =
        Number.isNaN(now) || (out.confidence[at] as number) < minConfidence
          ? unknownBand
          : bandBy(score, card, now, stood, capsNow[r] as number);
      out.waitingForData[at] = +(alone !== band);
      if (basis !== now) out.bandPoints[at] = basis;
    }
  }
}

function bandBy(
  { bounds, score: { hysteresis } }: CompiledScore,
  card: CompiledCard,
  points: number,
  stood: number,
  cap: number,
): number {
  const held = withHysteresis(bounds, bandAt(bounds, points), points, stood, hysteresis);
  return capped(card, held, cap);
}

function capped({ caps }: CompiledCard, band: number, cap: number): number {
  return cap === noCap ? band : Math.min(band, caps[cap]?.atMost ?? band);
}

/** What a row's points and cap may be, over all values that late data may have. */
interface Doubt {
  low: number;
  high: number;
  lowCap: number;
  highCap: number;
  /** Hundredths of measures that have a value or are late. */
  backed: number;
}

function doubtOf(
  { expired, carried, carriedBlock }: InputBuffers,
  { score }: CompiledScore,
  card: CompiledCard,
  r: number,
): Doubt {
  let earned = 0;
  let available = 0;
  let late = 0;
  let backed = 0;
  for (const [m, measure] of card.measures.entries()) {
    if (anyOf(expired, r, card.measureSets[m] as Int32Array)) {
      late += measure.points;
      backed += measure.points;
      continue;
    }
    const value = (carried[measure.slot] as Float64Array)[r] as number;
    const one = earnedBy(measure, value);
    if (!Number.isNaN(value)) backed += measure.points;
    if (one < 0) continue;
    earned += one;
    available += measure.points;
  }
  const pointsOf = (sum: number) =>
    available + late === 0 ? Number.NaN : Math.round((score.scale * sum) / (available + late));
  let lowCap = noCap;
  let highCap = noCap;
  for (const [i, { when, slotSet }] of card.caps.entries()) {
    const mayHold = anyOf(expired, r, slotSet);
    if (mayHold) lowCap = i;
    else if (when(carriedBlock)[r] === 1) {
      lowCap = i;
      highCap = i;
    }
  }
  return { low: pointsOf(earned), high: pointsOf(earned + late), lowCap, highCap, backed };
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
  const { points, carriedPoints, filledRows, totals, backed } = buffers;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    carriedPoints[r] = points[r] as number;
    backed[r] = backedOf(totals[r] as number);
  }
  if (!inputs.anyFilled) return;
  let again = 0;
  for (let k = 0; k < count; k++) {
    const r = rows[k] as number;
    if (anyOf(inputs.filled, r, card.slotSet)) filledRows[again++] = r;
  }
  addMeasures(card.measures, inputs.carried, filledRows, again, totals, null);
  pointsFrom(totals, filledRows, again, score.score.scale, carriedPoints);
  for (let k = 0; k < again; k++) {
    const r = filledRows[k] as number;
    backed[r] = backedOf(totals[r] as number);
  }
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

/** Index of the band that `points` (hundredths) fall into. */
export function bandAt(bounds: Float64Array, points: number): number {
  let band = 0;
  for (let b = 0; b < bounds.length; b++) band += +(points >= (bounds[b] as number));
  return band;
}

/**
 * The band before where the score is within `margin` of its boundary, else `band`.
 * `before`: index of the band before, -1 where it does not count.
 */
export function withHysteresis(
  bounds: Float64Array,
  band: number,
  points: number,
  before: number,
  margin: number,
): number {
  if (before < 0 || band === before) return band;
  if (band > before) return points < (bounds[before] as number) + margin ? before : band;
  return points >= (bounds[before - 1] as number) - margin ? before : band;
}
