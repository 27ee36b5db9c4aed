/** Numbers out of the bytes of their texts, without making texts of them where that can be. */
import { dayOf } from '../../calendar.ts';
import { UnexpectedJson } from './json.ts';

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/** Powers of ten that a double holds exactly: a quotient of two exact numbers is rounded once. */
const exactPowers = Array.from({ length: 23 }, (_, power) => 10 ** power);
/** Digits that are exact in a double, whatever they are. */
const exactDigits = 15;

/** INT64, FLOAT64 and NUMERIC. @throws UnexpectedJson */
export function numberAt(bytes: Buffer, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === minus;
  if (negative) at++;
  let digits = 0;
  let decimals = -1;
  let count = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - zero;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      count++;
      if (decimals >= 0) decimals++;
    } else if (bytes[at] === point && decimals < 0) decimals = 0;
    else return longNumber(bytes, start, end);
  }
  if (count === 0 || count > exactDigits) return longNumber(bytes, start, end);
  const value = decimals > 0 ? digits / (exactPowers[decimals] as number) : digits;
  return negative ? -value : value;
}

/** What needs care: many digits, an exponent, infinity, NaN. */
function longNumber(bytes: Buffer, start: number, end: number): number {
  const text = bytes.toString('latin1', start, end);
  const value = Number(text);
  if (!Number.isNaN(value) && text.trim() !== '') return value;
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (!special) throw new UnexpectedJson('a number', start);
  if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** INT64 with all its bits. @throws UnexpectedJson */
export function integerAt(bytes: Buffer, start: number, end: number): bigint {
  const text = bytes.toString('latin1', start, end);
  if (!/^-?\d{1,19}$/.test(text)) throw new UnexpectedJson('a whole number', start);
  return BigInt(text);
}

/** 1 for true. @throws UnexpectedJson */
export function boolAt(bytes: Buffer, start: number, end: number): number {
  const text = bytes.toString('latin1', start, end);
  if (text === 'true') return 1;
  if (text === 'false') return 0;
  throw new UnexpectedJson('true or false', start);
}

/** Days since 1970-01-01 of `YYYY-MM-DD`. @throws UnexpectedJson */
export function dayAt(bytes: Buffer, start: number, end: number): number {
  const day = dayOf(bytes.toString('latin1', start, end));
  if (end - start !== 10 || Number.isNaN(day)) throw new UnexpectedJson('a date', start);
  return day;
}
