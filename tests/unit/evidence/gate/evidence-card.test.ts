/** What the dashboard shows of accepted evidence. */
import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { pageContext } from '../../../../functions/api/dashboard/context.ts';
import { evidenceCard } from '../../../../functions/api/dashboard/evidence-section.ts';
import type { Pack } from '../../../../functions/scorecard/language/pack/pack.ts';
import { acceptedEvidence } from '../../../support/evidence/accepted-evidence.ts';
import { smallPack } from '../../../support/small-pack.ts';

const pack = smallPack();
const shown = (accepted: Pack['evidence']['accepted'], lang: 'en' | 'ja' = 'en'): string => {
  const card = evidenceCard(
    pageContext({
      pack: { ...pack, evidence: { ...pack.evidence, accepted } },
      hasCandidate: false,
      caller: undefined,
      now: new Date('2026-11-24T01:00:00Z'),
      lang,
      chosen: false,
      path: '/',
      parameters: {},
    }),
  );
  return card ? renderToString(card) : '';
};
const accepted: NonNullable<Pack['evidence']['accepted']> = {
  ...acceptedEvidence(pack.hash, { accepted_by: '<b>ops</b>' }),
  place: { file: 'rules/small/evidence.yaml', line: 1 },
};

it('shows what was accepted of the live rules, by whom, and nothing where nothing was', () => {
  expect(shown(null)).toBe('');
  const card = shown(accepted);
  expect(card).toContain('AUC 0.76 (0.70–0.82); 40 of 300 accounts left');
  expect(card).toContain('&lt;b>ops');
  expect(card).not.toContain('of other rules');
  expect(shown(accepted, 'ja')).toContain('300 件中 解約 40 件');
});

it('says where it is evidence of other rules than the live ones', () => {
  expect(shown({ ...accepted, rules: '0123456789abcdef' })).toContain('of other rules than these');
});
