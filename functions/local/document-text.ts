import { code, Rejected } from '../errors.ts';

/** Firestore's limit for a document; names and overhead are left out of our count. */
const mostBytes = 1_048_576;

/**
 * A document as JSON text.
 * @param where the document's path, for messages
 * @throws Rejected `invalid-data` for what would not be read as it was written (undefined,
 *   NaN, infinities, dates, other objects with a class) and above 1 MiB
 */
export function documentText(data: unknown, where: string): string {
  refuseWhatJsonLoses(data, where, '');
  const text = JSON.stringify(data);
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) {
    throw new Rejected(
      code.invalidData,
      `${where} has ${bytes} bytes; a document holds at most ${mostBytes}.`,
    );
  }
  return text;
}

function refuseWhatJsonLoses(value: unknown, where: string, field: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return;
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) refuseWhatJsonLoses(value[i], where, `${field}[${i}]`);
    return;
  } else if (typeof value === 'object' && isPlain(value)) {
    for (const [key, entry] of Object.entries(value)) {
      refuseWhatJsonLoses(entry, where, field === '' ? key : `${field}.${key}`);
    }
    return;
  }
  const shown = typeof value === 'object' ? `a ${value.constructor?.name}` : String(value);
  throw new Rejected(
    code.invalidData,
    `${where}: ${field === '' ? 'the document' : field} is ${shown}; documents hold null, text, finite numbers, booleans, lists and plain objects.`,
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
