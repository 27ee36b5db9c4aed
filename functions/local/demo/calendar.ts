/** Days as whole numbers since 1970-01-01; the demo lives in Asia/Tokyo, UTC+9 all year. */
import { dayMs, isDate, dayOf as numberOf } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';

const offsetMs = 9 * 3_600_000;

/** @throws Rejected `bad-request` for anything but a date that exists. */
export function dayOf(date: string): number {
  if (!isDate(date))
    throw new Rejected(
      code.badRequest,
      `Demo data: ${JSON.stringify(date)} is not a date; write it as 2026-04-01.`,
    );
  return numberOf(date);
}

/** Saturday or Sunday. Day 0 was a Thursday. */
export const isWeekend = (day: number): boolean => {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
};

/** Instant of a local time of day, in milliseconds since 1970. */
export const instant = (day: number, minutes: number): number =>
  day * dayMs + minutes * 60_000 - offsetMs;
