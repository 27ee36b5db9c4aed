/** Which instant and which local day a run speaks of. */
import { DateTime } from 'luxon';
import { code, Rejected } from '../errors.ts';

/** When a run looks at the data, and the local day it speaks of. */
export interface Moment {
  /** The scheduled instant: the run's identity. */
  slot: string;
  /** Exclusive upper end of everything the run may see. */
  asOf: string;
  /** Local day that ends at `asOf` or contains it. */
  date: string;
}

const utc = (at: DateTime): string => {
  const text = at.toUTC().toISO({ suppressMilliseconds: true });
  if (!text) throw new Rejected(code.badRequest, 'The instant is outside the calendar.');
  return text;
};

/** An ISO 8601 instant with an offset. @throws Rejected `bad-request` */
export function parseInstant(text: string, name: string): DateTime {
  const at = DateTime.fromISO(text, { setZone: true });
  if (!at.isValid || !/(?:[zZ]|[+-]\d{2}:?\d{2})$/.test(text)) {
    throw new Rejected(
      code.badRequest,
      `${name} is "${text}"; an instant with a zone is expected, such as 2026-11-23T00:00:00Z.`,
    );
  }
  return at;
}

/**
 * Daily packs look at the last local midnight at or before the slot; intraday packs at the
 * slot itself. A midnight belongs to the day that it ends.
 */
export function momentOf(slot: string, pack: { zone: string; asOf: 'midnight' | 'slot' }): Moment {
  const at = parseInstant(slot, 'The slot');
  const local = at.setZone(pack.zone);
  const asOf = pack.asOf === 'midnight' ? local.startOf('day') : local;
  return { slot: utc(at), asOf: utc(asOf), date: dateEndingAt(utc(asOf), pack.zone) };
}

/** The local day that ends at the instant, or contains it. */
export function dateEndingAt(asOf: string, zone: string): string {
  const local = DateTime.fromISO(asOf).setZone(zone);
  return (local.equals(local.startOf('day')) ? local.minus({ days: 1 }) : local).toISODate() ?? '';
}

/** The local day that contains the instant. */
export const localDate = (at: Date, zone: string): string =>
  DateTime.fromJSDate(at, { zone }).toISODate() ?? '';

/** The instant at which a local day ends: the `as_of` that a daily run of that day has. */
export function endOfDate(date: string, zone: string): string {
  return utc(DateTime.fromISO(date, { zone }).plus({ days: 1 }).startOf('day'));
}
