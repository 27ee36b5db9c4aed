/** Tables as people have them: what is read, what is left out and why. */
import { describe, expect, it } from 'vitest';
import { readOutcome } from '../../../../functions/evidence/sheet/outcome.ts';
import { readTable, uniqueNames } from '../../../../functions/evidence/sheet/read-table.ts';
import { drawsFrom } from '../../../support/evidence/draws.ts';

describe('an outcome', () => {
  const leftOf = (column: string, cells: string[], value?: string) =>
    readOutcome(column, cells, value).left;

  it.each([
    ['churn', ['yes', 'no', 'NA'], [1, 0, null]],
    ['Churn', ['True', 'False', ''], [1, 0, null]],
    ['Exited', ['1', '0'], [1, 0]],
    ['retained', ['1', '0'], [0, 1]],
    ['状態', ['解約', '継続'], [1, 0]],
    ['解約', ['○', '×'], [1, 0]],
    ['解約', ['あり', 'なし', '不明'], [1, 0, null]],
    ['status', ['Attrited Customer', 'Existing Customer'], [1, 0]],
    ['kind', ['churned', 'renewed', 'expanded'], [1, 0, 0]],
  ])('is read by usual words: %s', (column, cells, left) => {
    expect(leftOf(column, cells)).toEqual(left);
  });

  it('of other words is asked for, in a sentence that names them', () => {
    expect(() => leftOf('state', ['A', 'B'])).toThrow(
      '"A", "B"; name the one that means that an account left with --left',
    );
    expect(leftOf('state', ['A', 'B'], 'B')).toEqual([0, 1]);
    expect(() => leftOf('state', ['A', 'A'])).toThrow('everywhere');
    expect(() => leftOf('state', ['A', 'B'], 'C')).toThrow('--left');
  });
});

/** Two hundred customers with every kind of column. */
function customers() {
  const draws = drawsFrom(5);
  const header = [
    '',
    '会社名',
    '状態',
    '利用日数',
    '月額',
    '性別',
    '解約理由',
    '契約日',
    'プラン',
    'country',
    '満足度',
    '解約後アンケート',
    '備考',
  ];
  const records = Array.from({ length: 200 }, (_, i) => {
    const left = draws.whether(0.25);
    const use = Math.max(0, Math.round(10 - 6 * Number(left) + 4 * draws.normal()));
    return [
      String(i),
      `会社${i}`,
      left ? '解約' : '継続',
      String(use),
      `￥${1000 + i * 10}`,
      i % 2 ? '男' : '女',
      left ? '価格' : '',
      `2025/${1 + (i % 12)}/1`,
      ['A', 'B', 'NA'][i % 3] ?? '',
      'JP',
      i % 4 === 0 ? '不明' : String(i % 5),
      String(left ? 9 - (i % 3) : i % 3),
      `メモ${i * 7}`,
    ];
  });
  return { header, records };
}

describe('a table', () => {
  const { header, records } = customers();
  const read = readTable(header, records, { outcome: '状態' });
  const why = new Map(read.leftOut.map(({ column, kind }) => [column, kind]));

  it('is read without anything set up', () => {
    expect(read.outcome).toMatchObject({ column: '状態', leftValue: '解約' });
    expect(read.account).toBe('会社名');
    expect(read.table.columns.map(({ id }) => id)).toEqual([
      '利用日数',
      '月額',
      '契約日',
      'プラン',
      '満足度',
    ]);
    expect(read.dates).toEqual({ columns: ['契約日'], latest: '2025-12-01' });
    const [use, fee, since, plan, content] = read.table.columns;
    expect(use?.values[0]).toBe(Number(records[0]?.[3]));
    expect(fee?.values[1]).toBe(1010);
    expect(since?.values[11]).toBe(0);
    expect(plan?.levels).toEqual(['A', 'B']);
    expect([plan?.values[2], content?.values[0]]).toEqual([Number.NaN, Number.NaN]);
  });

  it('leaves out ids, constants, texts, persons and what is known only afterwards, with the reason', () => {
    expect(Object.fromEntries(why)).toEqual({
      column_1: 'id',
      会社名: 'id',
      性別: 'person',
      解約理由: 'leak',
      country: 'constant',
      解約後アンケート: 'leak',
      備考: 'text',
    });
    expect(read.leftOut.find(({ column }) => column === '解約後アンケート')?.reason.en).toContain(
      '1.00 (AUC)',
    );
    for (const { reason } of read.leftOut) expect(reason.ja).not.toBe('');
  });

  it('scores what it would leave out where somebody asks for it', () => {
    const kept = readTable(header, records, { outcome: '状態', keep: ['性別'] });
    expect(kept.table.columns.map(({ id }) => id)).toContain('性別');
  });

  it('names every column once, and says which ones there are', () => {
    expect(uniqueNames(['a', '', 'a'])).toEqual(['a', 'column_2', 'a_3']);
    expect(() => readTable(['a', 'b'], [['1', '2']], { outcome: 'c' })).toThrow(
      'There is no column c; the columns are a, b.',
    );
  });

  it('leaves out totals, and rows that nobody knows the end of', () => {
    const more = [...records, records[0]?.with(2, '') ?? [], records[1]?.with(0, '合計') ?? []];
    expect(readTable(header, more, { outcome: '状態' }).skipped).toEqual({ unknown: 1, totals: 1 });
  });

  it('of several rows an account keeps them together, by day', () => {
    const rows = Array.from({ length: 400 }, (_, i) => [
      `a${i % 100}`,
      `2026-0${1 + Math.floor(i / 100)}-01`,
      String((i * 7) % 13),
      i % 100 < 20 ? '1' : '0',
    ]);
    const panel = readTable(['account_id', 'month', 'use', 'churn'], rows, { outcome: 'churn' });
    expect(panel).toMatchObject({ account: 'account_id', day: 'month' });
    expect(new Set(panel.table.account).size).toBe(100);
    expect(panel.table.columns.map(({ id }) => id)).toEqual(['use']);
  });

  it('names a leak whichever way it runs, and one that shows by being empty', () => {
    const rows = Array.from({ length: 100 }, (_, i) => [
      String(i % 10 < 3 ? 1 : 0),
      String(i % 10 < 3 ? -i : i + 1),
      i % 10 < 3 ? '' : String(i % 7),
    ]);
    const found = readTable(['churn', 'balance', 'last_call'], rows, { outcome: 'churn' });
    expect(found.leftOut.map(({ column, kind }) => [column, kind])).toEqual([
      ['balance', 'leak'],
      ['last_call', 'leak'],
    ]);
  });
});
