/**
 * Whether a scorecard has aged: how far points, and the metrics under them, have moved since the day
 * that it was tuned on. Population stability index, held against what chance alone gives: with k bins
 * it is (1/n + 1/m) times chi-squared of k - 1 degrees (Yurdakul and Naranjo, Journal of Risk Model
 * Validation 14, 2020). A fixed limit of 0.1 would raise 80 false alarms in 100 among 100 accounts.
 */
import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import { withParts } from '../scorecard/language/pack/inputs.ts';
import type { Pack, Score } from '../scorecard/language/pack/pack.ts';
import { plain } from '../scorecard/meaning/texts.ts';
import { chiSquaredAbove } from './statistics/distributions.ts';
import { holm } from './statistics/holm.ts';

export interface Drift {
  /** Null: the points of the score. */
  metric: string | null;
  label: Label;
  accountsThen: number;
  accountsNow: number;
  /** Null with fewer than `fewestForDrift` accounts on a day, or where all were the same then. */
  psi: number | null;
  /** Chance of as much without any change, adjusted for how many are looked at. */
  p: number | null;
  /** Beyond chance, and enough to matter. */
  moved: boolean;
}

export interface Day {
  layout: RulesLayout;
  rows: readonly HistoryRow[];
}

/** With fewer, bins would hold nobody. */
export const fewestForDrift = 50;
/** Below this, bins hold nearly the shares that they held. */
const matters = 0.1;
const bins = 10;

/**
 * Points first, then each metric that is scored. Both days by the same rules.
 * @param labels of the metrics to look at: those that only phases read grow older by themselves
 */
export function driftOf(
  score: Pick<Score, 'id' | 'label'>,
  labels: ReadonlyMap<string, Label>,
  then: Day,
  now: Day,
): Drift[] {
  const inputs = now.layout.scores.find(({ id }) => id === score.id)?.inputs ?? [];
  const scored = (day: Day) => day.rows.filter(({ state }) => state === 'scored');
  const [was, is] = [scored(then), scored(now)];
  const looked = new Set<string>();
  const columns = [
    {
      metric: null,
      label: score.label,
      read: ({ points }: HistoryRow) => points,
    },
    ...inputs.flatMap(({ metric }, i) => {
      const label = labels.get(metric);
      if (!label || looked.has(metric)) return [];
      looked.add(metric);
      const read = (row: HistoryRow): number | null => row.inputs[i] ?? null;
      return [{ metric, label, read }];
    }),
  ];
  const found = columns.map(({ metric, label, read }) => ({
    metric,
    label,
    accountsThen: was.length,
    accountsNow: is.length,
    ...stability(was.map(read), is.map(read)),
  }));
  const adjusted = holm(found.flatMap(({ p }) => (p === null ? [] : [p])));
  let next = 0;
  return found.map((one): Drift => {
    const p = one.p === null ? null : (adjusted[next++] ?? null);
    return { ...one, p, moved: p !== null && p < 0.05 && (one.psi ?? 0) >= matters };
  });
}

/** In bins of a tenth each of the first day; what is not known is a bin of its own. */
export function stability(
  then: readonly (number | null)[],
  now: readonly (number | null)[],
): { psi: number | null; p: number | null } {
  const nothing = { psi: null, p: null };
  if (Math.min(then.length, now.length) < fewestForDrift) return nothing;
  const known = then.flatMap((value) => value ?? []).sort((a, b) => a - b);
  const at = Array.from(
    { length: bins - 1 },
    (_, i) => known[Math.floor(((i + 1) * known.length) / bins)],
  );
  const cuts = [...new Set(at)].filter((cut) => cut !== undefined && cut > (known[0] ?? cut));
  const binOf = (value: number | null): number =>
    value === null ? -1 : cuts.filter((cut) => value >= (cut ?? 0)).length;
  const [was, is] = [then, now].map((values) => {
    const counts = new Map<number, number>();
    for (const value of values) counts.set(binOf(value), (counts.get(binOf(value)) ?? 0) + 1);
    return counts;
  });
  const all = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])];
  if (all.length < 2) return nothing;
  let psi = 0;
  for (const bin of all) {
    // Half an account in each bin: an empty one would make it infinite.
    const share = (counts: ReadonlyMap<number, number> | undefined, n: number) =>
      ((counts?.get(bin) ?? 0) + 0.5) / (n + all.length / 2);
    const [a, b] = [share(was, then.length), share(is, now.length)];
    psi += (b - a) * Math.log(b / a);
  }
  const scale = 1 / then.length + 1 / now.length;
  return { psi, p: chiSquaredAbove(psi / scale, all.length - 1) };
}

/** The last day of the outcomes that rules were tuned or accepted on; null: they were never held against any. */
export function lastJudged({ scores, evidence }: Pick<Pack, 'scores' | 'evidence'>): string | null {
  const tuned = scores.flatMap(({ scorecards }) =>
    scorecards.flatMap((one) => one.tunedUntil ?? []),
  );
  return [...tuned, ...(evidence.accepted ? [evidence.accepted.to] : [])].sort().at(-1) ?? null;
}

/** Labels of the metrics that a score's measures read, with those that they are made of. */
export function scoredLabels(
  { metrics, derived }: Pick<Pack, 'metrics' | 'derived'>,
  { scorecards }: Pick<Score, 'scorecards'>,
): Map<string, Label> {
  const scored = scorecards.flatMap(({ measures }) => measures.map(({ metric }) => metric));
  return new Map(withParts(scored, derived).map((id) => [id, metrics.get(id)?.label ?? plain(id)]));
}

/**
 * What is said without being asked, week after week: 0.25 is where credit scoring draws the line to a major
 * shift (Siddiqi, Credit Risk Scorecards, 2006), and chance may do as much once in twenty years of weeks.
 */
const aged = { psi: 0.25, p: 0.05 / 52 };

export interface Ageing {
  psi: number;
  /** Metrics that moved as far. */
  metrics: string[];
}

/**
 * A score that has aged: its points have moved far. Metrics alone are no sign, as they move with holidays and
 * from weekday to weekday while the score stands.
 */
export function ageingOf(
  score: Pick<Score, 'id' | 'label'>,
  labels: ReadonlyMap<string, Label>,
  then: Day,
  now: Day,
): Ageing | null {
  const far = driftOf(score, labels, then, now).filter(
    ({ psi, p }) => (psi ?? 0) >= aged.psi && p !== null && p < aged.p,
  );
  const points = far.find(({ metric }) => metric === null);
  if (!points) return null;
  return { psi: points.psi ?? 0, metrics: far.flatMap(({ metric }) => metric ?? []) };
}
