/** From points to bands: hysteresis, caps, and when there is too little data for one. */
import type { EarlierColumns } from './batch.ts';
import type { InputBuffers } from './block-inputs.ts';
import type { Block } from './column-operations.ts';
import type { CompiledCap, CompiledCard, CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';
import { addMeasures, pointsFrom } from './measures.ts';
import { type CardBuffers, unknownBand } from './score-cards.ts';

/** No cap holds. */
const noCap = -1;

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

/** Index of the band that `points` (hundredths) fall into. */
function bandAt(bounds: Float64Array, points: number): number {
  let band = 0;
  for (let b = 0; b < bounds.length; b++) band += +(points >= (bounds[b] as number));
  return band;
}

/**
 * The band before where the score is within `margin` of its boundary, else `band`.
 * `before`: index of the band before, -1 where it does not count.
 */
function withHysteresis(
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
