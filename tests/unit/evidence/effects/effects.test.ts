/** Did acting help: who is compared with whom, what counts, and what is never said. */
import { describe, expect, it } from 'vitest';
import {
  compareActions,
  standardised,
} from '../../../../functions/evidence/effects/compare-actions.ts';
import { holdOutEffect, smallestEffect } from '../../../../functions/evidence/effects/hold-out.ts';
import {
  overlapEffect,
  type Unit,
} from '../../../../functions/evidence/effects/overlap-weights.ts';
import { targetTrial } from '../../../../functions/evidence/effects/target-trial.ts';
import { cautiousDifference } from '../../../../functions/evidence/intervals.ts';
import { isHeldBack } from '../../../../functions/scorecard/meaning/lot.ts';
import {
  effectCoverage,
  falseVerdicts,
  observed,
} from '../../../support/evidence/effects-simulation.ts';
import oracle from '../../../support/fixtures/evidence/effects.json' with { type: 'json' };

describe('a comparison by overlap weights', () => {
  const units = oracle.acted.map(
    (acted, account): Unit => ({
      account,
      acted: acted ? 1 : 0,
      outcome: oracle.outcome[account] ?? 0,
      covariates: oracle.covariates[account] ?? [],
      band: 0,
    }),
  );

  it('has the estimate and the error of stacked equations solved by other means', () => {
    const found = overlapEffect(units);
    expect(found?.value).toBeCloseTo(oracle.value, 8);
    expect(found?.error).toBeCloseTo(oracle.error, 6);
    expect(found?.effective).toBeCloseTo(oracle.effective, 5);
    expect(found?.low).toBeLessThan(oracle.value - 1.95 * oracle.error);
  });

  it('counts rows of one account as one', () => {
    const twice = [...units, ...units];
    const apart = overlapEffect(twice.map((unit, account) => ({ ...unit, account })));
    const together = overlapEffect(twice);
    expect(together?.value).toBeCloseTo(apart?.value ?? 0, 9);
    expect(together?.error).toBeGreaterThan(1.3 * (apart?.error ?? 0));
  });

  it('is not made where nobody is alike, or nobody was left alone', () => {
    expect(overlapEffect(units.map((unit) => ({ ...unit, acted: 1 })))).toBeNull();
    const apart = units.map((unit, i) => ({
      ...unit,
      acted: i < 75 ? (1 as const) : (0 as const),
      covariates: [i < 75 ? 9 : -9],
    }));
    expect(overlapEffect(apart)).toBeNull();
  });
});

describe('a target trial', () => {
  const on = '2026-01-31';
  const baselines = ['called', 'early', 'late', 'left', 'gone', 'open', 'hindsight'].map(
    (account) => ({ account, on, band: 1, covariates: [0], earlier: null }),
  );
  const ends = [
    ...['called', 'early', 'late', 'hindsight'].map((account) => ({
      account,
      on: '2026-06-30',
      good: true,
    })),
    { account: 'left', on: '2026-05-31', good: false },
    { account: 'gone', on: '2026-02-10', good: false },
    { account: 'called', on: '2025-06-30', good: false },
  ];
  const call = (account: string, day: string, entered?: string) => ({
    account,
    on: day,
    did: 'call',
    ...(entered ? { entered } : {}),
  });
  const trial = targetTrial(
    baselines,
    [
      call('called', '2026-02-10'),
      call('early', '2026-01-31'),
      call('late', '2026-04-01'),
      call('gone', '2026-02-20'),
      call('hindsight', '2026-02-10', '2026-07-01'),
      call('nobody', '2026-02-10'),
    ],
    ends,
    30,
  );

  it('counts what was done within the window, before the end, and entered before it was known', () => {
    expect(trial.units.map(({ acted }) => acted)).toEqual([1, 0, 0, 0, 0]);
    expect(trial.unused).toEqual({ before: 1, after: 1, afterEnd: 1, inHindsight: 1, notThere: 1 });
  });

  it('leaves out who was gone before the window closed: nobody can be called after leaving', () => {
    expect(trial.endedWithin).toBe(1);
    expect(trial.units).toHaveLength(5);
  });
});

describe('kinds of action', () => {
  /** A hundred like accounts, every other one called, every third one written to. */
  const units = Array.from({ length: 120 }, (_, i) => ({
    account: i,
    acted: 0 as const,
    outcome: Number(i % 2 === 0 ? i % 5 > 0 : i % 3 > 0),
    covariates: [i % 7],
    band: i % 2,
    earlier: null,
    did: new Set([...(i % 4 < 2 ? ['call'] : []), ...(i % 3 === 0 ? ['mail'] : [])]),
  }));

  it('are each compared with accounts that nothing was done for, and adjusted for their number', () => {
    const found = compareActions({ units });
    expect(found.map(({ did }) => did)).toEqual(['call', 'mail']);
    for (const { p, weighted, others } of found) {
      expect(p).toBeGreaterThanOrEqual(weighted?.p ?? 1);
      expect(others).toBe(units.filter(({ did }) => did.size === 0).length);
    }
  });

  it('are not comparable where both sides differed before anything was done', () => {
    const differed = units.map((unit) => ({
      ...unit,
      earlier: unit.did.has('call') ? (1 as const) : (0 as const),
    }));
    const [call] = compareActions({ units: differed });
    expect(call?.reading).toBe('not comparable');
    const [unknown] = compareActions({ units: differed.map((u) => ({ ...u, earlier: null })) });
    expect(unknown).toMatchObject({ placebo: null, reading: 'differs' });
  });

  it('are standardised by band, without bands that have one side only', () => {
    const of = (band: number, acted: 0 | 1, good: number, n: number) =>
      Array.from(
        { length: n },
        (_, i): Unit => ({ account: i, acted, outcome: Number(i < good), covariates: [], band }),
      );
    const found = standardised([
      ...of(0, 1, 8, 10),
      ...of(0, 0, 5, 10),
      ...of(1, 1, 9, 10),
      ...of(1, 0, 27, 30),
      ...of(2, 1, 5, 5),
    ]);
    expect(found?.value).toBeCloseTo((20 * 0.3 + 40 * 0) / 60, 12);
    expect(standardised(of(0, 1, 3, 5))).toBeNull();
  });
});

describe('accounts held back by lot', () => {
  it('give the verdict, the smallest effect that could be shown first', () => {
    const found = holdOutEffect({ accounts: 200, good: 180 }, { accounts: 100, good: 70 });
    expect(found?.verdict).toBe('helped');
    expect(found?.en).toMatch(
      /^These numbers \(200 acted on, 100 held back\) could show a difference of 1\d points or more\. Acting helped: 20/,
    );
    expect(holdOutEffect({ accounts: 200, good: 140 }, { accounts: 100, good: 90 })?.verdict).toBe(
      'harmed',
    );
    expect(holdOutEffect({ accounts: 30, good: 25 }, { accounts: 30, good: 24 })).toMatchObject({
      verdict: 'not shown',
      en: expect.stringContaining('a smaller one'),
    });
    expect(holdOutEffect({ accounts: 300, good: 250 }, { accounts: 19, good: 10 })).toBeNull();
  });

  it('could show less, the fewer they are', () => {
    const of = (n: number) =>
      smallestEffect({ accounts: n, good: 0.8 * n }, { accounts: n, good: 0.8 * n });
    expect(of(50)).toBeGreaterThan(of(500));
    // Two groups of 199 find 70 against 80 % about 63 times in 100, and 291 of each 4 times in 5 (Fleiss).
    expect(smallestEffect({ accounts: 291, good: 204 }, { accounts: 291, good: 233 })).toBeCloseTo(
      0.1,
      2,
    );
  });

  it('are drawn the same whenever it is asked, anew for each signal and year, and by the share', () => {
    const ids = Array.from({ length: 4000 }, (_, i) => `account-${i}`);
    const held = (signal: string, year: string) =>
      ids.map((id) => isHeldBack(id, signal, year, 0.1));
    const [one, same, other, next] = [
      held('save', '2026'),
      held('save', '2026'),
      held('grow', '2026'),
      held('save', '2027'),
    ];
    expect(one).toEqual(same);
    const count = (list: boolean[]) => list.filter(Boolean).length;
    for (const list of [one, other, next]) expect(Math.abs(count(list) - 400)).toBeLessThan(80);
    const both = (a: boolean[], b: boolean[]) => a.filter((is, i) => is && b[i]).length;
    expect(both(one ?? [], other ?? [])).toBeLessThan(80);
    expect(both(one ?? [], next ?? [])).toBeLessThan(80);
    expect(isHeldBack('a', 's', 'y', 0)).toBe(false);
    expect(isHeldBack('a', 's', 'y', 1)).toBe(true);
  });

  it('are compared with the correction that Newcombe gives as an example', () => {
    // 56 of 70 against 48 of 80: from 0.0428 to 0.3422 (his table II, method 11).
    const found = cautiousDifference({ accounts: 70, good: 56 }, { accounts: 80, good: 48 });
    expect(found?.low).toBeCloseTo(0.0428, 4);
    expect(found?.high).toBeCloseTo(0.3422, 4);
  });
});

describe('its promises, on few seeds', () => {
  it('the interval holds the truth where everything that matters is recorded', () => {
    expect(effectCoverage(100, { accounts: 200, effect: 0.6 })).toBeGreaterThan(0.88);
  });

  it('never says that an action helped or harmed, and with a hidden cause it would be wrong', () => {
    for (let seed = 0; seed < 20; seed++)
      expect(observed(seed, { accounts: 200, effect: 0, hidden: 1 })).not.toMatch(
        /help|harm|work|cause/i,
      );
    expect(effectCoverage(40, { accounts: 600, effect: 0, hidden: 1 })).toBeLessThan(0.5);
  });

  it('a hold-out speaks of an effect that is not there in few cases', () => {
    expect(falseVerdicts(150, 200)).toBeLessThanOrEqual(0.08);
  });
});
