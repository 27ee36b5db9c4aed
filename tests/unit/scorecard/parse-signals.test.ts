import { describe, expect, it } from 'vitest';
import { keptText, keptValue } from '../../../functions/scorecard/language/pack/kept-rules.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import { parsePack, sentenceOf } from '../../../functions/scorecard/language/parse/pack.ts';
import { filesWith, problemsIn } from '../../support/small-pack.ts';

const file = 'rules/small/signals.yaml';
const text = `slack:
  language: ja
  channels: { alerts: C0123456789 }
  digest: alerts
signals:
  - id: drop
    label: { en: Score fell, ja: スコアの低下 }
    severity: warning
    within: 14d
    when: moved.health <= -15 && now.health.level <= before.health.level
    recovers: now.health.points >= 60
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call them., ja: 電話する。 }
    owner: csm@example.com
    to: [{ slack: alerts, mention: here }, digest]
  - id: answer
    label: { en: Low answer, ja: 低評価 }
    severity: critical
    event: survey_answer
    when: event.survey == "nps" && event.score <= 6
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Meet., ja: 会議を開く。 }
    to: [digest]
`;

const withSignals = (from = '', to = ''): Map<string, string> => {
  if (!text.includes(from)) throw new Error(`no ${from}`);
  return filesWith().set(file, text.replace(from, to));
};

describe('signals.yaml', () => {
  it('is read with days, channels, owners and what its conditions read', () => {
    const { signals } = parsePack(withSignals());
    expect(signals).toMatchObject({ language: 'ja', digestChannel: 'C0123456789' });
    expect(signals?.states[0]).toMatchObject({
      id: 'drop',
      within: 14,
      maxAge: 3,
      cooldown: 14,
      owner: { address: 'csm@example.com' },
      targets: [{ to: 'slack', channel: 'C0123456789', mention: 'here' }, { to: 'digest' }],
    });
    expect(signals?.events[0]).toMatchObject({ id: 'answer', event: 'survey_answer', owner: null });
  });

  it('makes a run freeze what only signals read, without changing the identity of the rules', () => {
    const plain = parsePack(filesWith());
    const read = parsePack(
      withSignals(
        'moved.health <= -15',
        'moved.health <= -15 && account.plan == "pro" && metrics.overdue',
      ),
    );
    expect(read.signals?.accountColumns.map(({ name }) => name)).toEqual(['plan']);
    expect(read.signals?.metrics).toEqual(['overdue']);
    expect(read.accountColumns).toEqual(plain.accountColumns);
    expect(read.hash).toBe(plain.hash);
  });

  it('is the same after it was kept as text', () => {
    const pack = parsePack(withSignals());
    const kept = keptValue(keptText(pack)) as Pack;
    const row = {
      account: {},
      metrics: {},
      moved: { health: -20 },
      now: { health: { level: 1 } },
      before: { health: { level: 2 } },
    };
    expect(kept.signals?.states[0]?.when.evaluate(row)).toBe(true);
    expect(kept.signals?.states[0]?.when.others).toEqual(pack.signals?.states[0]?.when.others);
  });
});

/** A text of the file, its replacement, and the sentence that must come of it. */
const mistakes: [what: string, from: string, to: string, sentence: string][] = [
  [
    'a score that is none',
    'now.health.level <=',
    'now.helth.level <=',
    ':10 signals[0].when reads now.helth.level, which is nothing that results have: did you mean health.level?',
  ],
  [
    'a band that is none',
    'now.health.level <= before.health.level',
    'now.health.band == "gren"',
    ':10 signals[0].when compares now.health.band with "gren", which it never is: did you mean green?',
  ],
  [
    'a metric before that no score keeps',
    'now.health.level <= before.health.level',
    'metrics_before.nope > 1',
    ':10 signals[0].when reads metrics_before.nope, which is no metric that a score of this pack reads',
  ],
  [
    'a value that is not kept of results before',
    'before.health.level',
    'before.health.confidence',
    ':10 signals[0].when reads before.health.confidence, which is nothing that results before have',
  ],
  [
    'a score as a whole',
    'now.health.level <= before.health.level',
    'now.health == 3',
    ':10 signals[0].when uses now as a whole: write now.<score>.<value>',
  ],
  [
    'no condition at all',
    'moved.health <= -15 && now.health.level <= before.health.level',
    'moved.health',
    ':10 signals[0].when gives a number, but must give true or false',
  ],
  [
    'has() of a result',
    'moved.health <= -15 &&',
    'has(now.health.points) &&',
    ':10 signals[0].when asks has(now.health.points), but a signal waits by itself where a result lacks it: leave has() out',
  ],
  [
    'looking back without reading what was',
    'moved.health <= -15 && now.health.level <= before.health.level',
    'now.health.level <= 2',
    ':9 signals[0].within is given, but nothing looks back',
  ],
  [
    'an unknown channel',
    'slack: alerts, mention',
    'slack: alert, mention',
    ':15 signals[0].to[0].slack is alert, which is no channel under slack.channels: did you mean alerts?',
  ],
  [
    "a channel's name in place of its id",
    'C0123456789',
    '"#alerts"',
    ':3 slack.channels.alerts is "#alerts", but must be a channel\'s id such as C0123456789',
  ],
  [
    'a digest without a channel',
    '  digest: alerts\n',
    '',
    ':14 signals[0].to[1] is digest, but slack.digest names no channel for it: name one',
  ],
  [
    'a task without a mapping',
    '    to: [digest]',
    '    to: [task]',
    ':23 signals[1].to[0] is task, but the pack has no salesforce.yaml',
  ],
  [
    'an id twice',
    'id: answer',
    'id: drop',
    ':16 signals[1].id is drop again: signal ids are unique',
  ],
  [
    'an owner that is not shown',
    'owner: csm@example.com',
    'owner: account.plan',
    ':14 signals[0].owner is account.plan, but account.<column> needs a column listed under attributes in pack.yaml',
  ],
  [
    'an event that recovers',
    '    event: survey_answer\n',
    '    event: survey_answer\n    recovers: event.score > 8\n',
    ':20 signals[1].recovers does not fit an event, which is reported when it happens: remove it',
  ],
  [
    'an event that reads metrics',
    'event.score <= 6',
    'metrics.users > 1',
    ':20 signals[1].when reads metrics.users, which is no metric of this pack',
  ],
  [
    'an event value that is none',
    'event.survey == "nps"',
    'event.survey == "npx"',
    ':20 signals[1].when compares event.survey with "npx", which it never is: did you mean nps?',
  ],
  [
    'a missing translation',
    'en: Call them., ja: 電話する。',
    'en: Call them.',
    ':13 signals[0].action.ja is missing',
  ],
  [
    'a severity that is none',
    'severity: warning',
    'severity: bad',
    ':8 signals[0].severity is "bad", but must be one of info, warning, critical',
  ],
];

describe('a mistake in signals.yaml gets one sentence', () => {
  it.each(mistakes)('%s', (_what, from, to, sentence) => {
    const sentences = problemsIn(withSignals(from, to)).map(sentenceOf);
    expect(
      sentences.some((found) => found.startsWith(file + sentence)),
      sentences.join('\n'),
    ).toBe(true);
  });

  it('also where scores read what only signals may', () => {
    const files = filesWith([
      'rules/small/pack.yaml',
      'metrics.seats < 3',
      'now.health.points < 3',
    ]);
    expect(problemsIn(files).map(sentenceOf)).toContain(
      'rules/small/pack.yaml:7 phases[0].when reads now.health.points, which cannot be read here',
    );
  });
});
