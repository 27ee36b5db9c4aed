/** What the saas pack tells people of, and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import type { CelValue } from '../../../functions/scorecard/language/cel/expressions.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { heldSignals, type SignalInputs } from '../../../functions/scorecard/meaning/signals.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';

const pack = parsePack(readPackFiles('saas'));
const bandsOf = (score: string) =>
  pack.scores.find(({ id }) => id === score)?.bands.map(({ id }) => id) ?? [];

interface Account {
  phase?: string;
  /** Bands by score, and before. */
  health?: string;
  approach?: string;
  before?: string;
  metrics?: Record<string, CelValue>;
  /** Points that behaviour moved. */
  moved?: Record<string, number>;
}

const result = (score: string, band: string) => ({
  state: 'scored' as const,
  points: 100 * (bandsOf(score).indexOf(band) + 1),
  band,
  confidence: 1,
  trend: null,
  scorecard: 'use',
  waitingForData: false,
});

/** The signals that begin for an account, of which nothing was told before. */
function begun({
  phase = 'use',
  health = 'fair',
  approach = 'quiet',
  before,
  metrics = {},
  moved = {},
}: Account) {
  const inputs: SignalInputs = {
    account: { phase },
    now: new Map([
      ['health', result('health', health)],
      ['approach', result('approach', approach)],
    ]),
    metrics,
    lateMetrics: () => new Set(),
    past: () => ({
      results: new Map(before === undefined ? [] : [['health', result('health', before)]]),
      metrics: {},
      moved: new Map(Object.entries(moved).map(([score, points]) => [score, 100 * points])),
    }),
  };
  const states = pack.signals?.states ?? [];
  return heldSignals(states, inputs, bandsOf, new Set()).map(({ id }) => id);
}

const cases: [title: string, signal: string, told: Account, not: Account][] = [
  [
    'W3: use that declines is told, with hints and no answer',
    'use_declines',
    { metrics: { minutes_ratio_28d: 0.5 } },
    { metrics: { minutes_ratio_28d: 0.7 } },
  ],
  [
    'W9: interest that has risen is told apart from health',
    'wish_risen',
    { moved: { approach: 21 } },
    { moved: { approach: 5, health: 30 } },
  ],
  [
    'W12: silence is found without waiting for anybody to hear of it',
    'silence',
    { metrics: { days_since_last_use: 15 } },
    { phase: 'trial', metrics: { days_since_last_use: 15 } },
  ],
  [
    'P2: heavy, inventive use is found as a candidate for a case study',
    'inventive_user',
    { health: 'good', metrics: { creations_28d: 40, options_used_56d: 3 } },
    { health: 'good', metrics: { creations_28d: 40, options_used_56d: 1 } },
  ],
  [
    'S4: NPS is asked for 30 days after the start',
    'nps_due',
    { metrics: { days_since_start: 31 } },
    { metrics: { days_since_start: 31, nps_latest: 8 } },
  ],
  [
    'S4: NPS is asked for 90 days after the start',
    'nps_due',
    { metrics: { days_since_start: 92 } },
    { metrics: { days_since_start: 60 } },
  ],
  [
    'T2: a key person who left is told',
    'key_person_left',
    { metrics: { key_users_left_90d: 1 } },
    { metrics: { key_users_left_90d: 0 } },
  ],
  [
    'T9: white space is told where health is good',
    'white_space',
    { health: 'good', metrics: { options_used_56d: 0 } },
    { health: 'poor', metrics: { options_used_56d: 0 } },
  ],
  [
    'T16: healthy accounts are approached before they ask',
    'healthy_visit',
    { health: 'excellent', metrics: { days_to_renewal: 200 } },
    { health: 'excellent', metrics: { days_to_renewal: 60 } },
  ],
  [
    'M5: a renewal that is near with a low score is told',
    'renewal_at_risk',
    { health: 'poor', metrics: { days_to_renewal: 30 } },
    { health: 'fair', metrics: { days_to_renewal: 30 } },
  ],
  [
    'M1: an account that is ready for more is told',
    'upsell_ready',
    { health: 'good', approach: 'warm' },
    { health: 'good', approach: 'stirring' },
  ],
  [
    'a score that fell sharply is told',
    'score_drop',
    { moved: { health: -16 } },
    { moved: { health: -8 } },
  ],
  [
    'a band that went down is told',
    'band_lowered',
    { health: 'fair', before: 'good' },
    { health: 'fair', before: 'fair' },
  ],
];

describe('the saas pack', () => {
  it.each(cases)('%s', (_title, signal, told, not) => {
    expect(begun(told)).toContain(signal);
    expect(begun(not)).not.toContain(signal);
  });

  const events = pack.signals?.events ?? [];
  const asked = (id: string, event: Record<string, CelValue>) =>
    events.find((one) => one.id === id)?.when.evaluate({ account: {}, metrics: {}, event });

  it('P1: a low NPS answer mentions the team in a channel at once', () => {
    expect(asked('low_nps', { survey: 'nps', score: 6 })).toBe(true);
    expect(asked('low_nps', { survey: 'nps', score: 7 })).toBe(false);
    expect(asked('low_nps', { survey: 'csat', score: 1 })).toBe(false);
    const targets = events.find(({ id }) => id === 'low_nps')?.targets;
    expect(targets).toContainEqual(expect.objectContaining({ to: 'slack', mention: 'here' }));
  });

  it('T2: a key engineer who departs is told at once, others are not', () => {
    expect(asked('key_user_departs', { role: 'key_user' })).toBe(true);
    expect(asked('key_user_departs', { role: 'viewer' })).toBe(false);
    expect(asked('key_user_departs', {})).toBe(false);
  });

  it('says what to consider and what to do in both languages', () => {
    for (const { hints, action, label } of [...(pack.signals?.states ?? []), ...events]) {
      expect(hints.en.length).toBe(hints.ja.length);
      for (const text of [label.ja, action.ja, ...hints.ja])
        expect(text).toMatch(/[ぁ-んァ-ヶ一-龠]/);
    }
  });
});
