/** What other rules make of the same accounts: who moves between bands, and what causes it. */
import { z } from 'zod';
import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import { label } from '../scorecard/language/pack/catalogue.ts';
import { compareRows } from '../scorecard/meaning/explain.ts';

/** One set of rules with what it makes of the data. */
export interface RulesResult {
  layout: RulesLayout;
  /** By score. */
  rows: ReadonlyMap<string, readonly HistoryRow[]>;
  /** Monthly revenue by account; empty where it is not known. */
  revenue: ReadonlyMap<string, number>;
}

/** Points are hundredths of the score; revenue is null where none is known. */
const mover = z.object({
  account: z.string(),
  revenue: z.number().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  from_points: z.int().nullable(),
  to_points: z.int().nullable(),
  /** Whether it moved up, down, or into or out of having a band. */
  way: z.enum(['up', 'down', 'other']),
  /**
   * What makes its band another one. boundary: the rules before keep the band of the day before, close
   * to a boundary, which another version does not; cap, limits: of the bands, whatever the points.
   */
  why: z.enum(['measures', 'boundary', 'cap', 'limits']),
  /** What the measures did, the biggest first. */
  causes: z.array(z.object({ measure: z.string(), label, delta: z.int() })),
});
export type Mover = z.infer<typeof mover>;

const total = z.object({ accounts: z.int(), revenue: z.number().nullable() });
type Total = z.infer<typeof total>;

const movement = total.extend({ from: z.string().nullable(), to: z.string().nullable() });
export type Movement = z.infer<typeof movement>;

const measureEffect = z.object({
  measure: z.string(),
  label,
  /** Accounts whose points it changed. */
  accounts: z.int(),
  /** Of the changes, in hundredths. */
  sum: z.int(),
  /** Mean change among them, in hundredths. */
  mean: z.int(),
  /** Accounts that changed band, with this measure as the biggest cause. */
  moved: z.int(),
});
export type MeasureEffect = z.infer<typeof measureEffect>;

/** What other rules make of one score; also kept as JSON between the parts of a comparison. */
export const scoreComparison = z.object({
  score: z.string(),
  label,
  /** old: only the rules before have it; new: only those after. */
  exists: z.enum(['both', 'old', 'new']),
  bands: z.array(z.object({ id: z.string(), label, before: z.int(), after: z.int() })),
  accounts: z.int(),
  /** Accounts whose points changed. */
  changed: z.int(),
  up: total,
  down: total,
  /** Of those that change band: only since the rules before keep it close to a boundary. */
  boundary: z.int(),
  movements: z.array(movement),
  /** All accounts that change band: those with most revenue first, then the biggest change. */
  movers: z.array(mover),
  measures: z.array(measureEffect),
});
export type ScoreComparison = z.infer<typeof scoreComparison>;

/** Contributions are rounded to whole hundredths: so much is no effect of a measure. */
const roundingError = 2;

/** Compares score by score, in the order of the rules after, then those that are gone. */
export function compareRules(before: RulesResult, after: RulesResult): ScoreComparison[] {
  const ids = new Set([...after.layout.scores, ...before.layout.scores].map(({ id }) => id));
  return [...ids].map((id) => compareScore(id, before, after));
}

function compareScore(id: string, before: RulesResult, after: RulesResult): ScoreComparison {
  const old = before.layout.scores.find((score) => score.id === id);
  const now = after.layout.scores.find((score) => score.id === id);
  const score = now ?? old;
  if (!score) throw new Error(`no rules have a score ${id}`);
  const rowsBefore = new Map((before.rows.get(id) ?? []).map((row) => [row.account_id, row]));
  const rowsAfter = after.rows.get(id) ?? [];
  const pairs = rowsAfter.flatMap((row): [HistoryRow, HistoryRow][] => {
    const then = rowsBefore.get(row.account_id);
    return then ? [[then, row]] : [];
  });
  const ranks = bandRanks(now?.bands ?? [], old?.bands ?? []);
  const effects = new Map<string, MeasureEffect>();
  const movers: Mover[] = [];
  let changed = 0;
  for (const [then, row] of pairs) {
    const causes = compareRows(after.layout, row, before.layout, then);
    if (then.points !== row.points) changed += 1;
    const moves = then.band !== row.band;
    addEffects(effects, causes, moves);
    if (!moves) continue;
    const revenue = revenueOf(before, after, row);
    movers.push(moverOf(then, row, causes, { ranks, before: old?.bands ?? [], revenue }));
  }
  movers.sort(byWeight);
  return {
    score: id,
    label: score.label,
    exists: old && now ? 'both' : old ? 'old' : 'new',
    bands: bandCounts(now?.bands ?? [], old?.bands ?? [], [...rowsBefore.values()], rowsAfter),
    accounts: pairs.length,
    changed,
    up: totalOf(movers.filter(({ way }) => way === 'up')),
    down: totalOf(movers.filter(({ way }) => way === 'down')),
    boundary: movers.filter(({ why }) => why === 'boundary').length,
    movements: movementsOf(movers),
    movers,
    measures: inOrder(effects.values()),
  };
}

/**
 * The comparison of all accounts from those of parts of them, whatever their order. `most` movers are
 * kept of each score; the totals are of all of them.
 */
export function mergeComparisons(
  parts: readonly (readonly ScoreComparison[])[],
  most: number,
): ScoreComparison[] {
  const byScore = Map.groupBy(parts.flat(), ({ score }) => score);
  return [...byScore.values()].flatMap((of) => {
    const [first] = of;
    return first ? [mergeScore(first, of, most)] : [];
  });
}

function mergeScore(
  { score, label, exists, bands }: ScoreComparison,
  parts: readonly ScoreComparison[],
  most: number,
): ScoreComparison {
  const count = (of: (part: ScoreComparison) => number) =>
    parts.reduce((sum, part) => sum + of(part), 0);
  const moves = Map.groupBy(
    parts.flatMap(({ movements }) => movements),
    ({ from, to }) => JSON.stringify([from, to]),
  );
  const effects = new Map<string, MeasureEffect>();
  for (const effect of parts.flatMap(({ measures }) => measures)) {
    const known = effects.get(effect.measure) ?? { ...effect, accounts: 0, sum: 0, moved: 0 };
    known.accounts += effect.accounts;
    known.sum += effect.sum;
    known.moved += effect.moved;
    effects.set(effect.measure, known);
  }
  return {
    score,
    label,
    exists,
    bands: bands.map((band, i) => ({
      ...band,
      before: count((part) => part.bands[i]?.before ?? 0),
      after: count((part) => part.bands[i]?.after ?? 0),
    })),
    accounts: count(({ accounts }) => accounts),
    changed: count(({ changed }) => changed),
    up: sumOf(parts.map(({ up }) => up)),
    down: sumOf(parts.map(({ down }) => down)),
    boundary: count(({ boundary }) => boundary),
    movements: [...moves.values()]
      .flatMap((same) => same.slice(0, 1).map((one) => ({ ...one, ...sumOf(same) })))
      .sort(byAccounts),
    movers: parts
      .flatMap(({ movers }) => movers)
      .sort(byWeight)
      .slice(0, most),
    measures: inOrder(effects.values()),
  };
}

function sumOf(totals: readonly Total[]): Total {
  const known = totals.flatMap(({ revenue }) => revenue ?? []);
  return {
    accounts: totals.reduce((sum, { accounts }) => sum + accounts, 0),
    revenue: known.length > 0 ? known.reduce((sum, amount) => sum + amount, 0) : null,
  };
}

const inOrder = (effects: Iterable<MeasureEffect>): MeasureEffect[] =>
  [...effects]
    .map((effect) => ({ ...effect, mean: Math.round(effect.sum / effect.accounts) }))
    .sort(
      (a, b) => b.moved - a.moved || b.accounts - a.accounts || (a.measure < b.measure ? -1 : 1),
    );

const byAccounts = (a: Movement, b: Movement): number =>
  b.accounts - a.accounts || (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1);

/** Most revenue first, then the biggest change. */
const byWeight = (a: Mover, b: Mover): number =>
  (b.revenue ?? 0) - (a.revenue ?? 0) ||
  changeOf(b) - changeOf(a) ||
  (a.account < b.account ? -1 : 1);

type Bands = RulesLayout['scores'][number]['bands'];

/** Position of every band in the rules after; of one that is gone, in those before. */
function bandRanks(now: Bands, old: Bands): ReadonlyMap<string, number> {
  return new Map([...old, ...now].map((band) => [band.id, band.from]));
}

function revenueOf(
  before: RulesResult,
  after: RulesResult,
  { account_id: id }: HistoryRow,
): number | null {
  return after.revenue.get(id) ?? before.revenue.get(id) ?? null;
}

function changeOf({ from_points, to_points }: Mover): number {
  return Math.abs((to_points ?? 0) - (from_points ?? 0));
}

function moverOf(
  then: HistoryRow,
  now: HistoryRow,
  deltas: ReturnType<typeof compareRows>,
  given: { ranks: ReadonlyMap<string, number>; before: Bands; revenue: number | null },
): Mover {
  const was = then.band === null ? undefined : given.ranks.get(then.band);
  const is = now.band === null ? undefined : given.ranks.get(now.band);
  const comparable = was !== undefined && is !== undefined && was !== is;
  const way = comparable ? (is > was ? 'up' : 'down') : 'other';
  const causes = deltas
    .filter(({ delta }) => Math.abs(delta) > roundingError)
    .map(({ id: measure, label: name, delta }) => ({ measure, label: name, delta }));
  return {
    account: now.account_id,
    revenue: given.revenue,
    from: then.band,
    to: now.band,
    from_points: then.points,
    to_points: now.points,
    way,
    why: isKept(then, now, given.before)
      ? 'boundary'
      : now.cap !== null || (then.cap !== null && way === 'up')
        ? 'cap'
        : causes.length > 0
          ? 'measures'
          : 'limits',
    causes,
  };
}

/** Whether the points of before lie in the band of now, and only the day before kept another one. */
function isKept(then: HistoryRow, now: HistoryRow, bands: Bands): boolean {
  const points = then.band_points ?? then.points;
  if (!then.held_by_hysteresis || points === null) return false;
  return bands.findLast(({ from }) => from <= points)?.id === now.band;
}

function addEffects(
  effects: Map<string, MeasureEffect>,
  causes: ReturnType<typeof compareRows>,
  moves: boolean,
): void {
  for (const [i, { id, label, delta }] of causes.entries()) {
    if (Math.abs(delta) <= roundingError) continue;
    const effect = effects.get(id) ?? {
      measure: id,
      label,
      accounts: 0,
      mean: 0,
      moved: 0,
      sum: 0,
    };
    effect.accounts += 1;
    effect.sum += delta;
    if (moves && i === 0) effect.moved += 1;
    effects.set(id, effect);
  }
}

const totalOf = (movers: readonly Mover[]): Total =>
  sumOf(movers.map(({ revenue }) => ({ accounts: 1, revenue })));

function movementsOf(movers: readonly Mover[]): Movement[] {
  const groups = new Map<string, Mover[]>();
  for (const mover of movers) {
    const key = JSON.stringify([mover.from, mover.to]);
    groups.set(key, [...(groups.get(key) ?? []), mover]);
  }
  return [...groups.values()]
    .map((group) => ({
      from: group[0]?.from ?? null,
      to: group[0]?.to ?? null,
      ...totalOf(group),
    }))
    .sort(byAccounts);
}

function bandCounts(
  now: Bands,
  old: Bands,
  before: readonly HistoryRow[],
  after: readonly HistoryRow[],
): ScoreComparison['bands'] {
  const unknown = { id: 'unknown', label: { en: 'Too little data', ja: 'データ不足' } };
  const gone = old.filter(({ id }) => !now.some((band) => band.id === id));
  const count = (rows: readonly HistoryRow[], id: string) =>
    rows.filter(({ band }) => band === id).length;
  return [...gone, ...now, unknown].map(({ id, label }) => ({
    id,
    label,
    before: count(before, id),
    after: count(after, id),
  }));
}
