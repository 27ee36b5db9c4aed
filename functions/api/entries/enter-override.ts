/** A person sets a band in place of the computed one, for a limited time. */

import { createHash } from 'node:crypto';
import { clocksApartMs, dayMs } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import { lastingOverrides, republishOverridden } from '../../publish/overrides.ts';
import { keepOverridden } from '../../publish/portfolio-counts.ts';
import type { OverrideAnswer, OverrideRequest } from '../../records/api/overrides.ts';
import { ref } from '../../records/collection.ts';
import { type OverrideDocument, overrides } from '../../records/documents.ts';
import type { Runtime } from '../../runtime.ts';
import { quoted } from '../../safe-text.ts';
import { inForce } from '../../scorecard/meaning/override.ts';
import { findAccount } from '../accounts/account.ts';
import { ids, requireListed, scoreOf } from '../names.ts';
import { keepOnce } from './keep-once.ts';

const mostDays = 366;

/**
 * Keeps the override and publishes the account with it. The same `Idempotency-Key` for the same
 * account gives the override that it first made.
 * @throws Rejected `not-found` for an unknown account, `bad-request` for what the pack or the
 *   calendar does not allow, `conflict` where the key stands for another override
 */
export async function enterOverride(
  runtime: Runtime,
  account: string,
  request: OverrideRequest,
  key: string | undefined,
): Promise<OverrideAnswer> {
  const now = runtime.clock.now();
  const id = overrideId(account, key ?? JSON.stringify([request, now.toISOString()]));
  const known = await runtime.snapshots.get(ref(overrides, id));
  const kept = known?.data ?? (await create(runtime, id, account, request, now));
  if (!isSame(kept, account, request)) {
    throw new Rejected(
      code.conflict,
      'The Idempotency-Key stands for another override of this account; use a new one.',
    );
  }
  if ((await republishOverridden(runtime, { account })) > 0) await keepOverridden(runtime);
  return overrideShown(id, kept, now);
}

/** As the API shows it. */
export function overrideShown(
  id: string,
  { pack: _, at: __, ...shown }: OverrideDocument,
  now: Date,
): OverrideAnswer {
  return { id, ...shown, in_force: inForce(shown, now) };
}

async function create(
  runtime: Runtime,
  id: string,
  account: string,
  request: OverrideRequest,
  now: Date,
): Promise<OverrideDocument> {
  const { pack, snapshots } = runtime;
  const { data } = await findAccount(runtime, account);
  if (data.state === 'absent') {
    throw new Rejected(
      code.badRequest,
      `Account ${quoted(account)} has left; it has no score to set.`,
    );
  }
  const score = scoreOf(pack, request.score);
  requireListed('band', request.band, `score ${score.id}`, ids(score.bands));
  if (!data.scores[score.id]) {
    throw new Rejected(code.badRequest, `Account ${quoted(account)} has no score ${score.id}.`);
  }
  const override: OverrideDocument = {
    pack: pack.id,
    account,
    score: score.id,
    band: request.band,
    reason: request.reason,
    author: request.author,
    from: instantOf(request.from) ?? (await fromNow(runtime, account, score.id, now)),
    until: instantOf(request.until) ?? request.until,
    withdrawn: null,
    at: now.toISOString(),
  };
  checkTimes(override, now);
  // The same request may have come twice at once.
  return keepOnce(snapshots, ref(overrides, id), override);
}

/**
 * Now, and not before what was entered last: the clock of whoever took that may be ahead of ours,
 * and of two overrides the one that begins later counts.
 */
async function fromNow(
  runtime: Runtime,
  account: string,
  score: string,
  now: Date,
): Promise<string> {
  const lasting = await lastingOverrides(runtime, runtime.pack.id);
  const begun = (lasting.get(account) ?? [])
    .filter((known) => known.score === score)
    .map(({ from }) => Date.parse(from))
    .filter((from) => from > now.getTime() && from <= now.getTime() + clocksApartMs);
  return new Date(Math.max(now.getTime(), ...begun.map((from) => from + 1))).toISOString();
}

function checkTimes({ from, until }: OverrideDocument, now: Date): void {
  const begin = Date.parse(from);
  const end = Date.parse(until);
  if (begin < now.getTime()) {
    throw new Rejected(
      code.badRequest,
      `from is ${from}, in the past; leave it out to begin now (${now.toISOString()}).`,
    );
  }
  if (end <= begin) {
    throw new Rejected(code.badRequest, `until is ${until}; it has to be after ${from}.`);
  }
  if (end > now.getTime() + mostDays * dayMs) {
    const latest = new Date(now.getTime() + mostDays * dayMs).toISOString();
    throw new Rejected(
      code.badRequest,
      `until is ${until}; an override ends within ${mostDays} days, by ${latest}.`,
    );
  }
}

/** In UTC, as documents have it. */
const instantOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : new Date(text).toISOString();

function isSame(kept: OverrideDocument, account: string, request: OverrideRequest): boolean {
  return (
    kept.account === account &&
    kept.score === request.score &&
    kept.band === request.band &&
    kept.reason === request.reason &&
    kept.author === request.author &&
    (kept.withdrawn?.until ?? kept.until) === instantOf(request.until) &&
    (request.from === undefined || kept.from === instantOf(request.from))
  );
}

/** By the key alone, where there is one: a repeat with other content is then noticed. */
function overrideId(account: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([account, key]))
    .digest('hex')
    .slice(0, 32);
}
