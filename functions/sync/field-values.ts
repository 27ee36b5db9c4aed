/** When a value in the CRM is the one that was written there. */
import { hash } from 'node:crypto';
import type { FieldValue } from '../ports/crm.ts';

/** Salesforce rounds numbers to the scale of their field, which is at least two digits here. */
const rounding = 0.005;

/**
 * Whether the CRM shows what was written: it keeps no empty text, no white space around it, and
 * line ends, decimals and instants, to the second, in its own form.
 */
export function sameInCrm(written: FieldValue, found: FieldValue | undefined): boolean {
  const ours = normal(written);
  const theirs = normal(found ?? null);
  // An unchecked box of a record that is not there yet.
  if (ours === theirs || (ours === false && theirs === null)) return true;
  if (typeof ours === 'number' && typeof theirs === 'number') {
    return Math.abs(ours - theirs) <= rounding + 1e-9;
  }
  if (typeof ours === 'string' && typeof theirs === 'string') {
    const [a, b] = [instantOf(ours), instantOf(theirs)];
    return a !== undefined && a === b;
  }
  return false;
}

/** Tells a value that was written from others, without being it: two that the CRM shows alike have one mark. */
export function markOf(value: FieldValue): string {
  const plain = normal(value);
  const shown =
    typeof plain === 'number'
      ? Math.round(plain * 100) / 100
      : typeof plain === 'string'
        ? (instantOf(plain) ?? plain)
        : plain;
  return hash('sha256', JSON.stringify(shown), 'base64url').slice(0, 8);
}

/** Whether a person could have meant it: an empty field and an unchecked box say nothing. */
export function isEmpty(value: FieldValue | undefined): boolean {
  const plain = normal(value ?? null);
  return plain === null || plain === false;
}

/** Whether a value was written here: it has one of the marks, or is what would be written now. */
export function isOurs(
  found: FieldValue | undefined,
  marks: readonly string[] | undefined,
  now: FieldValue | undefined,
): boolean {
  if (found === undefined || isEmpty(found)) return false;
  return marks?.includes(markOf(found)) || sameInCrm(now ?? null, found);
}

function normal(value: FieldValue): FieldValue {
  if (typeof value !== 'string') return value;
  const text = value.replaceAll('\r\n', '\n').trim();
  // A multi-select picklist shows its choices in an order of its own.
  return (text.includes(';') ? text.split(';').sort().join(';') : text) || null;
}

/** `2026-04-01T00:00:00.000+0000` and `2026-04-01T00:00:00Z` are one instant. */
function instantOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(text)) return undefined;
  return Math.floor(Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) / 1_000) * 1_000;
}
