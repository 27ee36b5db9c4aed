/** What the report says of the past: every figure counted by hand. */
import { describe, expect, it } from 'vitest';
import type {
  JudgedOutcome,
  OutcomeKind,
  PastRows,
} from '../../../../functions/evidence/past-outcomes.ts';
import { reportOf } from '../../../../functions/evidence/report/evidence-report.ts';
import { partsOf } from '../../../../functions/evidence/report/parts.ts';
import { bandReplay } from '../../../../functions/evidence/report/seen-bands.ts';
import {
  capacityOf,
  reviewsOf,
  stabilityFrom,
  stabilityOf,
  warningsOf,
} from '../../../../functions/evidence/report/warnings.ts';
import type { HistoryRow } from '../../../../functions/scorecard/engine/history-row.ts';
import { parsePack } from '../../../../functions/scorecard/language/parse/pack.ts';
import { contractYear } from '../../../../functions/scorecard/meaning/lot.ts';
import { readPackFiles } from '../../../../functions/wiring/deployed-files.ts';

const pack = parsePack(readPackFiles('saas'));
const [health, approach] = pack.scores;
const card = health?.scorecards[0];
if (!health || !approach || !card) throw new Error('saas has two scores');

function rowOf(band: string, more: Partial<HistoryRow> = {}): HistoryRow {
  return {
    state: 'scored',
    band,
    points: 5000,
    cap: null,
    band_points: null,
    scorecard: card?.id,
    phase: 'use',
    earned_points: card?.measures.map(({ points }) => points),
    missing: '',
    ...more,
  } as unknown as HistoryRow;
}

function outcome(
  account: string,
  kind: OutcomeKind,
  more: Partial<JudgedOutcome> & { points?: number } = {},
): JudgedOutcome {
  const { points = 5000, ...rest } = more;
  return {
    account,
    on: '2026-03-01',
    kind,
    decided: kind !== 'expanded',
    row: rowOf('fair', { points }),
    ...rest,
  };
}

/** Bands of accounts by date. */
const seen = (bands: Record<string, Record<string, string>>) =>
  new Map(
    Object.entries(bands).map(([date, of]) => [
      date,
      new Map(Object.entries(of).map(([account, band]) => [account, rowOf(band)])),
    ]),
  );

describe('a contract year', () => {
  it('begins in the month that the pack says', () => {
    expect(contractYear('2026-03-31', 4)).toBe('2025');
    expect(contractYear('2026-04-01', 4)).toBe('2026');
    expect(contractYear('2026-01-01', 1)).toBe('2026');
  });

  it('is a part of its own, beside phases and segments, each with its own verdict', () => {
    const many = (year: string, segment: string, turned: boolean) =>
      Array.from({ length: 60 }, (_, i) => {
        const left = i % 3 === 0;
        return outcome(`${year}${segment}${i}`, left ? 'churned' : 'renewed', {
          on: `${year}-05-01`,
          points: 100 * (left === turned ? 60 + (i % 7) : 30 + (i % 7)),
          segments: { segment },
        });
      });
    const parts = partsOf(
      pack,
      health,
      [
        ...many('2024', 'smb', false),
        ...many('2025', 'mid', true),
        outcome('x', 'churned', { on: '2024-03-31' }),
      ],
      4,
    );
    const said = (by: string) =>
      parts
        .filter((part) => part.by === by)
        .map(({ id, label, verdict }) => [id, label.en, verdict]);
    expect(said('year')).toEqual([
      ['2023', '2023-04 – 2024-03', 'too few to tell'],
      ['2024', '2024-04 – 2025-03', 'predicts'],
      ['2025', '2025-04 – 2026-03', 'upside down'],
    ]);
    expect(said('segment')).toEqual([
      ['mid', 'mid', 'upside down'],
      ['smb', 'smb', 'predicts'],
    ]);
    // All are in one phase, which divides nothing.
    expect(said('phase')).toEqual([]);
  });
});

describe('a warning', () => {
  const rows = seen({
    '2026-01-01': { early: 'poor', late: 'good', back: 'critical', never: 'fair', stayed: 'poor' },
    '2026-01-15': { early: 'poor', late: 'good', back: 'good', never: 'fair', stayed: 'good' },
    '2026-01-29': { early: 'critical', late: 'poor', back: 'good', never: 'fair', stayed: 'good' },
    // What came after it was known is no warning.
    '2026-03-05': { never: 'critical', stayed: 'critical' },
  });
  const names = ['early', 'late', 'back', 'never'];
  const warned = (judged: readonly JudgedOutcome[], seenThen: PastRows) =>
    warningsOf(health, reviewsOf(health, judged, seenThen));

  it('stands until the end, and counts from its first day', () => {
    const { churns, bands } = warned(
      [...names.map((one) => outcome(one, 'churned')), outcome('stayed', 'renewed')],
      rows,
    );
    expect(bands).toEqual(['critical', 'poor']);
    const of = new Map(churns.map((one) => [one.account, one]));
    expect(of.get('early')).toMatchObject({ warned: '2026-01-01', days: 59, recovered: false });
    expect(of.get('late')).toMatchObject({ warned: '2026-01-29', days: 31 });
    expect(of.get('back')).toMatchObject({ warned: null, days: null, recovered: true });
    expect(of.get('never')).toMatchObject({ warned: null, recovered: false });
  });

  it('gives shares and days of five accounts and more, and what was in vain', () => {
    const some = (n: number, name: string, kind: OutcomeKind) =>
      Array.from({ length: n }, (_, i) => outcome(`${name}${i}`, kind));
    const of = (n: number, name: string, band: string) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`${name}${i}`, band]));
    const found = warned(
      [...some(6, 'l', 'churned'), ...some(8, 's', 'renewed'), ...some(2, 'v', 'renewed')],
      seen({
        '2026-02-01': { ...of(6, 'l', 'poor'), ...of(8, 's', 'good'), ...of(2, 'v', 'poor') },
      }),
    );
    expect(found.warned?.value).toBe(1);
    expect(found.days).toEqual({ median: 28, quarter: 28, threeQuarters: 28 });
    expect(found.inVain?.value).toBe(0.2);
    expect(warned(some(4, 'l', 'churned'), rows)).toMatchObject({
      warned: null,
      days: null,
      inVain: null,
    });
  });

  it('names what cost most points on its first day', () => {
    const lost = rowOf('poor', {
      earned_points: card.measures.map(({ points }, i) => (i === 1 ? 0 : i === 2 ? -1 : points)),
    });
    const dates = new Map([['2026-02-01', new Map([['a', lost]])]]);
    expect(warned([outcome('a', 'churned')], dates).churns[0]?.by).toEqual([
      card.measures[1]?.label,
    ]);
  });
});

describe('bands', () => {
  it('are counted as changing a month, and as undone where they come back at once', () => {
    const rows = seen({
      '2026-01-01': { a: 'good', b: 'good', c: 'good' },
      '2026-01-16': { a: 'fair', b: 'good', c: 'unknown' },
      '2026-01-31': { a: 'good', b: 'fair', c: 'poor' },
    });
    expect(stabilityOf(health, rows)).toEqual({ changes: 3, undone: 1, months: 2, perMonth: 1.5 });
    expect(stabilityOf(health, new Map()).perMonth).toBeNull();
  });

  it('are those that stood, by the hysteresis of the pack, not by a cap and not after "unknown"', () => {
    const [, , third] = health.bands;
    const bound = third?.from ?? 0;
    const at = (points: number, more: Partial<HistoryRow> = {}) =>
      rowOf(points < bound ? 'poor' : (third?.id ?? ''), { points, ...more });
    const bandsOf = (...rows: HistoryRow[]) => {
      const replay = bandReplay(health);
      return rows.map((row) => replay(new Map([['a', row]])).get('a')?.band);
    };
    expect(health.hysteresis).toBeGreaterThan(100);
    expect(bandsOf(at(bound), at(bound - 100), at(bound - 1000))).toEqual(['fair', 'fair', 'poor']);
    expect(bandsOf(at(bound), at(bound - 100, { cap: 'overdue' }))).toEqual(['fair', 'poor']);
    expect(bandsOf(rowOf('unknown'), at(bound - 100))).toEqual(['unknown', 'poor']);
    expect(bandsOf(at(bound - 100), at(bound + 100), at(bound - 50))).toEqual([
      'poor',
      'poor',
      'poor',
    ]);
  });
});

it('counts whom a team reaches that calls so many a month, and as many at random', () => {
  const due = (month: string, points: number[], leaving: number[]) =>
    points.map((one, i) =>
      outcome(`${month}-${i}`, leaving.includes(i) ? 'churned' : 'renewed', {
        on: `${month}-10`,
        points: one,
      }),
    );
  const found = capacityOf(
    health,
    [...due('2026-01', [1, 2, 3, 4], [0, 3]), ...due('2026-02', [9, 8], [1])],
    1,
  );
  expect(found).toEqual({ calls: 1, called: 2, caught: 2, bad: 3, atRandom: 1 });
});

describe('the report', () => {
  const options = { lead: 60, every: 14, yearFrom: 1, calls: 10, actions: [], lot: null };
  const judged = Array.from({ length: 90 }, (_, i) => {
    const left = i % 3 === 0;
    const points = 100 * ((left ? 25 : 42) + (i % 30));
    const row = rowOf('fair', { points, earned_points: [points, 5, i % 2], missing: '' });
    const kind = left ? 'churned' : i % 9 === 1 ? 'expanded' : 'renewed';
    const reason = left && i < 45 ? (i % 2 ? 'price' : 'missing feature') : undefined;
    return outcome(`a${i}`, kind, {
      row,
      decided: true,
      ...(reason === undefined ? {} : { reason }),
    });
  });
  const past = {
    ...{ judged, leftOut: [], byLead: [], reviews: reviewsOf(health, judged, new Map()) },
    stability: stabilityFrom({ changes: 0, undone: 0, days: 0 }),
  };

  it('says of each measure what should become of it', () => {
    const { advice } = reportOf(pack, health, past, options);
    const of = (about: string) => advice.find((one) => one.about === about)?.measures ?? [];
    expect(of('proven').map(({ measure }) => measure)).toEqual([card.measures[0]?.id]);
    expect(of('says nothing').map(({ measure }) => measure)).toContain(card.measures[1]?.id);
  });

  it('says that it tells late, where the longest lead shows nothing', () => {
    const blind = judged.map((one) => ({ ...one, row: { ...one.row, points: 5000 } }));
    const about = (longest: readonly JudgedOutcome[]) =>
      reportOf(
        pack,
        health,
        {
          ...past,
          byLead: [
            { lead: 30, judged },
            { lead: 90, judged: longest },
          ],
        },
        options,
      ).advice.map((one) => one.about);
    expect(about(blind)).toContain('not early');
    expect(about(judged)).not.toContain('not early');
  });

  it('counts why accounts left, the most frequent reason first', () => {
    expect(reportOf(pack, health, past, options).reasons).toEqual([
      { reason: 'missing feature', accounts: 8, warned: 0 },
      { reason: 'price', accounts: 7, warned: 0 },
    ]);
  });

  it('keeps churn and growth apart', () => {
    const { growth, proof } = reportOf(pack, health, past, options);
    expect(proof.auc?.value).toBeGreaterThan(0.85);
    expect(growth?.value).toBeLessThan(0.8);
    expect(reportOf(pack, approach, past, options).growth).toBeNull();
  });
});
