/** The points of the rows of one block that one scorecard applies to. */
import { apportion } from './apportion.ts';
import type { InputBuffers } from './block-inputs.ts';
import { blockRows } from './column-operations.ts';
import type { CompiledCard, CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';
import { addMeasures, availableOf, backedOf, earnedOf, pointsFrom } from './measures.ts';

/** The band of a row with too little data for one. */
export const unknownBand = 255;
export interface CardBuffers {
  totals: Float64Array;
  /** By row: points now, and with carried values. */
  points: Float64Array;
  carriedPoints: Float64Array;
  /** By row: index of the deciding cap, now and with carried values. */
  capsNow: Int16Array;
  capsCarried: Int16Array;
  filledRows: Int32Array;
  /** By row: hundredths of measures that have a value, with carried ones. */
  backed: Float64Array;
  /** By row: 1 where the band is unknown because of late data alone. */
  waitsForLate: Uint8Array;
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
    backed: new Float64Array(blockRows),
    waitsForLate: new Uint8Array(blockRows),
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
