import { describe, expect, it } from 'vitest';
import { addDays, instantAfter, parseDate } from '../../functions/calendar.ts';
import { dateEndingAt, endOfDate, momentOf, parseInstant } from '../../functions/inputs/moments.ts';
import { runId } from '../../functions/inputs/run-tables.ts';

const daily = { zone: 'Asia/Tokyo', asOf: 'midnight' as const };
const intraday = { zone: 'Asia/Tokyo', asOf: 'slot' as const };

describe('the moment of a slot', () => {
  it('is the last local midnight for a daily pack, and speaks of the day that it ends', () => {
    expect(momentOf('2026-11-22T17:00:00Z', daily)).toEqual({
      slot: '2026-11-22T17:00:00Z',
      asOf: '2026-11-22T15:00:00Z',
      date: '2026-11-22',
    });
  });

  it('is the slot itself where that is midnight', () => {
    expect(momentOf('2026-11-23T00:00:00+09:00', daily)).toMatchObject({
      asOf: '2026-11-22T15:00:00Z',
      date: '2026-11-22',
    });
  });

  it('is the slot for an intraday pack, on the day that contains it', () => {
    expect(momentOf('2026-11-22T17:00:00Z', intraday)).toMatchObject({
      asOf: '2026-11-22T17:00:00Z',
      date: '2026-11-23',
    });
  });

  it('follows summer time: a local day may have 23 or 25 hours', () => {
    const berlin = { zone: 'Europe/Berlin', asOf: 'midnight' as const };
    expect(momentOf('2026-03-29T02:00:00Z', berlin).asOf).toBe('2026-03-28T23:00:00Z');
    expect(momentOf('2026-03-30T02:00:00Z', berlin).asOf).toBe('2026-03-29T22:00:00Z');
    expect(endOfDate('2026-03-29', 'Europe/Berlin')).toBe('2026-03-29T22:00:00Z');
    expect(endOfDate('2026-10-25', 'Europe/Berlin')).toBe('2026-10-25T23:00:00Z');
  });

  it('leads back from the end of a date to the date', () => {
    for (const date of ['2026-01-01', '2026-03-29', '2026-10-25', '2028-02-29']) {
      for (const zone of ['Asia/Tokyo', 'Europe/Berlin', 'America/St_Johns', 'UTC']) {
        expect(dateEndingAt(endOfDate(date, zone), zone)).toBe(date);
      }
    }
  });
});

describe('instants and dates from outside', () => {
  it.each(['yesterday', '2026-11-23', '2026-11-23T00:00:00', '2026-13-01T00:00:00Z', ''])(
    'refuses the instant %j in one sentence',
    (text) => {
      expect(() => parseInstant(text, 'The slot')).toThrow(
        /^The slot is ".*"; an instant with a zone/,
      );
    },
  );

  it.each(['2026-02-30', '2026-1-1', 'today', '20260101'])('refuses the date %j', (text) => {
    expect(() => parseDate(text, '--from')).toThrow(/^--from is ".*"; a date is expected/);
  });

  it('counts days over months and leap years', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(instantAfter('2028-02-28', 2)).toBe('2028-03-01T00:00:00.000Z');
  });
});

describe('a run id', () => {
  const moment = momentOf('2026-11-22T17:00:00.250Z', daily);

  it('is the same for the same slot and another for the next', () => {
    expect(runId('saas', 'scheduled', moment)).toBe(runId('saas', 'scheduled', { ...moment }));
    expect(runId('saas', 'scheduled', moment)).not.toBe(
      runId('saas', 'scheduled', momentOf('2026-11-22T17:00:00.251Z', daily)),
    );
    expect(runId('saas', 'backfill', moment)).not.toBe(runId('saas', 'scheduled', moment));
  });

  it('is made of letters that BigQuery takes in a job id', () => {
    expect(runId('saas', 'scheduled', moment)).toMatch(/^[\w-]+$/);
  });
});
