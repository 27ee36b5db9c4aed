/** Scores held against outcomes: figures counted by hand. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../functions/calendar.ts';
import { actionEffects, trialOf } from '../../../functions/evidence/action-effects.ts';
import { proveScore } from '../../../functions/evidence/backtest.ts';
import { holdOutOf } from '../../../functions/evidence/effects/hold-out.ts';
import {
  dateBefore,
  distinctOutcomes,
  type JudgedOutcome,
  judgeOutcomes,
  leftOutOutcomes,
  type OutcomeKind,
} from '../../../functions/evidence/past-outcomes.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import { inputsOf } from '../../../functions/scorecard/language/pack/inputs.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';

const pack = parsePack(readPackFiles('saas'));
const [health, approach] = pack.scores;
if (!health || !approach) throw new Error('saas has two scores');
const card = health.scorecards[0];

/** An outcome of an account that stood so some time before. */
function outcome(
  kind: OutcomeKind,
  points: number,
  more: {
    account?: string;
    on?: string;
    band?: string;
    earned?: number;
    missing?: string;
    decided?: boolean;
  } = {},
): JudgedOutcome {
  const { account = 'a', on = '2026-03-01', band = 'fair', earned = points } = more;
  const row = {
    account_id: account,
    state: 'scored',
    band,
    points,
    scorecard: card?.id,
    earned_points: [earned],
    missing: more.missing ?? '',
  } as unknown as HistoryRow;
  return { account, on, kind, decided: more.decided ?? kind !== 'expanded', row };
}

describe('an outcome', () => {
  it('is held against a day at least so long before it, and no outcome twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 60 }),
        (day, lead, every) => {
          const on = new Date((18_000 + day) * dayMs).toISOString().slice(0, 10);
          const date = dateBefore({ on }, { lead, every });
          const apart = (Date.parse(on) - Date.parse(date)) / dayMs;
          expect(apart).toBeGreaterThanOrEqual(lead);
          expect(apart).toBeLessThan(lead + every);
        },
      ),
    );
    const kinds = (['renewed', 'churned', 'expanded'] as const).map((kind) => outcome(kind, 1));
    expect(distinctOutcomes(kinds)).toMatchObject([{ kind: 'churned' }]);
    expect(distinctOutcomes(kinds.filter(({ kind }) => kind !== 'churned'))).toMatchObject([
      { kind: 'expanded' },
    ]);
  });

  it('of an account that had no points then is judged by nothing', () => {
    const lead = { lead: 10, every: 1 };
    const { row } = outcome('churned', 40);
    const rows = (one: HistoryRow) => new Map([['2026-02-19', new Map([['a', one]])]]);
    const outcomes = [
      { account: 'a', on: '2026-03-01', kind: 'churned' as const, decided: true },
      { account: 'b', on: '2026-03-01', kind: 'renewed' as const, decided: true },
    ];
    expect(judgeOutcomes(outcomes, rows(row), lead)).toHaveLength(1);
    expect(judgeOutcomes(outcomes, rows({ ...row, points: null }), lead)).toEqual([]);
    expect(judgeOutcomes(outcomes, new Map(), lead)).toEqual([]);
    const counts = { churned: 1, expanded: 0, renewed: 0 };
    const absent = { because: 'no such account', churned: 0, expanded: 0, renewed: 1 };
    expect(leftOutOutcomes(outcomes, rows(row), lead)).toEqual([absent]);
    expect(leftOutOutcomes(outcomes, rows({ ...row, points: null }), lead)).toEqual([
      { because: 'no points', ...counts },
      absent,
    ]);
    expect(leftOutOutcomes(outcomes, new Map(), lead)).toEqual([
      { because: 'before the data', ...counts, renewed: 1 },
    ]);
  });

  it('is one decision, whatever several rows within 45 days say of it, known from the first on', () => {
    const row = (on: string, kind: OutcomeKind, account = 'a') => ({ account, on, kind });
    expect(distinctOutcomes([row('2026-04-01', 'churned'), row('2026-03-01', 'renewed')])).toEqual([
      { account: 'a', on: '2026-03-01', kind: 'churned', decided: true },
    ]);
    expect(distinctOutcomes([row('2026-03-01', 'expanded'), row('2026-03-31', 'renewed')])).toEqual(
      [{ account: 'a', on: '2026-03-01', kind: 'expanded', decided: true }],
    );
    expect(
      distinctOutcomes([row('2026-03-01', 'renewed'), row('2026-09-01', 'churned')]),
    ).toHaveLength(2);
    expect(
      distinctOutcomes([row('2026-03-01', 'renewed'), row('2026-03-02', 'churned', 'b')]),
    ).toHaveLength(2);
  });
});

describe('the proof of a score', () => {
  const some = (n: number, kind: OutcomeKind, points: number, more = {}) =>
    Array.from({ length: n }, (_, i) => outcome(kind, points, { account: `${kind}${i}`, ...more }));

  it('counts by band, and says how well points and each measure tell who stays', () => {
    const judged = [
      ...some(5, 'churned', 2000, { band: 'poor', earned: 300 }),
      ...some(6, 'renewed', 8000, { band: 'good', earned: 300 }),
      ...some(2, 'expanded', 9000, { band: 'good', earned: -1, decided: true }),
      // Growing in summer is no decision to stay.
      ...some(3, 'expanded', 100, { band: 'good', account: 'grew' }),
      // Without a band nothing was claimed of them.
      ...some(9, 'churned', 9900, { band: 'unknown', earned: 300 }),
    ];
    const proof = proveScore(pack, health, judged);
    expect(proof.auc?.value).toBe(1);
    expect(proof.bands.find(({ id }) => id === 'poor')).toMatchObject({
      churned: 5,
      renewed: 0,
      accounts: 5,
      bad: 5,
      rate: { value: 1, high: 1 },
    });
    expect(proof).toMatchObject({
      midTerm: 3,
      monotone: true,
      verdict: { verdict: 'too few to tell' },
    });
    expect(proof.outcomes).toEqual({ churned: 14, expanded: 2, renewed: 6 });
    expect(proof.bands.at(-1)).toMatchObject({ id: 'unknown', churned: 9 });
    expect(proof.measures[0]).toMatchObject({ known: 11, auc: { value: 0.5 }, hypothesis: true });
  });

  it('knows a measure only for those that had a value, whatever a missing one earns', () => {
    const [measure] = card?.measures ?? [];
    if (!measure) throw new Error('the first scorecard has a measure');
    const { positionOf } = inputsOf(pack, health);
    const missing = `${positionOf(measure.metric, measure.maxAge)}`;
    const judged = [
      ...some(5, 'churned', 2000, { band: 'poor', earned: 0, account: 'x', missing }),
      ...some(6, 'churned', 2000, { band: 'poor', earned: 300 }),
      ...some(6, 'renewed', 8000, { band: 'good', earned: 300, missing: `1${missing}` }),
    ];
    const [proof] = proveScore(pack, health, judged).measures;
    expect(proof).toMatchObject({ known: 12, auc: { value: 0.5 } });
  });

  it('counts an account once, however many outcomes it has', () => {
    const often = Array.from({ length: 12 }, (_, i) =>
      outcome('renewed', 8000, { account: 'often', on: `${2010 + i}-03-01`, band: 'good' }),
    );
    const proof = proveScore(pack, health, [
      ...often,
      ...some(5, 'churned', 2000, { band: 'poor' }),
    ]);
    expect(proof.bands.find(({ id }) => id === 'good')).toMatchObject({ renewed: 12, accounts: 1 });
    expect(proof.auc).toBeNull();
  });

  it('names a score that is upside down, and measures that tell too much or the wrong way', () => {
    const judged = [
      ...some(30, 'churned', 8000, { band: 'good', earned: 300 }),
      ...some(30, 'renewed', 2000, { band: 'poor', earned: 0 }),
    ];
    const proof = proveScore(pack, health, judged);
    expect(proof.verdict).toMatchObject({
      verdict: 'upside down',
      en: expect.stringContaining('upside down'),
    });
    expect(proof.monotone).toBe(false);
    expect(proof.measures[0]?.suspicion).toBe('leak');
    const mixed = judged.map((one, i) => ({
      ...one,
      row: { ...one.row, earned_points: [i % 3 === 0 ? 100 : (one.row.earned_points[0] ?? 0)] },
    }));
    expect(proveScore(pack, health, mixed).measures[0]?.suspicion).toBe('upside down');
  });

  it('asks for upsell who grew, not who stayed', () => {
    const judged = [...some(5, 'renewed', 1000), ...some(5, 'expanded', 5000)];
    expect(proveScore(pack, approach, judged).auc?.value).toBe(1);
    expect(proveScore(pack, health, judged).auc).toBeNull();
  });
});

describe('effects of actions', () => {
  it('count what lay between the score and the outcome, by band', () => {
    const judged = [
      outcome('renewed', 1, { account: 'called', band: 'poor' }),
      outcome('churned', 1, { account: 'late', band: 'poor' }),
      outcome('churned', 1, { account: 'before', band: 'poor' }),
      outcome('churned', 1, { account: 'other', band: 'good' }),
    ];
    const actions = [
      { account: 'called', on: '2026-02-10', did: 'call' },
      { account: 'called', on: '2026-02-11', did: 'call' },
      { account: 'late', on: '2026-03-01', did: 'call' },
      { account: 'before', on: '2026-01-30', did: 'call' },
      { account: 'nobody', on: '2026-02-10', did: 'seminar' },
      // Entered when it was known that the account had stayed.
      { account: 'other', on: '2026-02-10', did: 'call', entered: '2026-03-05' },
    ];
    const effects = actionEffects(health, judged, actions, { lead: 30, every: 1 });
    expect(effects).toEqual([
      {
        band: { id: 'poor', label: expect.anything() },
        did: 'call',
        with: { accounts: 1, good: 1 },
        without: { accounts: 2, good: 0 },
        difference: null,
      },
      {
        band: null,
        did: 'call',
        with: { accounts: 1, good: 1 },
        without: { accounts: 3, good: 0 },
        difference: null,
      },
    ]);
  });

  it('are compared with what became of accounts before, as far as it was known', () => {
    const lead = { lead: 30, every: 1 };
    const judged = [
      outcome('renewed', 50, { account: 'twice', on: '2024-03-01' }),
      outcome('churned', 50, { account: 'twice', on: '2025-03-01' }),
      outcome('renewed', 50, { account: 'twice' }),
      outcome('renewed', 50, { account: 'once' }),
    ];
    const earlier = trialOf(health, judged, [], lead).units.map((unit) => unit.earlier);
    expect(earlier).toEqual([null, 1, 0, null]);
    // An outcome within the time that is looked at is none of before.
    judged[1] = outcome('churned', 50, { account: 'twice', on: '2026-02-01' });
    expect(trialOf(health, judged, [], lead).units.at(-2)?.earlier).toBe(1);
  });
});

describe('a lot', () => {
  it('counts accounts as drawn, each once, and those outside it for neither side', () => {
    const heldBack = new Map<string, boolean>();
    const judged = Array.from({ length: 120 }, (_, i) => {
      const account = `a${i}`;
      if (i < 100) heldBack.set(account, i % 2 === 0);
      // Of those let through one in ten leaves, of those held back four in ten; all others leave.
      const left = i >= 100 || i % 20 < (i % 2 === 0 ? 8 : 2);
      return outcome(left ? 'churned' : 'renewed', 50, { account });
    });
    const sideOf = ({ account }: JudgedOutcome) => heldBack.get(account);
    const again = judged.map(({ account }) =>
      outcome('renewed', 50, { account, on: '2026-06-01' }),
    );
    expect(holdOutOf(health, [...judged, ...again], sideOf)).toMatchObject({
      acted: { accounts: 50, good: 45 },
      held: { accounts: 50, good: 30 },
      verdict: 'helped',
    });
    expect(holdOutOf(health, judged.slice(0, 38), sideOf)).toBeNull();
  });
});
