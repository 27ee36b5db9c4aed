/** From a table to a scorecard: what it reaches on data that nobody here made, and when it says nothing. */
import { describe, expect, it } from 'vitest';
import { tryTable } from '../../../functions/evidence/try-table.ts';
import { verdictOf } from '../../../functions/evidence/verdict.ts';
import { drawsFrom } from '../../support/evidence/draws.ts';
import { fixtureSheet } from '../../support/evidence/tables.ts';

describe('the customers of a telephone company', () => {
  const { header, records } = fixtureSheet('mlc_churn.csv');
  const tried = (sums: boolean) => tryTable(header, records, { outcome: 'churn', sums, seed: 1 });

  it('are told apart by raw columns as well as by optimal binning, by sums better', () => {
    const [raw, summed] = [tried(false), tried(true)];
    expect(raw.outOfFold?.value).toBeGreaterThan(0.875);
    expect(summed.outOfFold?.value).toBeGreaterThan(0.9);
    expect(summed.measures.length).toBeLessThanOrEqual(8);
    expect(summed.verdict.verdict).toBe('predicts');
    expect(summed.calls.caught).toBeGreaterThan(5 * summed.calls.atRandom);
    const chances = summed.chance ?? [];
    expect(chances.map(({ points }) => points)).toEqual([
      0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100,
    ]);
    expect(chances[3]?.value).toBeGreaterThan(0.5);
    expect(chances[10]?.high).toBeLessThan(0.1);
    const rates = summed.bands.map(({ rate }) => rate?.value ?? 0);
    expect(rates[0]).toBeGreaterThan(0.5);
    expect(rates.at(-1)).toBeLessThan(0.05);
    const told = new Set([
      ...summed.measures.map(({ binning }) => binning.column.id),
      ...summed.leftOut.map(({ column }) => column),
    ]);
    for (const column of header.filter((name) => name !== 'churn')) expect(told).toContain(column);
  });
});

describe('small tables', () => {
  /** Accounts that use it less leave, `left` of them. */
  function small(accounts: number, left: number) {
    const draws = drawsFrom(accounts + left);
    return Array.from({ length: accounts }, (_, i) => [
      i < left ? 'yes' : 'no',
      String(Math.round(10 * draws.normal() + (i < left ? 0 : 12))),
      String(draws.uniform()),
    ]);
  }
  const header = ['churn', 'use', 'noise'];
  const of = (accounts: number, left: number) =>
    tryTable(header, small(accounts, left), { outcome: 'churn', sums: true, seed: 1 });

  it('with 60 accounts and 4 that left, say what cannot be concluded and what to do instead', () => {
    const tried = of(60, 4);
    expect(tried.verdict).toMatchObject({ verdict: 'too few to tell' });
    expect(tried.verdict.en).toContain('Only 4 accounts left');
    expect(tried.verdict.en).toContain('Review each of them');
    expect(tried.outOfFold).toBeNull();
    expect(tried.chance).toBeNull();
  });

  it('with 600 accounts and 48 that left, say what is found', () => {
    expect(of(600, 48).verdict.verdict).toBe('predicts');
  });
});

describe('a verdict', () => {
  const area = { value: 0.7, low: 0.6, high: 0.8, error: 0.05 };
  it.each([
    [{ bad: 19, good: 300, area, found: true }, 'too few to tell'],
    [{ bad: 300, good: 19, area, found: true }, 'too few to tell'],
    [{ bad: 20, good: 300, area, found: true }, 'predicts'],
    [{ bad: 20, good: 300, area, found: false }, 'nothing found'],
    [{ bad: 50, good: 300, area: { ...area, low: 0.49 }, found: true }, 'nothing found'],
    [
      { bad: 50, good: 300, area: { ...area, value: 0.3, low: 0.2, high: 0.4 }, found: true },
      'upside down',
    ],
  ])('is given only where the numbers allow it: %o', (judged, verdict) => {
    expect(verdictOf(judged).verdict).toBe(verdict);
  });
});
