import { describe, expect, it } from 'vitest';
import { historyRequests, rowsOf } from '../../../functions/scorecard/engine/history-row.ts';
import { inputBatch } from '../../../functions/scorecard/engine/input-batch.ts';
import { layoutOf, rulesLayout } from '../../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { compareRows, explainResult } from '../../../functions/scorecard/meaning/explain.ts';
import { scoreExplanation } from '../../../functions/scorecard/meaning/explanation.ts';
import { reasonTexts } from '../../../functions/scorecard/meaning/reasons.ts';
import { shownRow } from '../../../functions/scorecard/meaning/shown-row.ts';
import { valueText } from '../../../functions/scorecard/meaning/texts.ts';
import {
  allFresh,
  filesWith,
  goodAccount,
  score,
  scoreOne,
  smallPack,
} from '../../support/small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';
const pack = smallPack();
const layout = layoutOf(pack);
const middling = { ...goodAccount, users: 7, error_rate: 0.2, proficiency: 'middle' };

const usageLate = new Map([...allFresh, ['usage', 9] as const]);

describe('a layout', () => {
  it('is JSON that its schema reads back', () => {
    expect(rulesLayout.parse(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
    expect(layout.rules_hash).toBe(pack.hash);
  });
});

describe('history rows', () => {
  it('go into objects and back into the same columns', () => {
    const { batch, rows } = score(pack, [
      middling,
      { ...goodAccount, account_id: 'b', users: null },
    ]);
    const cells = rows.map((row) => ({
      ...row,
      input_hash: BigInt(row.input_hash),
      result_hash: BigInt(row.result_hash),
    }));
    expect(inputBatch(historyRequests, cells).columns).toEqual(batch.columns);
    expect(rowsOf(batch, [1]).map(({ account_id }) => account_id)).toEqual(['b']);
    expect(historyRequests.map(({ name }) => name)).toEqual([...batch.columns.keys()]);
  });
});

describe('what moved a score', () => {
  it('is a rule where a gap counts otherwise than before', () => {
    const zero = parsePack(filesWith([use, 'missing: { points: 10 }', 'missing: zero']));
    const gap = { ...goodAccount, proficiency: null };
    const deltas = compareRows(layoutOf(zero), scoreOne(zero, gap), layout, scoreOne(pack, gap));
    expect(deltas).toMatchObject([{ id: 'skill', delta: -1000, cause: 'rules' }]);
  });
});

describe('the explanation of a result', () => {
  const explanation = explainResult(layout, scoreOne(pack, middling));

  it('says what each measure had, earned and could have earned', () => {
    expect(scoreExplanation.parse(explanation)).toEqual(explanation);
    const [users, errors, skill] = explanation.measures;
    expect(users).toMatchObject({
      id: 'users',
      axis: 'usage',
      value: 7,
      unit: 'users',
      state: 'ok',
      earned: 2000,
      available: 4000,
      contribution: 2000,
      hypothesis: true,
      hints: { en: ['Ask the champion.'] },
    });
    expect(errors).toMatchObject({ value: 0.2, earned: 1000, hypothesis: false });
    expect(skill).toMatchObject({ value: 'middle', earned: 1000, available: 3000 });
  });

  it('names the nearest value that earns more', () => {
    expect(explanation.measures.map(({ next }) => next)).toEqual([
      { value: 10, gain: 2000 },
      { value: 0.1, gain: 2000 },
      { value: 'high', gain: 2000 },
    ]);
    const best = explainResult(layout, scoreOne(pack, goodAccount));
    expect(best.measures.map(({ next }) => next)).toEqual([null, null, null]);
  });

  it('passes over a better value that earns no more', () => {
    const flat = parsePack(
      filesWith([
        'rules/small/scorecards/use.yaml',
        '[[0, 30], [0.1, 10], [0.5, 0]]',
        '[[0, 30], [0.1, 10], [0.5, 10], [0.8, 0]]',
      ]),
    );
    const row = scoreOne(flat, { ...middling, error_rate: 0.6 });
    expect(explainResult(layoutOf(flat), row).measures[1]).toMatchObject({
      earned: 1000,
      next: { value: 0.1, gain: 2000 },
    });
  });

  it('sums measures by axis', () => {
    expect(explanation.axes).toMatchObject([
      { id: 'usage', points: 3000, available: 7000 },
      { id: 'people', points: 1000, available: 3000 },
    ]);
  });

  it('shows reference values and the headline', () => {
    expect(explanation.reference).toMatchObject([{ metric: 'seats', value: 20, current: true }]);
    expect(explanation.headline).toMatchObject({ metric: 'use_rate', value: 0.35, unit: 'ratio' });
  });

  it('tells what is missing, with the last known value', () => {
    const before = scoreOne(pack, middling);
    const row = scoreOne(pack, middling, { before: [before], groupAgeDays: usageLate });
    const { measures, headline } = explainResult(layout, row);
    expect(measures[0]).toMatchObject({
      state: 'missing',
      value: 7,
      earned: null,
      available: 0,
      contribution: null,
      next: null,
    });
    // Read at any age.
    expect(headline).toMatchObject({ value: 0.35, current: true });
    const gone = scoreOne(pack, { ...middling, users: null }, { before: [before] });
    expect(explainResult(layout, gone).measures[0]).toMatchObject({
      state: 'missing',
      value: null,
    });
  });

  it('has the labels of band, cap, phase and scorecard', () => {
    const row = scoreOne(pack, { ...goodAccount, overdue: true });
    expect(explainResult(layout, row)).toMatchObject({
      band: { id: 'red', label: { ja: '危険' } },
      cap: { id: 'overdue', label: { en: 'Payment overdue', ja: '支払い延滞' } },
      phase: { id: 'use', label: { en: 'Use' } },
      scorecard: { id: 'use', version: '2.1.0' },
    });
    expect(explainResult(layout, scoreOne(pack, middling)).cap).toBeNull();
  });

  it('of a row that other rules made tells what the row says itself', () => {
    const row = { ...scoreOne(pack, middling), rules_hash: 'ffffffffffffffff' };
    expect(explainResult(layout, row)).toMatchObject({
      points: 4000,
      measures: [],
      headline: null,
    });
  });
});

describe('the difference between two rows', () => {
  const before = scoreOne(pack, middling);
  const now = scoreOne(pack, { ...middling, users: 2, error_rate: 0.05 }, { before: [before] });

  it('is told by measure, the biggest first, and sums to the change', () => {
    const deltas = compareRows(layout, now, layout, before);
    expect(deltas).toMatchObject([
      { id: 'users', before: 7, now: 2, delta: -2000, cause: 'behaviour' },
      { id: 'errors', before: 0.2, now: 0.05, delta: 2000, cause: 'behaviour' },
    ]);
    expect(deltas.reduce((sum, { delta }) => sum + delta, 0)).toBe(
      (now.points ?? 0) - (before.points ?? 0),
    );
  });

  it('names data and what it does to the others', () => {
    const lost = scoreOne(pack, { ...middling, users: null }, { before: [before] });
    const causes = compareRows(layout, lost, layout, before).map(({ id, cause }) => [id, cause]);
    expect(causes).toEqual([
      ['users', 'data'],
      ['errors', 'scaling'],
      ['skill', 'scaling'],
    ]);
  });

  it('names rules that earn differently, are new or are gone', () => {
    const changed = parsePack(
      filesWith([use, 'id: skill', 'id: ability'], [use, '[0.1, 10]', '[0.1, 5]']),
    );
    const row = scoreOne(changed, middling);
    const deltas = compareRows(layoutOf(changed), row, layout, before);
    expect(deltas.map(({ id, cause, delta }) => [id, cause, delta])).toEqual([
      ['ability', 'rules', 1000],
      ['skill', 'rules', -1000],
      ['errors', 'rules', -500],
    ]);
  });

  it('is empty where one of them has no points', () => {
    const absent = scoreOne(pack, { account_id: 'a-1', present: false });
    expect(compareRows(layout, absent, layout, before)).toEqual([]);
  });
});

describe('an account as it is shown', () => {
  it('has last known values, but of a row that kept an older result none: rules read others now', () => {
    const row = scoreOne(pack, middling);
    expect(shownRow(layout, [row], { plan: 'pro' })).toMatchObject({
      account: { plan: 'pro', phase: 'use' },
      metrics: { users: 7, proficiency: 'middle' },
      now: { health: { scorecard: 'use' } },
    });
    expect(shownRow(layout, [{ ...row, rules_hash: 'older' }], {}).metrics).toEqual({});
  });
});

describe('reasons', () => {
  const texts = (now: typeof goodAccount, lang: 'en' | 'ja') => {
    const before = scoreOne(pack, middling);
    const row = scoreOne(pack, now, { before: [before] });
    return reasonTexts(explainResult(layout, row), compareRows(layout, row, layout, before), lang);
  };

  it.each([
    [
      'fewer users',
      { ...middling, users: 2 },
      ['Active users 7 → 2: −20 points'],
      ['利用者数 7 → 2: −20点'],
    ],
    [
      'fewer errors',
      { ...middling, error_rate: 0.05 },
      ['Error rate 20% → 5%: +20 points'],
      ['エラー率 20% → 5%: +20点'],
    ],
    [
      'another judgement',
      { ...middling, proficiency: 'high' },
      ['Proficiency middle → high: +20 points'],
      ['習熟度 中程度 → 高い: +20点'],
    ],
    [
      'a cap',
      { ...goodAccount, overdue: true },
      [
        'Payment overdue: at most Critical',
        'Active users 7 → 12: +20 points',
        'Error rate 20% → 0%: +20 points',
      ],
      ['支払い延滞のため、上限は「危険」', '利用者数 7 → 12: +20点', 'エラー率 20% → 0%: +20点'],
    ],
  ])('tell %s in both languages', (_what, now, en, ja) => {
    expect(texts(now, 'en')).toEqual(en);
    expect(texts(now, 'ja')).toEqual(ja);
  });

  it('leave out what the data of other measures did, below a point', () => {
    const before = scoreOne(pack, middling);
    const row = scoreOne(pack, goodAccount, { before: [before] });
    const explanation = explainResult(layout, row);
    const [first] = compareRows(layout, row, layout, before);
    if (!first) throw new Error('nothing moved');
    const scaled = (delta: number) => ({ ...first, cause: 'scaling' as const, delta });
    expect(reasonTexts(explanation, [scaled(-100), scaled(99)], 'en')).toEqual([
      'Active users: counts differently, since other measures gained or lost data: −1 point',
    ]);
    expect(reasonTexts(explanation, [scaled(-150)], 'ja')).toEqual([
      '利用者数 他項目のデータ有無による配点変更: −1.5点',
    ]);
  });

  it('say that a band waits for data, before what moved the points', () => {
    const account = { ...goodAccount, error_rate: 0.6 };
    const before = scoreOne(pack, account);
    expect(before.band).toBe('green');
    const skilless = { ...account, proficiency: 'middle' };
    const row = scoreOne(pack, account, { before: [before], groupAgeDays: usageLate });
    const deltas = compareRows(layout, row, layout, before);
    expect(reasonTexts(explainResult(layout, row), deltas, 'en')[0]).toBe(
      'Stays Good: waiting for data since 2026-02-01',
    );
    expect(reasonTexts(explainResult(layout, row), deltas, 'ja')[0]).toBe(
      '2026-02-01以降のデータ待ちのため「良好」を維持',
    );
    // What changed all the same does not stay.
    const worse = scoreOne(pack, skilless, { before: [before], groupAgeDays: usageLate });
    expect(worse).toMatchObject({ band: 'yellow', before_band: 'green', waiting_for_data: true });
    expect(reasonTexts(explainResult(layout, worse), [], 'en')[0]).toBe(
      'Fair by the last known values: waiting for data since 2026-02-01',
    );
    expect(reasonTexts(explainResult(layout, worse), [], 'ja')[0]).toBe(
      '直近の値により「普通」：2026-02-01以降のデータ待ち',
    );
  });

  it('where nothing moved, tell what holds the score down, the most first', () => {
    const explanation = explainResult(layout, scoreOne(pack, { ...middling, proficiency: null }));
    expect(reasonTexts(explanation, [], 'en')).toEqual([
      'Active users 7: 20 of 40 points',
      'Error rate 20%: 10 of 30 points',
      'Proficiency no data: 10 of 30 points',
    ]);
    expect(reasonTexts(explanation, [], 'ja')[2]).toBe('習熟度 データなし: 30点中10点');
  });

  it('say that too little is known', () => {
    const explanation = explainResult(
      layout,
      scoreOne(pack, { ...goodAccount, users: null, proficiency: null }),
    );
    expect(reasonTexts(explanation, [], 'en')[0]).toBe(
      'Too little data (30% of the points are backed by it)',
    );
    expect(reasonTexts(explanation, [], 'ja')[0]).toBe('データ不足（データがあるのは配点の30%）');
  });

  it.each([
    [1, 'days', '1 day', '1日'],
    [3, 'days', '3 days', '3日'],
    [0.125, 'ratio', '13%', '13%'],
    [0.0456, 'ratio', '4.6%', '4.6%'],
    [1234567, 'currency', '1,234,567', '1,234,567'],
    [true, null, 'yes', 'はい'],
    [null, null, 'none', 'なし'],
  ])('show %s %s as people write it', (value, unit, en, ja) => {
    expect(valueText(value, unit, 'en')).toBe(en);
    expect(valueText(value, unit, 'ja')).toBe(ja);
  });
});
