/** Accounts held back by lot: nothing is sent of them, nothing is shown of them, and it is recorded. */
import { describe, expect, it } from 'vitest';
import { nextEpisodes } from '../../../functions/notify/episodes.ts';
import type { EpisodeDocument } from '../../../functions/records/signal-documents.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { contractYear, drawn } from '../../../functions/scorecard/meaning/lot.ts';
import { entriesOf } from '../../../functions/scorecard/meaning/worklists.ts';
import { filesWith, problemsIn } from '../../support/small-pack.ts';

const file = 'rules/small/signals.yaml';
const text = `slack: { channels: { alerts: C0123456789 }, digest: alerts }
signals:
  - id: low
    label: { en: Low, ja: 低い }
    severity: warning
    hold_out: 0.3
    when: metrics.users < 3
    cooldown: 1d
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call., ja: 電話する。 }
    to: [{ slack: alerts }, digest]
  - id: answer
    label: { en: Answer, ja: 回答 }
    severity: info
    event: survey_answer
    when: event.score <= 6
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call., ja: 電話する。 }
    to: [digest]
`;
const lists = `
- id: save
  label: { en: Save, ja: 解約防止 }
  reasons:
    - { id: low, label: { en: Low, ja: 低い }, when: metrics.users < 3, action: { en: Call., ja: 電話する。 }, signal: low }
    - { id: late, label: { en: Overdue, ja: 延滞 }, when: metrics.overdue, action: { en: Ask., ja: うかがう。 } }
`;
const packFile = 'rules/small/pack.yaml';
const year = [
  packFile,
  'zone: Asia/Tokyo',
  'zone: Asia/Tokyo\nevidence: { year_from: 4 }',
] as const;
const written = (from = '', to = '', worklists = lists) =>
  filesWith(year).set(file, text.replace(from, to)).set('rules/small/worklists.yaml', worklists);
const pack = parsePack(written());
const signals = pack.signals;
const lot = signals?.states[0]?.lot;
if (!signals || !lot) throw new Error('the signal has a lot');

const accounts = Array.from({ length: 400 }, (_, i) => `a${i}`);
/** The episode that opens of an account whose signal began on a day; `before`: the one before it. */
function opened(account: string, since: string, before = new Map<string, EpisodeDocument>()) {
  const held = [{ id: 'low', since, run: 'run', silent: false, rules: false, facts: [] }];
  const document = {
    pack: 'small',
    account,
    state: 'active' as const,
    date: since,
    run: 'run',
    holding: true,
    held,
  };
  const next = nextEpisodes(signals!, document, before, new Date(`${since}T03:00:00Z`));
  const [entry] = [...next];
  if (!entry) throw new Error('nothing opened');
  return entry;
}
const episodeOf = (account: string, since = '2026-05-01') => opened(account, since)[1];
const heldBack = accounts.find((one) => drawn(lot, one, '2026-05-01').held_back) ?? '';
const acted = accounts.find((one) => !drawn(lot, one, '2026-05-01').held_back) ?? '';

describe('an account that a lot holds back', () => {
  it('has an episode of which nothing is sent, neither by itself nor in a digest', () => {
    expect(episodeOf(heldBack)).toMatchObject({
      state: 'open',
      held_back: true,
      deliveries: [],
      digest: 'none',
      due_at: null,
      lots: [{ year: '2026', held_back: true }],
    });
    const other = episodeOf(acted);
    expect(other).toMatchObject({
      held_back: false,
      digest: 'due',
      lots: [{ year: '2026', held_back: false }],
    });
    expect(other.deliveries).toHaveLength(1);
  });

  it('is one of so many as the pack says', () => {
    const held = accounts.filter((one) => episodeOf(one).held_back).length;
    expect(Math.abs(held - 120)).toBeLessThan(35);
  });

  it('stays so within its contract year, and is drawn anew in the next; each year is kept', () => {
    expect(contractYear('2027-03-31', 4)).toBe('2026');
    const sides = (day: string) => accounts.map((one) => episodeOf(one, day).held_back);
    expect(sides('2027-03-31')).toEqual(sides('2026-05-01'));
    expect(sides('2027-04-01')).not.toEqual(sides('2026-05-01'));
    const [id, first] = opened(heldBack, '2026-05-01');
    const over = { ...first, state: 'closed' as const, quiet_until: '2026-05-02T00:00:00.000Z' };
    const again = opened(heldBack, '2026-06-01', new Map([[id, over]]))[1];
    expect(again).toMatchObject({ number: 2, lots: [{ year: '2026', held_back: true }] });
    const later = opened(heldBack, '2027-05-01', new Map([[id, over]]))[1];
    expect(later.lots.map((one) => one.year)).toEqual(['2026', '2027']);
  });

  it('is on no list for the same action, and on it for another reason', () => {
    const row = (overdue: boolean) => ({ account: {}, metrics: { users: 0, overdue }, now: {} });
    const on = (account: string, overdue: boolean) =>
      entriesOf(
        pack.worklists.lists,
        row(overdue),
        (of) => drawn(of, account, '2026-05-01').held_back,
      ).save?.reasons;
    expect(on(acted, false)).toEqual(['low']);
    expect(on(heldBack, false)).toBeUndefined();
    expect(on(heldBack, true)).toEqual(['late']);
  });

  it('is nobody where a pack holds nobody back', () => {
    const open = parsePack(written('    hold_out: 0.3\n'));
    expect(open.signals?.states[0]?.lot).toBeNull();
    expect(open.worklists.lists[0]?.reasons[0]?.lot).toBeNull();
    // Lists are made again where the share changes.
    const other = parsePack(written('hold_out: 0.3', 'hold_out: 0.2'));
    expect(new Set([open, other, pack].map(({ worklists }) => worklists.hash)).size).toBe(3);
  });
});

describe('hold_out', () => {
  it.each([
    ['severity: warning', 'severity: critical', 'nobody is held back from what is critical'],
    ['hold_out: 0.3', 'hold_out: 0.9', 'signals[0].hold_out'],
    [
      '    event: survey_answer',
      '    hold_out: 0.1\n    event: survey_answer',
      'does not fit an event',
    ],
  ])('%s -> %s gets one clear sentence', (from, to, sentence) => {
    const said = problemsIn(written(from, to, lists.replace(', signal: low', ''))).map(
      ({ field, message }) => `${field} ${message}`,
    );
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(sentence);
  });

  it('of a signal that is none is named on its list', () => {
    const [problem] = problemsIn(written('', '', lists.replace('signal: low', 'signal: lwo')));
    expect(problem?.message).toContain('did you mean low?');
  });
});
