/**
 * Calendar dates, as text (`YYYY-MM-DD`) and as whole days since 1970-01-01. Arithmetic alone:
 * no zone, no clock.
 */
import { code, Rejected } from './errors.ts';

export const dayMs = 86_400_000;
/** How far the clocks of two machines may be apart, ours and others'. */
export const clocksApartMs = 60_000;

/** The day's number; not a number where the text is no date. */
export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayMs;

/** The date of a day. @throws RangeError outside JavaScript's calendar */
export const dateOf = (day: number): string =>
  new Date(day * dayMs).toISOString().replace(/T.*/, '');

/** The date `days` later (earlier where negative). */
export const addDays = (date: string, days: number): string => dateOf(dayOf(date) + days);

/** The instant at which the day `days` later begins in UTC: where an end need not be exact. */
export const instantAfter = (date: string, days: number): string =>
  new Date((dayOf(date) + days) * dayMs).toISOString();

export const daysBetween = (from: string, to: string): number => dayOf(to) - dayOf(from);

/** Whether the text is a date that exists. JavaScript turns February 30 into March 1. */
export function isDate(text: string): boolean {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? dayOf(text) : Number.NaN;
  return !Number.isNaN(day) && dateOf(day) === text;
}

/** A calendar date. @throws Rejected `bad-request` */
export function parseDate(text: string, name: string): string {
  if (isDate(text)) return text;
  throw new Rejected(
    code.badRequest,
    `${name} is "${text}"; a date is expected, such as 2026-11-23.`,
  );
}
