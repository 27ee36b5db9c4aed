/** Versions of a score on the same outcomes, and a scorecard tuned anew by them. */
import { describe, expect, it } from 'vitest';
import { recalibrate } from '../../../functions/evidence/calibrate/recalibrate.ts';
import { compareScores } from '../../../functions/evidence/compare-scores.ts';
import type { JudgedOutcome } from '../../../functions/evidence/past-outcomes.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';
import { drawsFrom } from '../../support/evidence/draws.ts';

const pack = parsePack(readPackFiles('saas'));
const [health] = pack.scores;
if (!health) throw new Error('saas has a score');
const layout = layoutOf(pack);
const inputs = layout.scores[0]?.inputs ?? [];
const position = inputs.findIndex(({ metric }) => metric === 'active_days_28d');

/** Accounts of which those in use stay; points follow use as closely as asked for. */
function judged(noise: number, n = 400): JudgedOutcome[] {
  const draws = drawsFrom(1);
  const other = drawsFrom(2);
  return Array.from({ length: n }, (_, i) => {
    const days = Math.floor(draws.uniform() * 28);
    const left = draws.whether(1 / (1 + Math.exp(0.25 * (days - 8))));
    const row = {
      account_id: `a${i}`,
      state: 'scored',
      band: 'fair',
      scorecard: 'renewal',
      points: Math.round(100 * days + noise * other.normal()),
      inputs: inputs.map((_input, k) => (k === position ? days : null)),
    } as unknown as HistoryRow;
    return {
      account: `a${i}`,
      on: '2026-03-01',
      kind: left ? 'churned' : 'renewed',
      decided: true,
      row,
    };
  });
}

describe('two versions of a score', () => {
  it('are compared on the same outcomes, with whom each would have missed', () => {
    const found = compareScores(health, judged(3000), judged(0));
    expect(found).toMatchObject({ outcomes: 400, verdict: 'better', looked: 40 });
    expect(found.difference?.value).toBeCloseTo(
      (found.after?.value ?? 0) - (found.before?.value ?? 0),
      12,
    );
    expect(found.caughtNow.length).toBeGreaterThan(found.missedNow.length);
    expect(compareScores(health, judged(0), judged(3000)).verdict).toBe('worse');
  });

  it('that are the same do not differ', () => {
    const same = compareScores(health, judged(500), judged(500));
    expect(same).toMatchObject({ verdict: 'no difference shown', caughtNow: [], missedNow: [] });
    expect(same.difference).toMatchObject({ value: 0, p: 1 });
  });

  it('are compared where both have points only', () => {
    const found = compareScores(health, judged(0).slice(0, 9), judged(0));
    expect(found.outcomes).toBe(9);
    expect(found.verdict).toBe('too few');
  });
});

describe('a scorecard tuned anew', () => {
  it('is of the metrics that the outcomes speak for, in their direction, on its own scale', () => {
    const found = recalibrate(health, layout, judged(4000), 'renewal', { seed: 1 });
    expect(found.measures.map(({ binning }) => binning.column.id)).toEqual(['active_days_28d']);
    expect(found.measures[0]?.most).toBe(health.scale / 100);
    expect(found.measures[0]?.binning.direction).toBe('higher');
    expect(found.verdict.verdict).toBe('predicts');
    expect(found.gain?.value).toBeGreaterThan(0);
    expect(found.gain?.p).toBeLessThan(0.05);
  });

  it('looks at results by that scorecard only', () => {
    const none = recalibrate(health, layout, judged(0), 'onboarding', { seed: 1 });
    expect(none).toMatchObject({
      accounts: 0,
      measures: [],
      area: null,
      verdict: { verdict: 'too few to tell' },
    });
  });
});
