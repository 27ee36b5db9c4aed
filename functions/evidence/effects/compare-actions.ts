/** Every kind of action compared with doing without it; what is found is a difference, no effect. */
import { type Estimate, z } from '../intervals.ts';
import { holm } from '../statistics/holm.ts';
import { type Compared, overlapEffect, type Unit } from './overlap-weights.ts';
import type { Trial } from './target-trial.ts';

export interface ActionComparison {
  did: string;
  acted: number;
  others: number;
  /** Null where too few accounts are alike. */
  weighted: Compared | null;
  /** As if both sides had the bands of all accounts. */
  byBand: Estimate | null;
  /** Of the outcome before, which no action since can have caused; null where too few have one. */
  placebo: Compared | null;
  /** Adjusted for how many kinds are looked at. */
  p: number | null;
  /** What may be said. Never that an action helped or harmed. */
  reading: 'differs' | 'no difference shown' | 'not comparable' | 'too few';
}

export function compareActions({ units }: Pick<Trial, 'units'>): ActionComparison[] {
  const kinds = [...new Set(units.flatMap(({ did }) => [...did]))].sort();
  const found = kinds.map((kind) => {
    // Accounts with another action only are not "without": they are left out of this comparison.
    const own = units.flatMap((unit) => {
      const acted: Unit['acted'] = unit.did.has(kind) ? 1 : 0;
      return acted || unit.did.size === 0 ? [{ ...unit, acted }] : [];
    });
    const before = own.flatMap((unit): Unit[] =>
      unit.earlier === null ? [] : [{ ...unit, outcome: unit.earlier }],
    );
    const acted = own.filter((unit) => unit.acted).length;
    return {
      did: kind,
      acted,
      others: own.length - acted,
      weighted: overlapEffect(own),
      byBand: standardised(own),
      placebo: overlapEffect(before),
    };
  });
  const tested = found.flatMap(({ weighted }) => (weighted ? [weighted.p] : []));
  const adjusted = holm(tested);
  let next = 0;
  return found.map((one): ActionComparison => {
    const p = one.weighted ? (adjusted[next++] ?? null) : null;
    return { ...one, p, reading: readingOf(p, one.placebo) };
  });
}

function readingOf(p: number | null, placebo: Compared | null): ActionComparison['reading'] {
  if (p === null) return 'too few';
  // Where both sides differed before anything was done, they would differ afterwards as well.
  if (placebo && placebo.p < 0.05) return 'not comparable';
  return p < 0.05 ? 'differs' : 'no difference shown';
}

/** Difference within each band, weighted by how many accounts it has; bands with one side only drop out. */
export function standardised(units: readonly Unit[]): Estimate | null {
  let [sum, variance, all] = [0, 0, 0];
  for (const inBand of Map.groupBy(units, ({ band }) => band).values()) {
    const sides = [1, 0].map((side) => inBand.filter(({ acted }) => acted === side));
    const [yes, no] = sides.map((some) => ({
      n: some.length,
      good: some.reduce((total, { outcome }) => total + outcome, 0),
    }));
    if (!yes || !no || yes.n < 2 || no.n < 2) continue;
    const weight = inBand.length;
    sum += weight * (yes.good / yes.n - no.good / no.n);
    // Agresti and Caffo's: without it, a band in which everybody stayed would be certain.
    for (const { n, good } of [yes, no]) {
      const rate = (good + 1) / (n + 2);
      variance += (weight ** 2 * rate * (1 - rate)) / (n + 2);
    }
    all += weight;
  }
  if (all === 0) return null;
  const [value, error] = [sum / all, Math.sqrt(variance) / all];
  return { value, low: value - z * error, high: value + z * error };
}
