/** The promises of evidence, over as many seeds as it takes to know: minutes, so in the second tier. */
import { describe, expect, it } from 'vitest';
import { tryTable } from '../../functions/evidence/try-table.ts';
import { coverage, falseAlarms } from '../support/evidence/auc-coverage.ts';
import { shareOf } from '../support/evidence/draws.ts';
import { effectCoverage, falseVerdicts, observed } from '../support/evidence/effects-simulation.ts';
import { fixtureSheet, noise, sheetOf } from '../support/evidence/tables.ts';

const seeds = 2000;
const sizes = [
  { churned: 5, accounts: 100 },
  { churned: 10, accounts: 200 },
  { churned: 20, accounts: 200 },
  { churned: 100, accounts: 400 },
];

describe('intervals of the area', () => {
  it.each(sizes)('hold the true one 93 to 98.5 % of the time, with ties too: %o', (size) => {
    for (const apart of [0.5, 1, 1.5, 2]) {
      for (const ties of [undefined, 0.7]) {
        const found = coverage(seeds, { ...size, apart, ...(ties === undefined ? {} : { ties }) });
        expect(found, `${apart} apart`).toBeGreaterThanOrEqual(0.93);
        expect(found, `${apart} apart`).toBeLessThanOrEqual(0.985);
      }
    }
  });

  it.each(sizes)('hold it at least 93 % of the time with 12 rows an account: %o', (size) => {
    expect(coverage(seeds / 4, { ...size, apart: 1, rows: 12 })).toBeGreaterThanOrEqual(0.93);
  });

  it.each(sizes)('the paired test is wrong 3 to 7 % of the time: %o', (size) => {
    const found = falseAlarms(seeds, { ...size, apart: 1 });
    expect(found).toBeGreaterThanOrEqual(0.03);
    expect(found).toBeLessThanOrEqual(0.07);
  });
});

describe('calibration', () => {
  it('of 20 columns of noise and 300 accounts finds nothing in at least 95 of 100 seeds', () => {
    const nothing = shareOf(100, (seed) => {
      const { header, records } = sheetOf(noise(seed, { columns: 20, accounts: 300 }));
      const { verdict } = tryTable(header, records, { outcome: 'left', sums: true, seed: 1 });
      return verdict.verdict === 'nothing found';
    });
    expect(nothing).toBeGreaterThanOrEqual(0.95);
  });

  it('reaches 0.878 on raw columns and 0.90 with sums, as the mean of three seeds', () => {
    const { header, records } = fixtureSheet('mlc_churn.csv');
    const mean = (sums: boolean) => {
      const areas = [1, 2, 3].map(
        (seed) => tryTable(header, records, { outcome: 'churn', sums, seed }).outOfFold?.value ?? 0,
      );
      return areas.reduce((sum, area) => sum + area, 0) / areas.length;
    };
    expect(mean(false)).toBeGreaterThanOrEqual(0.878);
    expect(mean(true)).toBeGreaterThanOrEqual(0.9);
  });
});

describe('effects of actions', () => {
  const teams = [200, 600, 2000].map((accounts) => ({ accounts }));

  it.each(teams)(
    'intervals hold the truth 93 to 97 % of the time where all is recorded: %o',
    ({ accounts }) => {
      for (const effect of [0, 0.6]) {
        const found = effectCoverage(1000, { accounts, effect });
        expect(found, `effect ${effect}`).toBeGreaterThanOrEqual(0.93);
        expect(found, `effect ${effect}`).toBeLessThanOrEqual(0.97);
      }
    },
  );

  it.each(teams)(
    'no comparison says helped or harmed, whatever drives who is called: %o',
    ({ accounts }) => {
      const said = shareOf(accounts > 1000 ? 200 : 1000, (seed) =>
        /help|harm|work|cause/i.test(observed(seed, { accounts, effect: 0, hidden: 1 })),
      );
      expect(said).toBe(0);
    },
  );

  it.each(teams)('a hold-out is wrong at most 6 % of the time: %o', ({ accounts }) => {
    expect(falseVerdicts(1000, accounts)).toBeLessThanOrEqual(0.06);
  });
});
