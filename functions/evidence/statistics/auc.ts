/**
 * The area under the ROC curve: how often whoever stayed stands above whoever left. Its interval and
 * its comparison come from placements (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988), summed
 * by account where an account has several rows (Obuchowski, Biometrics 53, 1997).
 */
import { type Estimate, fewest, z } from '../intervals.ts';
import { rootOf, twoSided } from './distributions.ts';

/** Rows side by side, one position each. */
export interface Ranked {
  score: ArrayLike<number>;
  /** 1 where it ended well. */
  good: ArrayLike<number>;
  /** Number of the account, from 0; without it, every row is an account of its own. */
  account?: ArrayLike<number>;
  /** Only rows of one fold were scored by the same rules, so only they are compared. */
  fold?: ArrayLike<number>;
}

/** Names as numbers from 0, in the order in which each first appears. */
export function numbered(names: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}

/** What each account adds to the deviation of the area, by its rows that ended well and badly. */
interface Deviations {
  value: number;
  /** By account; 0 where it has no such row. */
  good: Float64Array;
  bad: Float64Array;
  /** Accounts with such a row. */
  goods: number;
  bads: number;
  /** Both sides as if their accounts had one row each (Kish). */
  effectiveGoods: number;
  effectiveBads: number;
}

export interface Area extends Estimate {
  /** Standard error, by DeLong or Obuchowski. */
  error: number;
}

/** Null with fewer than `fewest` accounts on either side. */
export function areaUnderCurve(ranked: Ranked): Area | null {
  const found = deviationsOf(ranked);
  if (!found) return null;
  const variance = varianceOf(found);
  return { value: found.value, ...intervalOf(found, variance), error: Math.sqrt(variance) };
}

export interface AreaDifference extends Estimate {
  /** Two-sided, of no difference. */
  p: number;
}

/** How much larger the area of `other` is on the same rows. */
export function compareAreas(ranked: Ranked, other: ArrayLike<number>): AreaDifference | null {
  const [one, two] = [deviationsOf(ranked), deviationsOf({ ...ranked, score: other })];
  if (!one || !two) return null;
  const value = two.value - one.value;
  const error = Math.sqrt(
    varianceOf({
      ...one,
      good: two.good.map((deviation, i) => deviation - (one.good[i] ?? 0)),
      bad: two.bad.map((deviation, i) => deviation - (one.bad[i] ?? 0)),
    }),
  );
  const p = error === 0 ? Number(value === 0) : twoSided(value / error);
  return { value, low: value - z * error, high: value + z * error, p };
}

function deviationsOf({ score, good, account, fold }: Ranked): Deviations | null {
  const n = score.length;
  const folds = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    const rows = folds.get(fold?.[i] ?? 0);
    if (rows) rows.push(i);
    else folds.set(fold?.[i] ?? 0, [i]);
  }
  const above = new Float64Array(n);
  let pairs = 0;
  let wins = 0;
  /** Of each fold with both kinds: its rows, and how many ended well and badly. */
  const used: { rows: readonly number[]; goods: number; bads: number }[] = [];
  for (const rows of folds.values()) {
    const [goods, bads] = place(rows, score, good, above);
    if (goods === 0 || bads === 0) continue;
    used.push({ rows, goods, bads });
    pairs += goods * bads;
    for (const i of rows) if (good[i]) wins += (above[i] ?? 0) * bads;
  }
  if (pairs === 0) return null;
  const value = wins / pairs;
  let accounts = 0;
  for (let i = 0; i < n; i++) accounts = Math.max(accounts, (account?.[i] ?? i) + 1);
  const of = { good: new Float64Array(accounts), bad: new Float64Array(accounts) };
  const rowsOf = { good: new Float64Array(accounts), bad: new Float64Array(accounts) };
  for (const { rows, goods, bads } of used) {
    const weight = (goods * bads) / pairs;
    for (const i of rows) {
      const who = account?.[i] ?? i;
      const side = good[i] ? 'good' : 'bad';
      of[side][who]! += (weight * ((above[i] ?? 0) - value)) / (good[i] ? goods : bads);
      rowsOf[side][who]! += 1;
    }
  }
  const [goods, effectiveGoods] = countsOf(rowsOf.good);
  const [bads, effectiveBads] = countsOf(rowsOf.bad);
  if (goods < fewest || bads < fewest) return null;
  return { value, ...of, goods, bads, effectiveGoods, effectiveBads };
}

/** Placements: of each good row the share of bad ones below it, of each bad one that of good ones above. */
function place(
  rows: readonly number[],
  score: ArrayLike<number>,
  good: ArrayLike<number>,
  into: Float64Array,
): [goods: number, bads: number] {
  const order = Int32Array.from(rows).sort((i, j) => (score[i] ?? 0) - (score[j] ?? 0));
  let goods = 0;
  for (const i of rows) if (good[i]) goods += 1;
  const bads = rows.length - goods;
  let goodsBelow = 0;
  let badsBelow = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let goodsHere = 0;
    while (to < order.length && score[order[to] ?? 0] === score[order[from] ?? 0]) {
      if (good[order[to] ?? 0]) goodsHere += 1;
      to += 1;
    }
    const badsHere = to - from - goodsHere;
    const ofBads = (badsBelow + badsHere / 2) / bads;
    const ofGoods = (goods - goodsBelow - goodsHere / 2) / goods;
    for (let k = from; k < to; k++) {
      const i = order[k] ?? 0;
      into[i] = good[i] ? ofBads : ofGoods;
    }
    goodsBelow += goodsHere;
    badsBelow += badsHere;
    from = to;
  }
  return [goods, bads];
}

/** Accounts with a row, and how many accounts of one row each they are worth. */
function countsOf(rows: Float64Array): [accounts: number, effective: number] {
  let [accounts, sum, squares] = [0, 0, 0];
  for (const count of rows) {
    if (count > 0) accounts += 1;
    sum += count;
    squares += count * count;
  }
  return [accounts, squares === 0 ? 0 : (sum * sum) / squares];
}

function varianceOf({ good, bad, goods, bads }: Deviations): number {
  let [ofGood, ofBad, both, accounts] = [0, 0, 0, 0];
  for (const [i, one] of good.entries()) {
    const other = bad[i] ?? 0;
    ofGood += one * one;
    ofBad += other * other;
    both += one * other;
    if (one !== 0 || other !== 0) accounts += 1;
  }
  const corrected = (sum: number, n: number) => (n < 2 ? 0 : (n / (n - 1)) * sum);
  const variance =
    corrected(ofGood, goods) + corrected(ofBad, bads) + 2 * corrected(both, accounts);
  return Math.max(0, variance);
}

/** The wider of the interval on the logit scale and Newcombe's, which holds also at 0 and 1. */
function intervalOf(found: Deviations, variance: number): { low: number; high: number } {
  const { value, effectiveGoods, effectiveBads } = found;
  const newcombe = newcombeInterval(value, effectiveGoods, effectiveBads);
  if (value <= 0 || value >= 1 || variance === 0) return newcombe;
  const margin = (z * Math.sqrt(variance)) / (value * (1 - value));
  const odds = value / (1 - value);
  const at = (shift: number) => 1 / (1 + 1 / (odds * Math.exp(shift)));
  const logit = { low: at(-margin), high: at(margin) };
  return logit.high - logit.low > newcombe.high - newcombe.low ? logit : newcombe;
}

/**
 * Method 5 of Newcombe, Statistics in Medicine 25 (2006): the areas whose own variance, in Hanley and
 * McNeil's form with both counts evened out, makes the one found unsurprising.
 */
function newcombeInterval(
  value: number,
  goods: number,
  bads: number,
): { low: number; high: number } {
  const even = (goods + bads) / 2 - 1;
  const surprise = (area: number): number => {
    const spread =
      (area * (1 - area) * (1 + even * ((1 - area) / (2 - area) + area / (1 + area)))) /
      (goods * bads);
    return (area - value) / Math.sqrt(spread);
  };
  return {
    low: value <= 0 ? 0 : rootOf((area) => surprise(area) + z, 0, value),
    high: value >= 1 ? 1 : rootOf((area) => surprise(area) - z, value, 1),
  };
}
