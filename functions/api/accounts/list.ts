/**
 * Lists of accounts in an order that Firestore can serve: equality filters, one order, and a
 * cursor. What a search finds is ordered page by page.
 */

import type { Filter, Query, Snapshots } from '../../ports/snapshots.ts';
import type { AccountList, AccountSummary } from '../../records/api/accounts.ts';
import { ref } from '../../records/collection.ts';
import { type AccountDocument, accountName, accounts } from '../../records/documents.ts';
import { ownerOf } from '../../records/owners.ts';
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
  ownedBy,
  phaseNamed,
  requireListed,
  scoreOf,
} from '../names.ts';
import type { AccountParameters, AccountSort } from '../parameters.ts';
import { type Account, searchAccounts, valueAt } from './search.ts';

/** One part of an order: accounts with points come before those without, in either direction. */
type Part = Pick<Query<AccountDocument>, 'orderBy'> & { where: Filter[] };

/** @throws Rejected `bad-request` for a filter that names nothing of the pack, or a bad cursor */
export async function listAccounts(
  runtime: Runtime,
  parameters: AccountParameters,
): Promise<AccountList> {
  const { snapshots, pack } = runtime;
  const score = scoreOf(pack, parameters.score);
  const filters = filtersOf(pack, score, parameters);
  const order = `${score.id} ${parameters.sort}`;
  const start = parameters.cursor
    ? decodeAccountCursor(parameters.cursor, order)
    : { order, part: 0 };
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current;
  const parts = partsOf(pack, score, parameters.sort, current?.date ?? null);
  if (parameters.q !== undefined) {
    const after = start.part === 0 ? undefined : start;
    const wanted = { filters, limit: parameters.limit, after };
    const { accounts: some, lookedAt, next } = await searchAccounts(runtime, parameters.q, wanted);
    return {
      score: score.id,
      accounts: inOrder(some, parts).map((account) => summaryOf(pack, account)),
      looked_at: lookedAt,
      ...(next ? { next: encodeCursor({ order, part: 1, ...next }) } : {}),
    };
  }

  const found: Account[] = [];
  let last: AccountCursor = start;
  let more = false;
  for await (const { account, position } of walk(
    snapshots,
    filters,
    parts,
    start,
    parameters.limit + 1,
  )) {
    more = found.length === parameters.limit;
    if (more) break;
    last = position;
    found.push(account);
  }
  return {
    score: score.id,
    accounts: found.map((account) => summaryOf(pack, account)),
    looked_at: found.length,
    ...(more ? { next: encodeCursor(last) } : {}),
  };
}

/** What a search found, in the order of a list; accounts without the order's value come last. */
function inOrder(found: readonly Account[], [part]: readonly Part[]): Account[] {
  const order = part?.orderBy;
  if (!order) return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const sign = order.direction === 'asc' ? 1 : -1;
  return found.toSorted((a, b) => {
    const [one, other] = [orderValue(a.data, order.field), orderValue(b.data, order.field)];
    if (one === other) return a.id < b.id ? -1 : 1;
    if (one === null) return 1;
    if (other === null) return -1;
    return one < other ? -sign : sign;
  });
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
    filters.push(ownedBy(pack, owner));
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

function orderValue(document: AccountDocument, field: string): string | number | null {
  const value = valueAt(document, field);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
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
    name: accountName(data),
    state: data.state,
    phase: phaseNamed(pack, data.phase),
    owner: ownerOf(data),
    attributes: data.attributes,
    date: data.date,
    scores,
  };
}
