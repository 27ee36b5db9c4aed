/**
 * Lists of accounts in an order that Firestore can serve: equality filters, one order, and a
 * cursor. A search by part of a name is no query there, so it looks at accounts in order, a
 * bounded number a request, and goes on by cursor.
 */

import type { Filter, Query, Snapshots, Stored } from '../../ports/snapshots.ts';
import type { AccountList, AccountSummary } from '../../records/api/accounts.ts';
import { ref } from '../../records/collection.ts';
import { type AccountDocument, accounts } from '../../records/documents.ts';
import { packs } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import type { Pack, Score } from '../../scorecard/language/pack/pack.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { type AccountCursor, decodeAccountCursor, encodeCursor } from '../cursors.ts';
import {
  bandNamed,
  ids,
  inPoints,
  inPointsOrNull,
  phaseNamed,
  requireListed,
  scoreOf,
} from '../names.ts';
import type { AccountParameters, AccountSort } from '../parameters.ts';

/** Accounts that one search request looks at. */
const mostLookedAt = 2_000;
/** Accounts that a search reads at once. */
const searchBatch = 1_000;

type Account = Stored<AccountDocument>;

/** One part of an order: accounts with points come before those without, in either direction. */
type Part = Pick<Query<AccountDocument>, 'orderBy'> & { where: Filter[] };

/** @throws Rejected `bad-request` for a filter that names nothing of the pack, or a bad cursor */
export async function listAccounts(
  { snapshots, pack }: Runtime,
  parameters: AccountParameters,
): Promise<AccountList> {
  const score = scoreOf(pack, parameters.score);
  const filters = filtersOf(pack, score, parameters);
  const order = `${score.id} ${parameters.sort}`;
  const start = parameters.cursor
    ? decodeAccountCursor(parameters.cursor, order)
    : { order, part: 0 };
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  const parts = partsOf(pack, score, parameters.sort, current?.date ?? null);
  const search = parameters.q === undefined ? undefined : containing(parameters.q);

  const found: Account[] = [];
  // Whoever types a whole id wants that account first, wherever it stands in the order.
  const exact = parameters.q === undefined ? undefined : await withId(parameters.q);
  if (exact && !parameters.cursor) found.push(exact);

  let lookedAt = 0;
  let last: AccountCursor = start;
  let more = false;
  const batch = search ? searchBatch : parameters.limit + 1;
  for await (const { account, position } of walk(snapshots, filters, parts, start, batch)) {
    more = found.length === parameters.limit || lookedAt === mostLookedAt;
    if (more) break;
    lookedAt += 1;
    last = position;
    if (account.id !== exact?.id && (!search || search(account))) found.push(account);
  }
  return {
    score: score.id,
    accounts: found.map((account) => summaryOf(pack, account)),
    looked_at: lookedAt,
    ...(more ? { next: encodeCursor(last) } : {}),
  };

  async function withId(id: string): Promise<Account | undefined> {
    const account = await snapshots.get(ref(accounts, id));
    if (account?.data.state !== 'active') return undefined;
    const fits = filters.every(({ field, value }) => valueAt(account.data, field) === value);
    return fits ? account : undefined;
  }
}

/** Accounts in order, from a cursor on, with where each of them stands. */
async function* walk(
  snapshots: Snapshots,
  filters: readonly Filter[],
  parts: readonly Part[],
  start: AccountCursor,
  batch: number,
): AsyncGenerator<{ account: Account; position: AccountCursor }> {
  let position = start;
  for (const [number, part] of parts.entries()) {
    if (number < position.part) continue;
    if (number > position.part) position = { order: start.order, part: number };
    for (let full = true; full; ) {
      const { id, value } = position;
      const accountsFound: Account[] = await snapshots.query({
        collection: accounts,
        where: [...filters, ...part.where],
        limit: batch,
        ...(part.orderBy ? { orderBy: part.orderBy } : {}),
        ...(id === undefined ? {} : { startAfter: { id, ...(part.orderBy ? { value } : {}) } }),
      });
      for (const account of accountsFound) {
        position = { order: start.order, part: number, id: account.id };
        if (part.orderBy) position.value = orderValue(account.data, part.orderBy.field);
        yield { account, position };
      }
      full = accountsFound.length === batch;
    }
  }
}

function filtersOf(pack: Pack, score: Score, { band, phase, owner }: AccountParameters): Filter[] {
  const filters: Filter[] = [];
  if (band !== undefined) {
    requireListed('band', band, `score ${score.id}`, ids([...score.bands, unknownBand]));
    filters.push({ field: `scores.${score.id}.band`, op: '==', value: band });
  }
  if (phase !== undefined) {
    requireListed('phase', phase, `pack ${pack.id}`, ids(pack.phases));
    filters.push({ field: 'phase', op: '==', value: phase });
  }
  if (owner !== undefined) {
    requireListed('attribute', 'owner', `pack ${pack.id}`, pack.attributes);
    filters.push({ field: 'attributes.owner', op: '==', value: owner });
  }
  return filters;
}

function partsOf(pack: Pack, score: Score, sort: AccountSort, date: string | null): Part[] {
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const active: Filter = { field: 'state', op: '==', value: 'active' };
  switch (sort) {
    case 'points':
    case '-points': {
      const field = `scores.${score.id}.points`;
      return [
        { where: [{ field, op: '>=', value: 0 }], orderBy: { field, direction } },
        // An absent account has no scores, so neither part holds it.
        { where: [{ field, op: '==', value: null }] },
      ];
    }
    case 'moved':
    case '-moved':
      return [
        {
          where: [{ field: 'date', op: '==', value: date }],
          orderBy: { field: `scores.${score.id}.moved`, direction },
        },
      ];
    case 'name':
    case '-name':
      if (!pack.attributes.includes('name')) return [{ where: [active] }];
      return [{ where: [active], orderBy: { field: 'attributes.name', direction } }];
    case 'id':
      return [{ where: [active] }];
  }
}

/** Whether name or id holds the text, whatever its case and width (ｱ = ア, Ａ = a). */
function containing(text: string): (account: Account) => boolean {
  const wanted = folded(text);
  return ({ id, data }) =>
    folded(id).includes(wanted) || folded(String(data.attributes.name ?? '')).includes(wanted);
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

function orderValue(document: AccountDocument, field: string): string | number | null {
  const value = valueAt(document, field);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function valueAt(document: AccountDocument, field: string): unknown {
  return field.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<string, unknown>)[name];
  }, document);
}

export function summaryOf(pack: Pack, { id, data }: Account): AccountSummary {
  const scores: AccountSummary['scores'] = {};
  for (const [score, result] of Object.entries(data.scores)) {
    scores[score] = {
      state: result.state,
      points: inPointsOrNull(result.points),
      band: bandNamed(pack, score, result.band),
      computed_band: result.computed_band,
      override: result.override,
      scorecard: result.scorecard,
      confidence: result.confidence,
      cap: result.cap,
      waiting_for_data: result.waiting_for_data,
      held_by_hysteresis: result.held_by_hysteresis,
      trend: result.trend,
      moved: inPoints(result.moved),
    };
  }
  return {
    id,
    name: nameOf(data),
    state: data.state,
    phase: phaseNamed(pack, data.phase),
    attributes: data.attributes,
    date: data.date,
    scores,
  };
}

export function nameOf(document: AccountDocument): string | null {
  const { name } = document.attributes;
  return name === undefined || name === null ? null : String(name);
}
