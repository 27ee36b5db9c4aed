/** What one cell says to whoever looks at a sheet; `tests/twin/own-data/cells.test.ts` holds the import to it. */
import { describe, expect, it } from 'vitest';
import {
  dayOf,
  isBool,
  isDate,
  isDay,
  isPlaceholder,
  isTotal,
  isYes,
  namesDay,
  namesPerson,
  numberIn,
  withoutPlaceholders,
} from '../../../../functions/evidence/sheet/cells.ts';
import { answers, days, numbers, totals } from '../../../support/evidence/cells.ts';

const saysNothing = (cell: string): boolean => cell.trim() === '' || isPlaceholder(cell);

describe('a cell', () => {
  it.each(numbers)('%j as a number is %j', (cell, value) => {
    expect(saysNothing(cell) ? null : numberIn(cell)).toBe(value);
  });

  it.each(days)('%j as a day is %j', (cell, day) => {
    const days = dayOf(cell);
    const found =
      days === undefined ? undefined : new Date(days * 86_400_000).toISOString().slice(0, 10);
    expect(saysNothing(cell) ? null : found).toBe(day);
    expect(isDay(cell)).toBe(typeof day === 'string');
  });

  it.each(answers)('%j as an answer is %j', (cell, yes) => {
    expect(isBool(cell) ? isYes(cell) : undefined).toBe(yes);
  });

  it.each(totals)('%j begins a line of totals: %j', (cell, total) => {
    expect(isTotal(cell)).toBe(total);
  });

  it('may hold a day with its time, which is no day alone', () => {
    for (const cell of ['1970-01-02T10:00:00Z', '1970/1/2 10:00', '1970年1月2日 10:00']) {
      expect([dayOf(cell), isDate(cell), isDay(cell)]).toEqual([1, true, false]);
    }
  });

  it('of a person is known by its name', () => {
    for (const name of [
      'Gender',
      'age',
      'customerAge',
      '性別',
      '年齢',
      'SeniorCitizen',
      'birth_date',
    ])
      expect(namesPerson(name), name).toBe(true);
    for (const name of ['usage', 'page_views', 'message_count', 'average', 'Sussex'])
      expect(namesPerson(name), name).toBe(false);
  });
});

it.each([
  ['last_login_date', true],
  ['created_at', true],
  ['renewalDate', true],
  ['契約開始日', true],
  ['最終ログイン', true],
  ['ログイン日数', false],
  ['days', false],
  ['format', false],
  ['利用人数', false],
])('%s names a column of days: %j', (name, day) => {
  expect(namesDay(name)).toBe(day);
});

describe('a column', () => {
  it('is empty where its cells say that nothing is known', () => {
    expect(withoutPlaceholders(['5', 'NA', '', 'なし'])).toEqual(['5', '', '', '']);
  });

  it('that says yes elsewhere says no by "なし"', () => {
    expect(withoutPlaceholders(['あり', 'なし', '', '不明'])).toEqual(['あり', 'なし', '', '']);
    expect(withoutPlaceholders(['なし', '', '-'])).toEqual(['', '', '']);
  });
});
