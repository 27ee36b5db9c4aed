/** What other rules make of the same accounts: who moves between bands, and what causes it. */

import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { Label } from '../scorecard/language/pack/catalogue.ts';
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
export interface Mover {
  account: string;
  revenue: number | null;
  from: string | null;
  to: string | null;
  from_points: number | null;
  to_points: number | null;
  /** Whether it moved up, down, or into or out of having a band. */
  way: 'up' | 'down' | 'other';
  /** What the measures did, the biggest first. */
  causes: { measure: string; label: Label; delta: number }[];
}

export interface Movement {
  from: string | null;
  to: string | null;
  accounts: number;
  revenue: number | null;
}

export interface MeasureEffect {
  measure: string;
  label: Label;
  /** Accounts whose points it changed. */
  accounts: number;
  /** Mean change among them, in hundredths. */
  mean: number;
  /** Accounts that changed band, with this measure as the biggest cause. */
  moved: number;
}

export interface ScoreComparison {
  score: string;
  label: Label;
  /** old: only the rules before have it; new: only those after. */
  exists: 'both' | 'old' | 'new';
  bands: { id: string; label: Label; before: number; after: number }[];
  accounts: number;
  /** Accounts whose points changed. */
  changed: number;
  up: { accounts: number; revenue: number | null };
  down: { accounts: number; revenue: number | null };
  movements: Movement[];
  /** All accounts that change band: those with most revenue first, then the biggest change. */
  movers: Mover[];
  measures: MeasureEffect[];
}

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
  const effects = new Map<string, MeasureEffect & { sum: number }>();
  const movers: Mover[] = [];
  let changed = 0;
  for (const [then, row] of pairs) {
    const causes = compareRows(after.layout, row, before.layout, then);
    if (then.points !== row.points) changed += 1;
    const moves = then.band !== row.band;
    addEffects(effects, causes, moves);
    if (moves) movers.push(moverOf(then, row, causes, ranks, revenueOf(before, after, row)));
  }
  movers.sort(
    (a, b) =>
      (b.revenue ?? 0) - (a.revenue ?? 0) ||
      changeOf(b) - changeOf(a) ||
      (a.account < b.account ? -1 : 1),
  );
  return {
    score: id,
    label: score.label,
    exists: old && now ? 'both' : old ? 'old' : 'new',
    bands: bandCounts(now?.bands ?? [], old?.bands ?? [], [...rowsBefore.values()], rowsAfter),
    accounts: pairs.length,
    changed,
    up: totalOf(movers.filter(({ way }) => way === 'up')),
    down: totalOf(movers.filter(({ way }) => way === 'down')),
    movements: movementsOf(movers),
    movers,
    measures: [...effects.values()]
      .map(({ sum, ...effect }) => ({ ...effect, mean: Math.round(sum / effect.accounts) }))
      .sort((a, b) => b.moved - a.moved || b.accounts - a.accounts),
  };
}

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
  causes: ReturnType<typeof compareRows>,
  ranks: ReadonlyMap<string, number>,
  revenue: number | null,
): Mover {
  const was = then.band === null ? undefined : ranks.get(then.band);
  const is = now.band === null ? undefined : ranks.get(now.band);
  const comparable = was !== undefined && is !== undefined && was !== is;
  return {
    account: now.account_id,
    revenue,
    from: then.band,
    to: now.band,
    from_points: then.points,
    to_points: now.points,
    way: comparable ? (is > was ? 'up' : 'down') : 'other',
    causes: causes
      .filter(({ delta }) => Math.abs(delta) > roundingError)
      .map(({ id: measure, label, delta }) => ({ measure, label, delta })),
  };
}

function addEffects(
  effects: Map<string, MeasureEffect & { sum: number }>,
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

function totalOf(movers: readonly Mover[]): { accounts: number; revenue: number | null } {
  const known = movers.flatMap(({ revenue }) => revenue ?? []);
  return {
    accounts: movers.length,
    revenue: known.length > 0 ? known.reduce((sum, amount) => sum + amount, 0) : null,
  };
}

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
    .sort((a, b) => b.accounts - a.accounts || ((a.from ?? '') < (b.from ?? '') ? -1 : 1));
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
