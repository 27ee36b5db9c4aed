/**
 * Documents of accounts that another release wrote in another format, an older one or, after a
 * rollback, a newer one: each run writes some of them again, whatever became of their results.
 */
import { createHash } from 'node:crypto';
import { accountFormat } from '../records/documents.ts';
import type { Rewrites, RunDocument } from '../records/run-documents.ts';

const places = 1_000;
/** A run writes a tenth of the accounts again, or this many where a tenth is less. */
const accountsAtLeast = 5_000;
const placesAtLeast = places / 10;

/**
 * Which documents a run writes again. What a run before it did not finish comes once more.
 * @param previous the last run that was closed; the documents of a first one are all new
 */
export function nextRewrites(
  previous: Pick<RunDocument, 'rewrites' | 'state'> | undefined,
  accounts: number,
): Rewrites {
  const from = previous ? placesDone(previous) : places;
  const count = Math.max(placesAtLeast, Math.ceil((places * accountsAtLeast) / (accounts || 1)));
  return { format: accountFormat, from, until: Math.min(places, from + count) };
}

function placesDone({ rewrites, state }: Pick<RunDocument, 'rewrites' | 'state'>): number {
  if (rewrites.format !== accountFormat) return 0;
  return state === 'finished' ? rewrites.until : rewrites.from;
}

/** Whether all documents have today's format since the run. */
export const allRewritten = (run: Pick<RunDocument, 'rewrites' | 'state'>): boolean =>
  placesDone(run) >= places;

/** Whether the account's document is among those that the run writes again. */
export function isRewritten({ rewrites }: Pick<RunDocument, 'rewrites'>, account: string): boolean {
  const { from, until } = rewrites;
  if (from === until) return false;
  const place = createHash('sha256').update(account).digest().readUInt32BE() % places;
  return place >= from && place < until;
}
