/** Numbers, dates and values as people of one language write them. */
import { mostCounted } from '../../records/api/common.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { number, percent, wordLabel } from '../../scorecard/meaning/texts.ts';
import type { Texts } from './texts.ts';

/** What type sets as a minus; a hyphen breaks lines and is too short. */
const minus = '−';

type Value = string | number | boolean | null;

export interface Formats {
  count(n: number): string;
  /** Of things that are counted so far only. */
  counted(n: number): string;
  /** A score, always with one decimal: scores stand below one another. */
  score(points: number): string;
  /** Points of a measure or a boundary, with as many decimals as they have. */
  points(points: number): string;
  /** With its sign; a real minus. */
  signed(points: number): string;
  share(share: number): string;
  date(day: string): string;
  instant(at: string): string;
  /** A metric's value in its unit. */
  value(value: Value, unit: string | null): string;
  /** An account column's value; dates are recognised by their form. */
  attribute(value: Value): string;
}

export function formatsOf(lang: Lang, text: Texts, zone: string): Formats {
  const upTo = (digits: number) => new Intl.NumberFormat(lang, { maximumFractionDigits: digits });
  const whole = upTo(0);
  const one = upTo(1);
  const oneAlways = new Intl.NumberFormat(lang, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const signedNumber = new Intl.NumberFormat(lang, {
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  });
  const significant = new Intl.NumberFormat(lang, { maximumSignificantDigits: 3 });
  const day = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeZone: 'UTC' });
  const instant = new Intl.DateTimeFormat(lang, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: zone,
  });

  // What looks like a date but is none, such as 2026-99-99, is shown as it is.
  const date = (value: string): string => {
    const at = new Date(`${value}T00:00:00Z`);
    return Number.isNaN(at.getTime()) ? value : day.format(at);
  };
  const inUnit = (value: number, unit: string | null): string => {
    if (unit === 'ratio') return percent(value, lang);
    const shown = Number.isInteger(value)
      ? whole.format(value)
      : Math.abs(value) >= 100
        ? one.format(value)
        : significant.format(value);
    const signed = shown.replace('-', minus);
    return unit === null || unit === 'currency' ? signed : text.unit(signed, unit, value === 1);
  };
  const shown = (value: Value, unit: string | null): string => {
    if (value === null || value === '') return text.none;
    if (typeof value === 'boolean') return value ? text.yes : text.no;
    return typeof value === 'number' ? inUnit(value, unit) : wordLabel(value)[lang];
  };
  return {
    count: (n) => whole.format(n),
    counted: (n) => (n < mostCounted ? whole.format(n) : text.orMore(whole.format(n))),
    score: (points) => oneAlways.format(points),
    points: (points) => number(points, lang),
    signed: (points) => signedNumber.format(points).replace('-', minus),
    share: (share) => percent(share, lang),
    date,
    instant: (at) => instant.format(new Date(at)),
    value: shown,
    attribute: (value) => {
      if (typeof value !== 'string' || value === '') return shown(value, null);
      return /^\d{4}-\d{2}-\d{2}$/.test(value) ? date(value) : value;
    },
  };
}
