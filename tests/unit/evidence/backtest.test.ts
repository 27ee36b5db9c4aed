/** Scores held against outcomes: figures counted by hand. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../functions/calendar.ts';
import { actionEffects } from '../../../functions/evidence/action-effects.ts';
import { proveScore } from '../../../functions/evidence/backtest.ts';
import {
  dateBefore,
  distinctOutcomes,
  type JudgedOutcome,
  judgeOutcomes,
  type OutcomeKind,
} from '../../../functions/evidence/past-outcomes.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
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
  more: { account?: string; on?: string; band?: string; earned?: number } = {},
): JudgedOutcome {
  const { account = 'a', on = '2026-03-01', band = 'fair', earned = points } = more;
  const row = {
    account_id: account,
    state: 'scored',
    band,
    points,
    scorecard: card?.id,
    earned_points: [earned],
  } as unknown as HistoryRow;
  return { account, on, kind, row };
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
    const outcomes = [{ account: 'a', on: '2026-03-01', kind: 'churned' as const }];
    expect(judgeOutcomes(outcomes, rows(row), lead)).toHaveLength(1);
    expect(judgeOutcomes(outcomes, rows({ ...row, points: null }), lead)).toEqual([]);
    expect(judgeOutcomes(outcomes, new Map(), lead)).toEqual([]);
  });
});

describe('the proof of a score', () => {
  const some = (n: number, kind: OutcomeKind, points: number, more = {}) =>
    Array.from({ length: n }, (_, i) => outcome(kind, points, { account: `${kind}${i}`, ...more }));

  it('counts by band, and says how well points and each measure tell who stays', () => {
    const judged = [
      ...some(5, 'churned', 2000, { band: 'poor', earned: 300 }),
      ...some(6, 'renewed', 8000, { band: 'good', earned: 300 }),
      ...some(2, 'expanded', 9000, { band: 'good', earned: -1 }),
      // Without a band nothing was claimed of them.
      ...some(9, 'churned', 9900, { band: 'unknown', earned: 300 }),
    ];
    const proof = proveScore(health, judged);
    expect(proof.auc?.value).toBe(1);
    expect(proof.bands.find(({ id }) => id === 'poor')).toMatchObject({ churned: 5, renewed: 0 });
    expect(proof.bands.at(-1)).toMatchObject({ id: 'unknown', churned: 9 });
    expect(proof.measures[0]).toMatchObject({ known: 11, auc: { value: 0.5 }, hypothesis: true });
  });

  it('asks for upsell who grew, not who stayed', () => {
    const judged = [...some(5, 'renewed', 1000), ...some(5, 'expanded', 5000)];
    expect(proveScore(approach, judged).auc?.value).toBe(1);
    expect(proveScore(health, judged).auc).toBeNull();
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
});
