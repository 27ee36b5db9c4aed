import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code } from '../../../functions/errors.ts';
import {
  type DayEntry,
  type DayResult,
  daysIn,
  isNews,
  openingOf,
  type YearDocument,
  yearDocument,
  yearPatch,
} from '../../../functions/records/years.ts';

const result: DayResult = {
  ...{ state: 'scored', phase: 'use', scorecard: 'use', version: '3.0.0', band: 'green' },
  ...{
    points: 18_333,
    confidence: 0.8333,
    waiting_for_data: false,
    rules_hash: '53cd2c7adbac9023',
  },
  change: { since: '2026-03-01', rules: -18_333, phase: 20_000, data: -20_000, behaviour: 19_999 },
};

/** The document that holds these days alone. */
const documentOf = (days: Record<string, DayEntry>): YearDocument =>
  yearDocument.parse(yearPatch('2026', days));
const read = (days: Record<string, DayEntry>) => daysIn('2026', documentOf(days));

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constant('バンド,|-"'));
const parts = fc.integer({ min: -1_000_000, max: 1_000_000 });
const anyResult: fc.Arbitrary<DayResult> = fc.record({
  state: fc.constantFrom('scored', 'error'),
  phase: fc.option(text),
  scorecard: fc.option(text),
  version: fc.option(text),
  band: fc.option(text),
  points: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  confidence: fc.option(fc.integer({ min: 0, max: 10_000 }).map((share) => share / 10_000)),
  waiting_for_data: fc.boolean(),
  rules_hash: text,
  change: fc.option(
    fc.record({
      since: fc.constantFrom('2026-03-01', '2026-02-28', '2024-02-29'),
      ...{ rules: parts, phase: parts, data: parts, behaviour: parts },
    }),
  ),
});
const score = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
const anyEntry: fc.Arbitrary<DayEntry> = fc.oneof(
  fc.constant('absent' as const),
  fc.dictionary(score, anyResult, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
);

describe('the result of a date', () => {
  it('is read as it was written, whatever names and numbers it has', () => {
    fc.assert(
      fc.property(anyEntry, anyEntry, (first, second) => {
        const days = { '2026-03-02': first, '2026-03-03': second };
        expect(read(days)).toEqual([
          { date: '2026-03-02', entry: first },
          { date: '2026-03-03', entry: second },
        ]);
      }),
    );
  });

  it('is one short text, with names apart, that does not change with what else is there', () => {
    const { days, names } = documentOf({ '2026-03-02': { health: result } });
    expect(days).toEqual({ '03-02': expect.stringMatching(/^\w{5},\w{5},e59,6fh,,1,/) });
    const [cells = ''] = Object.values(days);
    expect(Buffer.byteLength(cells)).toBeLessThanOrEqual(53);
    expect(Object.values(names ?? {}).sort()).toEqual([
      '["health","use","use","3.0.0","53cd2c7adbac9023"]',
      'green',
    ]);
    const both = documentOf({ '2026-03-02': { health: result, approach: result } });
    expect(both.days['03-02']?.startsWith(`${cells}|`)).toBe(true);
  });

  it('of which nothing moved leaves out what is zero', () => {
    const change = { since: '2026-03-01', rules: 0, phase: 0, data: 0, behaviour: -50 };
    const plain = { ...result, confidence: 1, change };
    const { days } = documentOf({ '2026-03-02': { health: plain } });
    expect(days['03-02']).toMatch(/^\w{5},\w{5},e59,,,1,-1e$/);
  });

  it.each([
    ['a name that nobody kept', { days: { '03-02': 'aaaaa,bbbbb,1' } }],
    ['no number', { days: { '03-02': 'aaaaa,,?' }, names: { aaaaa: '["h",null,null,null,"r"]' } }],
    ['nothing', { days: { '03-02': '' } }],
  ])('is refused where it holds %s', (_, fields) => {
    const document = yearDocument.parse({ ...fields, expires_at: '2028-02-05T00:00:00.000Z' });
    expect(() => daysIn('2026', document)).toThrowError(
      expect.objectContaining({
        code: code.invalidData,
        message: expect.stringContaining('2026-03-02'),
      }),
    );
  });
});

describe('a year', () => {
  it('is kept for 400 days after its end', () => {
    expect(yearPatch('2026', {}).expires_at).toBe('2028-02-05T00:00:00.000Z');
  });

  it('opens with what was before, without the change that led to it', () => {
    const opening = { date: '2025-11-30', entry: { health: result } };
    const document = yearDocument.parse(yearPatch('2026', {}, opening));
    expect(openingOf(document)).toEqual({
      date: '2025-11-30',
      entry: { health: { ...result, change: null } },
    });
    const left = { date: '2025-11-30', entry: 'absent' } as const;
    expect(openingOf(yearDocument.parse(yearPatch('2026', {}, left)))).toEqual(left);
  });

  it('tells that nothing was before from that it is not known', () => {
    expect(openingOf(yearDocument.parse(yearPatch('2026', {}, 'nothing')))).toBe('nothing');
    expect(openingOf(yearDocument.parse(yearPatch('2026', {})))).toBeUndefined();
  });
});

describe('a result is news', () => {
  const still = {
    ...result.change,
    rules: 0,
    phase: 0,
    data: 0,
    behaviour: 0,
    since: '2026-03-01',
  };
  const now: DayEntry = { health: { ...result, change: still } };
  const onDay = (entry: DayEntry) => ({ date: '2026-03-01', entry });
  const other = (change: Partial<DayResult>) => onDay({ health: { ...result, ...change } });

  it.each<[string, Partial<DayResult>]>([
    ['points', { points: 18_334 }],
    ['band', { band: 'red' }],
    ['phase', { phase: 'renewal' }],
    ['scorecard', { scorecard: 'trial' }],
    ['version', { version: '3.0.1' }],
    ['confidence', { confidence: 1 }],
    ['that it waits for data', { waiting_for_data: true }],
    ['that it could not be scored', { state: 'error' }],
  ])('where it has other %s', (_, change) => {
    expect(isNews(now, other(change))).toBe(true);
  });

  it('where parts moved it that cancel out, and not by other rules alone', () => {
    const moved = { health: { ...result, change: { ...still, rules: 5, behaviour: -5 } } };
    expect(isNews(moved, onDay(now))).toBe(true);
    expect(isNews(now, other({ rules_hash: 'other' }))).toBe(false);
  });

  it('where a score comes, goes, or takes the place of another', () => {
    const more = { ...now, approach: { ...result, change: null } };
    expect(isNews(more, onDay(now))).toBe(true);
    expect(isNews(now, onDay(more))).toBe(true);
    expect(isNews(now, onDay({ approach: { ...result, change: null } }))).toBe(true);
  });

  it('where the account came or left, and never that it is not there still', () => {
    expect(isNews(now, 'nothing')).toBe(true);
    expect(isNews(now, onDay('absent'))).toBe(true);
    expect(isNews('absent', onDay(now))).toBe(true);
    expect(isNews('absent', onDay('absent'))).toBe(false);
    expect(isNews('absent', 'nothing')).toBe(false);
  });
});
