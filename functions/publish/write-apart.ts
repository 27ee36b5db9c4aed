/** Writing many accounts at once, where one that cannot be written must not keep back the others. */
import { code, hasCode, type KenkoError } from '../errors.ts';
import type { UnpublishedAccounts } from '../records/run-documents.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import type { AccountResult } from './account-document.ts';

/**
 * Writes the items together; where that is refused, in ever smaller parts, until only what is
 * refused by itself is left. Also a transaction that would be too large is made several of.
 */
export async function writeApart<T, W>(
  items: readonly T[],
  write: (items: readonly T[]) => Promise<W[]>,
): Promise<{ written: W[]; refused: { item: T; error: KenkoError }[] }> {
  try {
    return { written: await write(items), refused: [] };
  } catch (error) {
    if (!hasCode(error, code.invalidData) && !hasCode(error, code.badRequest)) throw error;
    const [item] = items;
    if (items.length <= 1) {
      return { written: [], refused: item === undefined ? [] : [{ item, error }] };
    }
    const middle = Math.ceil(items.length / 2);
    const first = await writeApart(items.slice(0, middle), write);
    const second = await writeApart(items.slice(middle), write);
    return {
      written: [...first.written, ...second.written],
      refused: [...first.refused, ...second.refused],
    };
  }
}

/** So many are named; the rest is counted. */
const mostExamples = 50;

export function addUnpublished(
  all: UnpublishedAccounts,
  more: UnpublishedAccounts,
): UnpublishedAccounts {
  const known = new Set(all.examples.map(({ account }) => account));
  const other = more.examples.filter(({ account }) => !known.has(account));
  return {
    count: all.count + more.count - (more.examples.length - other.length),
    examples: [...all.examples, ...other].slice(0, mostExamples),
  };
}

/** A value of that size is no name: it is the one at fault where a document is too large. */
const largeBytes = 10_000;

/** Why an account cannot be written: whose value it is, where one attribute stands out. */
export function unpublishedOf(
  pack: Pick<Pack, 'tables'>,
  { account, attributes }: Pick<AccountResult, 'account' | 'attributes'>,
  error: KenkoError,
): UnpublishedAccounts {
  const mapping = pack.tables.get('accounts');
  const table = mapping?.table ?? 'accounts';
  const texts = Object.entries(attributes).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [{ name, bytes: Buffer.byteLength(value), whole: value.isWellFormed() }]
      : [],
  );
  const faulty =
    texts.find(({ whole }) => !whole) ??
    texts.filter(({ bytes }) => bytes > largeBytes).sort((a, b) => b.bytes - a.bytes)[0];
  if (!faulty) {
    return {
      count: 1,
      examples: [{ account, table: null, column: null, reason: error.summary }],
    };
  }
  const column = mapping?.columns?.get(faulty.name) ?? faulty.name;
  const reason = faulty.whole
    ? `${table}.${column} has ${faulty.bytes} bytes; the document of an account holds at most 1 MiB.`
    : `${table}.${column} holds half a surrogate pair; it has to be valid Unicode.`;
  return { count: 1, examples: [{ account, table, column, reason }] };
}
