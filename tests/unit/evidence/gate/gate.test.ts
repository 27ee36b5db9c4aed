/** The gate: which evidence lets rules go live, and what is said where it does not. */
import { describe, expect, it } from 'vitest';
import { acceptedText } from '../../../../functions/evidence/gate/accepted-text.ts';
import { gateFindings } from '../../../../functions/evidence/gate/gate.ts';
import { parsePack } from '../../../../functions/scorecard/language/parse/pack.ts';
import type {
  AcceptedScore,
  EvidenceFile,
} from '../../../../functions/scorecard/language/schema/evidence.ts';
import { acceptedEvidence, provenScore } from '../../../support/evidence/accepted-evidence.ts';
import { filesWith, problemsIn, smallPack } from '../../../support/small-pack.ts';

const packFile = 'rules/small/pack.yaml';
const requiring = (text: string) =>
  filesWith([packFile, 'zone: Asia/Tokyo', `zone: Asia/Tokyo\nevidence: ${text}`]);

const helped: AcceptedScore['hold_out'] = {
  acted: 200,
  held: 60,
  smallest: 0.1,
  difference: { value: 0.2, low: 0.05, high: 0.33 },
  verdict: 'helped',
};

/** What the gate says of a pack that requires this, with this accepted. */
function gate(
  accepted: Partial<AcceptedScore> | null,
  {
    requires = '{ auc: 0.65, monotone: true, exemplars: pass }',
    ...more
  }: Partial<EvidenceFile> & {
    requires?: string;
  } = {},
): string[] {
  const files = requiring(requires);
  if (accepted) {
    const scores = { health: { ...provenScore, ...accepted } };
    const file = acceptedEvidence(parsePack(files).hash, { scores, ...more });
    files.set('rules/small/evidence.yaml', JSON.stringify(file));
  }
  const found = gateFindings(parsePack(files));
  expect(found.every(({ severity }) => severity === 'block')).toBe(true);
  return found.map(({ message }) => message);
}

describe('the gate', () => {
  it('asks for nothing that the pack does not require', () => {
    expect(gateFindings(smallPack())).toEqual([]);
  });

  it('lets through what was proven, and says where nothing is accepted', () => {
    expect(gate({})).toEqual([]);
    expect(gate(null)).toEqual([
      'The pack requires evidence before its rules go live, and none is accepted',
    ]);
  });

  it('takes no evidence of other rules: whatever decides results changes their hash', () => {
    expect(gate({}, { rules: '0123456789abcdef' })[0]).toContain(
      'was accepted of rules 0123456789abcdef',
    );
    const { hash } = parsePack(requiring('{ auc: 0.65 }'));
    expect(parsePack(requiring('{ auc: 0.7 }')).hash).not.toBe(hash);
  });

  it.each<[string, Partial<AcceptedScore>, Partial<EvidenceFile>, string | null]>([
    [
      'an AUC that is too low',
      { auc: { value: 0.6, low: 0.52, high: 0.68 } },
      {},
      'AUC 0.60 (0.52–0.68) is below 0.65',
    ],
    [
      'an AUC that chance could give',
      { auc: { value: 0.7, low: 0.49, high: 0.85 } },
      {},
      'chance alone could give',
    ],
    [
      'a low AUC where a lot shows that acting helped',
      { auc: { value: 0.5, low: 0.4, high: 0.6 }, hold_out: helped },
      {},
      null,
    ],
    [
      'a low AUC where the lot shows nothing',
      { auc: { value: 0.5, low: 0.4, high: 0.6 }, hold_out: { ...helped, verdict: 'not shown' } },
      {},
      'chance alone could give',
    ],
    ['bands that are not monotone', { monotone: false }, {}, 'a band ended worse than a lower one'],
    [
      'exemplars that come out otherwise',
      {},
      { exemplars: { passed: 4, failed: 1 } },
      '1 exemplars come out otherwise',
    ],
    ['no exemplars', {}, { exemplars: { passed: 0, failed: 0 } }, 'there are no exemplars'],
    ['a score of which nothing is accepted', {}, { scores: {} }, 'nothing is accepted of it'],
  ])('%s', (_name, accepted, more, sentence) => {
    const found = gate(accepted, more);
    if (sentence === null) expect(found).toEqual([]);
    else expect(found.join()).toContain(sentence);
  });

  it('lets a team that loses few through by exemplars, a blind ranking and a review of every churn', () => {
    const churn = {
      account: 'a1',
      known_on: '2026-01-01',
      warned_on: '2025-11-01',
      days: 61,
      by: ['Active users'],
      note: 'The sponsor left; the warning was right.',
    };
    const ranking = { accounts: 20, rankers: 2, kendall: { value: 0.5, low: 0.2, high: 0.7 } };
    const small = {
      accounts: 60,
      bad: 2,
      auc: null,
      ranking,
      churns: [churn, { ...churn, account: 'a2' }],
    };
    expect(gate(small)).toEqual([]);
    const lacking = (more: Partial<AcceptedScore>, of: Partial<EvidenceFile> = {}) =>
      gate({ ...small, ...more }, of).join();
    expect(lacking({ ranking: null })).toContain('a blind ranking by CSMs');
    expect(
      lacking({ ranking: { ...ranking, kendall: { value: 0.2, low: -0.1, high: 0.5 } } }),
    ).toContain('a blind ranking');
    expect(lacking({ churns: [churn, { ...churn, note: ' ' }] })).toContain('(1 have none)');
    expect(lacking({ churns: [churn] })).toContain('a note in evidence.yaml');
    expect(lacking({}, { exemplars: { passed: 4, failed: 0 } })).toContain('at least 5 exemplars');
    // A high figure of few accounts opens nothing.
    expect(lacking({ auc: { value: 1, low: 0.8, high: 1 }, ranking: null })).toContain(
      'only 2 accounts',
    );
  });
});

describe('what pack.yaml requires', () => {
  it('is of all scores, or of those named', () => {
    const { evidence } = parsePack(requiring('{ auc: 0.7, year_from: 4 }'));
    expect(evidence).toMatchObject({
      yearFrom: 4,
      required: { scores: ['health'], auc: 0.7, monotone: false, exemplars: false },
    });
    expect(smallPack().evidence).toEqual({ yearFrom: 1, required: null, accepted: null });
  });

  it.each([
    ['{ auc: 0.7, scores: [wealth] }', 'no score of this pack'],
    ['{ scores: [health] }', 'nothing is required'],
    ['{ auc: 65 }', 'evidence.auc'],
    ['{ auc: 0.7, exemplars: fail }', 'evidence.exemplars'],
  ])('%s gets one clear sentence', (text, sentence) => {
    const said = problemsIn(requiring(text)).map(({ field, message }) => `${field} ${message}`);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(sentence);
  });
});

it('says in a line what was accepted, in both languages', () => {
  const said = acceptedText(
    { purpose: 'churn' },
    { ...provenScore, basis: 'later', hold_out: helped },
  );
  expect(said.en).toBe(
    'AUC 0.76 (0.70–0.82); 40 of 300 accounts left; on outcomes after it was tuned; acting helped, by lot',
  );
  expect(said.ja).toContain('300 件中 解約 40 件');
});
