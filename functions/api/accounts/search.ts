/**
 * Accounts by the beginning of their id or part of their name. The name is found by a key that
 * documents hold, so that a search reads what it may find and not all accounts.
 */
import type { Filter, Stored } from '../../ports/snapshots.ts';
import { ref } from '../../records/collection.ts';
import { type AccountDocument, accounts } from '../../records/documents.ts';
import { type NameSearch, nameSearch } from '../../records/name-search.ts';
import { packs, runs } from '../../records/run-documents.ts';
import { allRewritten } from '../../runs/rewrites.ts';
import type { Runtime } from '../../runtime.ts';

/** Accounts that one request looks at. */
const mostLookedAt = 100;
/** While documents of an earlier release have no keys yet, names are read one after the other. */
const mostRead = 2_000;
/** Of ids that begin as the text does, the first in each writing. */
const mostById = 5;

export type Account = Stored<AccountDocument>;

export interface Found {
  accounts: Account[];
  lookedAt: number;
  /** Where there may be more: the last account looked at by name. */
  next?: { id?: string };
}

/**
 * @param filters equalities that the accounts meet
 * @param after `next` of the page before
 */
export async function searchAccounts(
  runtime: Pick<Runtime, 'snapshots' | 'pack'>,
  text: string,
  wanted: {
    filters: readonly Filter[];
    limit: number;
    after?: { id?: string | undefined } | undefined;
  },
): Promise<Found> {
  const { snapshots, pack } = runtime;
  const { filters, limit, after } = wanted;
  const byId = (await withIdLike(runtime, text)).filter(
    ({ data }) =>
      data.state === 'active' &&
      filters.every(({ field, value }) => valueAt(data, field) === value),
  );
  const found = after === undefined ? byId.slice(0, limit) : [];
  const search = nameSearch(text);
  if (!search) return { accounts: found, lookedAt: byId.length };

  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  const run = current && (await snapshots.get(ref(runs, current.run)))?.data;
  const hasKeys = run !== undefined && run !== null && allRewritten(run);
  const most = hasKeys ? mostLookedAt : mostRead;
  const page = await snapshots.query({
    collection: accounts,
    where: [
      { field: 'state', op: '==', value: 'active' },
      ...filters,
      ...(hasKeys ? [{ field: 'search', op: 'array-contains', value: search.key } as const] : []),
    ],
    limit: most,
    ...(after?.id === undefined ? {} : { startAfter: { id: after.id } }),
  });
  let lookedAt = 0;
  for (const account of page) {
    if (found.length === limit) break;
    lookedAt += 1;
    if (byId.some(({ id }) => id === account.id)) continue;
    if (isFound(search, account)) found.push(account);
  }
  const id = page[lookedAt - 1]?.id ?? after?.id;
  const isAll = lookedAt === page.length && page.length < most;
  const next = id === undefined ? {} : { id };
  return { accounts: found, lookedAt, ...(isAll ? {} : { next }) };
}

const isFound = (search: NameSearch, { data }: Account): boolean =>
  search.matches(String(data.attributes.name ?? ''));

/** Accounts whose id begins with the text, as it is typed, in capitals or in small letters. */
async function withIdLike(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  text: string,
): Promise<Account[]> {
  const writings = [...new Set([text, text.toLowerCase(), text.toUpperCase()])];
  const found = await Promise.all(
    writings.map(async (beginning) => {
      const exact = await snapshots.get(ref(accounts, beginning));
      const further = await snapshots.query({
        collection: accounts,
        limit: mostById,
        startAfter: { id: beginning },
      });
      return [exact, ...further].filter((account) => account?.id.startsWith(beginning));
    }),
  );
  return found.flat().filter((account) => account !== undefined);
}

/** What a document holds at a path such as `scores.health.band`. */
export function valueAt(document: AccountDocument, field: string): unknown {
  return field.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<string, unknown>)[name];
  }, document);
}
