import { describe, expect, it } from 'vitest';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import {
  heldSignals,
  type SignalInputs,
  type SignalPast,
  type SignalResult,
} from '../../../functions/scorecard/meaning/signals.ts';
import { filesWith } from '../../support/small-pack.ts';

const bands = () => ['red', 'yellow', 'green'];

function signalsWith(fields: string) {
  const text = `signals:
  - id: one
    label: { en: One, ja: 一 }
    severity: info
    ${fields}
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Act., ja: 動く。 }
    to: [{ slack: all }]
slack: { channels: { all: C0123456789 } }
`;
  const pack = parsePack(filesWith().set('rules/small/signals.yaml', text));
  return pack.signals?.states ?? [];
}

const result = (changes: Partial<SignalResult> = {}): SignalResult => ({
  state: 'scored',
  points: 7150,
  band: 'green',
  confidence: 1,
  trend: 'steady',
  scorecard: 'use',
  waitingForData: false,
  ...changes,
});

const nothingBefore: SignalPast = { results: new Map(), metrics: {}, moved: new Map() };

const inputs = (changes: Partial<SignalInputs> = {}): SignalInputs => ({
  account: { phase: 'use', plan: 'pro' },
  metrics: { users: 3, overdue: false },
  now: new Map([['health', result()]]),
  lateMetrics: () => new Set(),
  past: () => nothingBefore,
  ...changes,
});

/** Whether the signal holds now, given whether it held before. */
function holds(fields: string, given: Partial<SignalInputs>, held = false): boolean {
  const [found] = heldSignals(
    signalsWith(fields),
    inputs(given),
    bands,
    new Set(held ? ['one'] : []),
  );
  return found !== undefined;
}

describe('a signal begins where its condition holds', () => {
  it('and tells what it read', () => {
    const signals = signalsWith(
      'when: metrics.users <= 3 && now.health.level == 3 && account.plan == "pro"',
    );
    expect(heldSignals(signals, inputs(), bands, new Set())).toEqual([
      {
        id: 'one',
        begins: [
          { of: 'metrics.users', value: 3 },
          { of: 'now.health.level', value: 3 },
          { of: 'account.plan', value: 'pro' },
        ],
      },
    ]);
  });

  it('in points as people know them', () => {
    expect(holds('when: now.health.points == 71.5', {})).toBe(true);
    const moved = { past: () => ({ ...nothingBefore, moved: new Map([['health', -1550]]) }) };
    expect(holds('when: moved.health <= -15.5', moved)).toBe(true);
    expect(holds('when: moved.health <= -15.6', moved)).toBe(false);
  });

  it('looking back as far as it says', () => {
    const past = (within: number): SignalPast => ({
      ...nothingBefore,
      results: new Map([['health', result({ band: within === 14 ? 'green' : 'red' })]]),
    });
    const now = new Map([['health', result({ band: 'yellow' })]]);
    const when = 'when: now.health.level < before.health.level';
    expect(holds(`within: 14d\n    ${when}`, { past, now })).toBe(true);
    expect(holds(when, { past, now })).toBe(false);
  });
});

describe('a signal ends', () => {
  it('as soon as its condition does not hold, where it does not say when', () => {
    expect(holds('when: metrics.users < 3', {}, true)).toBe(false);
    expect(holds('when: metrics.users <= 3', {}, true)).toBe(true);
  });

  it('only where it has recovered, where it says when', () => {
    const fields = 'when: metrics.users < 3\n    recovers: metrics.users >= 5';
    expect(holds(fields, { metrics: { users: 4 } }, true)).toBe(true);
    expect(holds(fields, { metrics: { users: 4 } }, false)).toBe(false);
    expect(holds(fields, { metrics: { users: 5 } }, true)).toBe(false);
  });

  it('and does not begin where it would end at once, or where that is not known', () => {
    expect(holds('when: metrics.users > 1\n    recovers: metrics.users > 2', {})).toBe(false);
    expect(holds('when: metrics.users > 1\n    recovers: metrics.error_rate < 1', {})).toBe(false);
  });
});

describe('what is not known changes nothing', () => {
  const unknown: [what: string, fields: string, given: Partial<SignalInputs>][] = [
    ['a metric without a value', 'when: metrics.error_rate > 0.1', {}],
    [
      'a metric whose source is late',
      'when: metrics.users <= 3',
      { lateMetrics: (age) => new Set(age < 5 ? ['users'] : []) },
    ],
    [
      'has() of a metric whose source is late',
      'when: "!has(metrics.error_rate)"',
      { lateMetrics: () => new Set(['error_rate']) },
    ],
    [
      'a band that waits for data',
      'when: now.health.level == 3',
      { now: new Map([['health', result({ waitingForData: true })]]) },
    ],
    [
      'a band that is unknown for want of data',
      'when: now.health.points > 1',
      { now: new Map([['health', result({ band: 'unknown' })]]) },
    ],
    [
      'a result that could not be computed',
      'when: now.health.points > 1',
      { now: new Map([['health', result({ state: 'error' })]]) },
    ],
    ['no result before', 'when: now.health.level <= before.health.level', {}],
    ['no movement known', 'when: moved.health < 1', {}],
  ];

  it.each(unknown)('%s', (_what, fields, given) => {
    expect(holds(fields, given, false)).toBe(false);
    expect(holds(fields, given, true)).toBe(true);
  });

  it('but where the rest decides, it is decided', () => {
    const fields = 'when: metrics.error_rate > 0.1 && metrics.users > 5';
    expect(holds(fields, {}, true)).toBe(false);
  });

  it('a source as late as the signal allows is taken', () => {
    const late = { lateMetrics: (age: number) => new Set(age < 5 ? ['users'] : []) };
    expect(holds('max_age: 5d\n    when: metrics.users <= 3', late)).toBe(true);
  });

  it('that a metric is known to have no value can be asked', () => {
    expect(holds('when: "!has(metrics.error_rate)"', {})).toBe(true);
  });
});
