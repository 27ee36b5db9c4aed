/** From points to bands: hysteresis, caps, and when there is too little data for one. */

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
