/** Why a condition holds: never what speaks against it. */
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { compareRows, explainResult } from '../../../functions/scorecard/meaning/explain.ts';
import { heldTexts, reasonTexts } from '../../../functions/scorecard/meaning/reasons.ts';
import { goodAccount, scoreOne, smallPack } from '../../support/small-pack.ts';

const pack = smallPack();
const layout = layoutOf(pack);
const bands = pack.scores[0]?.bands.map(({ id }) => id) ?? [];
const middling = { ...goodAccount, users: 7, error_rate: 0.2, proficiency: 'middle' };

function held(reads: string[], now: typeof goodAccount, before: typeof goodAccount = now) {
  const earlier = scoreOne(pack, before);
  const row = scoreOne(pack, now, { before: [earlier] });
  const deltas = compareRows(layout, row, layout, earlier);
  return heldTexts({ reads, metrics: [] }, explainResult(layout, row), deltas, bands, 'en');
}

describe('the reasons of a condition', () => {
  it('of a high score are what it earns, the most first, whatever fell a little', () => {
    const texts = held(['now.health.level'], { ...goodAccount, users: 9 }, goodAccount);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).not.toMatch(/: 0 of|−/);
    const earned = texts.map((text) => Number(/: (\d+) of/.exec(text)?.[1]));
    expect(earned).toEqual([...earned].sort((a, b) => b - a));
  });

  it('of a low score are what it lacks, the most first', () => {
    const texts = held(['now.health.level'], {
      ...goodAccount,
      users: 1,
      error_rate: 0.5,
      proficiency: 'low',
    });
    expect(texts[0]).toMatch(/: 0 of 40 points$/);
  });

  it('of a fall are the measures that fell, and no other', () => {
    const now = { ...middling, users: 2, proficiency: 'high' };
    expect(held(['moved.health'], now, { ...middling, users: 12 })).toEqual([
      'Active users 12 → 2: −40 points',
    ]);
  });

  it('of a rise are those that rose', () => {
    const before = { ...middling, users: 2, proficiency: 'high' };
    const texts = held(['moved.health'], { ...middling, error_rate: 0.05 }, before);
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toMatch(/: \+/);
  });

  it('begin with the metrics that it reads, with their values', () => {
    const row = scoreOne(pack, middling);
    const seats = {
      label: { en: 'Seats used', ja: '利用席数' },
      unit: null,
      value: 42,
    };
    const explanation = explainResult(layout, row);
    expect(heldTexts({ reads: [], metrics: [seats] }, explanation, [], bands, 'en')).toEqual([
      'Seats used 42',
    ]);
    expect(heldTexts({ reads: [], metrics: [seats] }, explanation, [], bands, 'ja')).toEqual([
      '利用席数 42',
    ]);
  });

  it('are none where a condition reads neither: the score’s own take their place', () => {
    expect(held(['account.plan'], middling)).toEqual([]);
  });
});

describe('the reasons of a score', () => {
  it('leave out what moved it by less than a tenth of a point', () => {
    const before = scoreOne(pack, middling);
    const row = scoreOne(pack, { ...middling, users: 2 }, { before: [before] });
    const [first] = compareRows(layout, row, layout, before);
    if (!first) throw new Error('nothing moved');
    const explanation = explainResult(layout, row);
    const texts = reasonTexts(
      explanation,
      [
        { ...first, delta: -10 },
        { ...first, delta: 1 },
      ],
      'en',
    );
    expect(texts).toEqual(['Active users 7 → 2: −0.1 points']);
  });
});
