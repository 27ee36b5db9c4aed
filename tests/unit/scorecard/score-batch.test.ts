import { describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import type { InputRow } from '../../../functions/scorecard/engine/input-batch.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import {
  allFresh,
  filesWith,
  goodAccount,
  score,
  scoreOne,
  smallPack,
} from '../../support/small-pack.ts';

const pack = smallPack();

describe('a batch', () => {
  it('is counted', () => {
    const before = ['a-1', 'a-2', 'a-3', 'a-4', 'a-5'].map((account_id) =>
      scoreOne(pack, { ...goodAccount, account_id }),
    );
    const { counts } = score(
      pack,
      [
        goodAccount,
        { ...goodAccount, account_id: 'a-2', users: 0, error_rate: 0.3 },
        { account_id: 'a-3', present: false },
        { ...goodAccount, account_id: 'a-4', users: Number.POSITIVE_INFINITY },
        { ...goodAccount, account_id: 'a-5', users: null, proficiency: null },
        { ...goodAccount, account_id: 'new' },
      ],
      { before },
    );
    expect(counts).toEqual({
      scored: 4,
      absent: 1,
      errors: 1,
      unknown: 1,
      unknownLate: 0,
      bandChanges: 1,
      comparable: 3,
    });
  });

  it('compares no row whose band before was unknown', () => {
    const unknown = scoreOne(pack, { ...goodAccount, users: null, proficiency: null });
    expect(unknown.band).toBe('unknown');
    const { counts } = score(pack, [goodAccount], { before: [unknown] });
    expect(counts).toMatchObject({ scored: 1, comparable: 0, bandChanges: 0 });
  });

  it('larger than a block, or empty, is scored row by row alike', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({
      ...goodAccount,
      account_id: `a-${i}`,
      users: i % 13,
      seats: i % 7,
    }));
    const found = score(pack, rows).rows;
    for (const i of [0, 1, 2047, 2048, 2049, 4095, 4096, 4999]) {
      const row = rows[i];
      expect(found[i]).toEqual(row && scoreOne(pack, row));
    }
    expect(score(pack, []).rows).toEqual([]);
  });

  it('asks for exactly the columns it reads', () => {
    const { batch } = score(pack, [goodAccount]);
    expect([...batch.columns.keys()].slice(0, 4)).toEqual(['date', 'account_id', 'score', 'state']);
  });
});

describe('hashes', () => {
  it('of the inputs tell which band an earlier revision of the date left', () => {
    const hourly = parsePack(
      filesWith(['rules/small/pack.yaml', 'zone: Asia/Tokyo', 'zone: Asia/Tokyo\nas_of: slot']),
    );
    const left = ['green', 'yellow', null].map((band) =>
      scoreOne(
        hourly,
        { ...goodAccount, revised_health_band: band },
        { before: [scoreOne(hourly, goodAccount)] },
      ),
    );
    expect(new Set(left.map(({ band }) => band))).toEqual(new Set(['green']));
    expect(new Set(left.map(({ input_hash }) => input_hash)).size).toBe(3);
    expect(new Set(left.map(({ result_hash }) => result_hash)).size).toBe(1);
  });

  const hashes = (row: HistoryRow) => [row.input_hash, row.result_hash];
  const plain = scoreOne(pack, goodAccount);

  it('are equal for equal rows, and fit 64 bits with a sign', () => {
    expect(hashes(scoreOne(smallPack(), goodAccount))).toEqual(hashes(plain));
    for (const hash of hashes(plain)) expect(BigInt.asIntN(64, BigInt(hash))).toBe(BigInt(hash));
  });

  it('tell inputs that change nothing from results that change', () => {
    const more = scoreOne(pack, { ...goodAccount, users: 13 });
    expect(more.input_hash).not.toBe(plain.input_hash);
    expect(more.result_hash).toBe(plain.result_hash);
    const fewer = scoreOne(pack, { ...goodAccount, users: 3 });
    expect(fewer.result_hash).not.toBe(plain.result_hash);
  });

  it.each([
    ['an attribute', { account_name: 'Acme Ltd' }],
    ['a number that is shown', { account_mrr: 7 }],
    ['the phase', { seats: 2 }],
    ['a cap', { overdue: true }],
    ['missing data', { overdue: null }],
  ])('the result hash covers %s', (_what, change) => {
    expect(scoreOne(pack, { ...goodAccount, ...change }).result_hash).not.toBe(plain.result_hash);
  });

  it('the result hash does not cover what it is compared with', () => {
    const row = scoreOne(pack, goodAccount, { before: [{ ...plain, points: 9000 }] });
    expect(row.result_hash).toBe(plain.result_hash);
    expect(row.input_hash).not.toBe(plain.input_hash);
  });

  const before = scoreOne(pack, { ...goodAccount, users: 7 });
  const broken = { ...goodAccount, seats: Number.POSITIVE_INFINITY };
  const always: [string, Partial<HistoryRow>][] = [
    ['state', { state: 'error' }],
    ['scorecard', { scorecard: 'starter' }],
    ['band', { band: 'red' }],
    ['points', { points: 1 }],
    ['cap', { cap: 'overdue' }],
    ['rules', { rules_hash: 'ffffffffffffffff' }],
    ['missing', { missing: '0' }],
    ['inputs', { inputs: before.inputs.with(0, 8) }],
  ];
  const kept: [string, Partial<HistoryRow>][] = [
    ['contributions', { contributions: before.contributions.with(0, 1) }],
    ['earned points', { earned_points: before.earned_points.with(0, 1) }],
    ['earned', { earned: 1 }],
    ['available', { available: 1 }],
    ['confidence', { confidence: 0.9 }],
    ['phase', { phase: 'start' }],
    ['trend', { trend: 'falling' }],
  ];
  const hashAfter = (row: InputRow, change: Partial<HistoryRow>) =>
    scoreOne(pack, row, { before: [{ ...before, ...change }] }).input_hash;

  it.each(always)('the input hash covers the %s before', (_what, change) => {
    expect(hashAfter(goodAccount, change)).not.toBe(hashAfter(goodAccount, {}));
  });

  it.each([...always, ...kept])(
    'of a row that keeps its result, the %s before',
    (_what, change) => {
      expect(hashAfter(broken, change)).not.toBe(hashAfter(broken, {}));
    },
  );

  it.each(kept)('of a row that is scored, not the %s before', (_what, change) => {
    expect(hashAfter(goodAccount, change)).toBe(hashAfter(goodAccount, {}));
  });

  it('the input hash covers the points that the trend looks back to', () => {
    const [one, other] = [9900, 9950].map((trend_health_points) =>
      scoreOne(pack, { ...goodAccount, trend_health_points }, { before: [before] }),
    );
    expect([one?.trend, other?.trend]).toEqual(['steady', 'steady']);
    expect(one?.input_hash).not.toBe(other?.input_hash);
  });

  it('the result hash covers what was earned, where its share of the score is the same', () => {
    const wide = parsePack(
      filesWith().set(
        'rules/small/scorecards/use.yaml',
        `score: health
scorecard: use
version: 2.1.0
label: { en: Use, ja: 活用期 }
measures:
  - { id: users, metric: users, steps: [[0, 30.01], [5, 30.02], [10, 100]] }
  - { id: errors, metric: error_rate, steps: [[0, 100], [0.1, 29.99], [0.5, 29.98]] }
`,
      ),
    );
    const one = scoreOne(wide, { ...goodAccount, users: 1, error_rate: 0.2 });
    const other = scoreOne(wide, { ...goodAccount, users: 6, error_rate: 0.6 });
    expect([one.earned_points, one.available]).toEqual([[3001, 2999], 20_000]);
    expect(other.contributions).toEqual(one.contributions);
    expect(other.result_hash).not.toBe(one.result_hash);
  });

  it('the input hash covers stale feeds', () => {
    const groupAgeDays = new Map([...allFresh, ['usage', 9] as const]);
    const groups = scoreOne(pack, { ...goodAccount, users: null }, { groupAgeDays });
    expect(groups.input_hash).not.toBe(scoreOne(pack, { ...goodAccount, users: null }).input_hash);
  });

  it('one NaN is like another, and minus zero like zero', () => {
    const negative = scoreOne(pack, { ...goodAccount, error_rate: -0 });
    expect(hashes(negative)).toEqual(hashes(plain));
  });
});
