import { KenkoError, Unauthorized } from '../errors.ts';
import type { FieldValue, UpdateResult } from '../ports/crm.ts';
import type { AccountsChangedMessage, DeliveryAttempt } from '../records/messages.ts';
import { nothingToCrm } from '../runs/first-runs.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { leaveReceipt } from '../sweep/batches.ts';
import { clearedFields } from './crm-fields.ts';
import { isGone } from './former-records.ts';
import { withoutKept, writtenAfter } from './kept-by-hand.ts';
import {
  changedSince,
  type PendingAccount,
  pendingAccounts,
  type Resend,
  type ShownAccounts,
} from './pending-accounts.ts';
import { takenBack } from './pilot.ts';
import { type Attempt, recordFound, recordOutcomes } from './record-outcomes.ts';
import { sharedRecords } from './shared-records.ts';

/** How often an account is loaded and sent again because its documents moved meanwhile. */
const mostRounds = 5;

/** What became of a message's accounts. */
export interface SyncCounts {
  updated: number;
  unchanged: number;
  parked: number;
  waiting: number;
}

/**
 * Writes the latest results of accounts to Salesforce: those whose mapped fields differ from
 * the last successful update. What is written is decided by the latest documents, never by the
 * message, so that repeats and reordering converge. A row that Salesforce refuses is parked
 * until its content or the mapping changes, or reconcile tries it again; an account whose record
 * is no more is looked up again. Whatever it cannot take now waits for sweep: the
 * message is done, since every refusal of it would count towards its dead letter, and would be
 * tried beside what sweep sends. A delivery that is `repeated` sends every account again: the
 * one before may have written a result that was latest then, and died before it could say so;
 * where the result has gone back since to what was recorded last, nothing else would tell. Nothing
 * is written while most accounts have been unknown since the pack's first run: the run that ends
 * that sends all of them.
 */
export async function syncSalesforce(
  runtime: Runtime,
  message: AccountsChangedMessage,
  delivery: DeliveryAttempt = { repeated: false },
): Promise<SyncCounts> {
  const counts = await syncAccounts(runtime, message, delivery);
  await leaveReceipt(runtime, 'accounts-changed', message.swept);
  return counts;
}

async function syncAccounts(
  runtime: Runtime,
  message: AccountsChangedMessage,
  { repeated }: DeliveryAttempt,
): Promise<SyncCounts> {
  const counts: SyncCounts = { updated: 0, unchanged: 0, parked: 0, waiting: 0 };
  const mapping = runtime.pack.salesforce;
  if (!mapping) return counts;
  if (await nothingToCrm(runtime)) {
    const reason = 'nothing is written to Salesforce while most accounts are unknown';
    runtime.log.messageIgnored({ function: 'sync-salesforce', run: message.run, reason });
    return counts;
  }
  try {
    let left = [...new Set(message.accounts)];
    let resend: Resend = repeated ? 'to-record-known' : 'no';
    if (message.again) resend = 'to-record-found-anew';
    let unlogged: unknown;
    const shown: ShownAccounts = new Map();
    for (let round = 0; round < mostRounds && left.length > 0; round += 1) {
      const done = await syncRound(
        runtime,
        mapping,
        message.run,
        { accounts: left, resend, shown },
        counts,
      );
      left = done.left;
      unlogged ??= done.unlogged;
      // Somebody else wrote these meanwhile, and ours may have come after theirs.
      if (resend === 'no') resend = 'to-record-known';
    }
    // Documents that move faster than we can write them get another message, not a loop.
    if (left.length > 0) {
      const { swept: _, ...others } = message;
      const body = { ...others, accounts: left, again: true };
      await runtime.bus.publish('accounts-changed', [{ body }]);
    }
    // Delivered again, it is written and logged again. What waits for sweep is so by itself.
    if (unlogged !== undefined && counts.updated + counts.parked > 0) throw unlogged;
    if (unlogged !== undefined) {
      runtime.log.requestFailed({ function: 'sync-salesforce', error: unlogged });
    }
    return counts;
  } finally {
    const { updated: synced, unchanged, parked, waiting: retried } = counts;
    runtime.log.accountsSynced({ run: message.run, synced, unchanged, parked, retried });
  }
}

/** @returns accounts whose document changed while they were being written, and what the log threw */
async function syncRound(
  runtime: Runtime,
  mapping: SalesforceMapping,
  run: string,
  {
    accounts,
    resend,
    shown,
  }: { accounts: readonly string[]; resend: Resend; shown: ShownAccounts },
  counts: SyncCounts,
): Promise<{ left: string[]; unlogged?: unknown }> {
  const pending = await pendingAccounts(runtime, mapping, accounts, resend, shown);
  counts.unchanged += accounts.length - pending.length;
  if (pending.length === 0) return { left: [] };

  const { attempts, found } = await attemptAll(runtime, mapping, run, pending);
  await recordFound(runtime, run, found);
  const { kept, again, unlogged } = await recordOutcomes(runtime, run, attempts);
  for (const { row, result } of kept) {
    if (result.outcome === 'updated') counts.updated += 1;
    else if (result.outcome === 'retry') counts.waiting += 1;
    else {
      counts.parked += 1;
      runtime.log.accountParked({ run, account: row.account, code: result.code });
    }
  }
  const updated = kept.filter(({ result }) => result.outcome === 'updated');
  const changed = await changedSince(
    runtime,
    updated.map(({ row }) => row),
  );
  const toWrite = found.map(({ account }) => account);
  return { left: [...again, ...changed, ...toWrite], unlogged };
}

/**
 * Writes to the records that are known. @returns what came of each, and accounts whose record was
 * found just now: it is kept before anything is written there, so that whoever dies over it
 * leaves no values on a record of which nobody knows.
 */
async function attemptAll(
  runtime: Runtime,
  mapping: SalesforceMapping,
  run: string,
  pending: readonly PendingAccount[],
): Promise<{ attempts: Attempt[]; found: PendingAccount[] }> {
  const results = new Map<PendingAccount, UpdateResult>();
  const sent = new Map<PendingAccount, Record<string, FieldValue>>();
  const found = new Set<PendingAccount>();
  const lookUp = async (rows: readonly PendingAccount[]): Promise<void> => {
    const settled = await resolveRecords(runtime, mapping, rows);
    for (const [row, result] of settled) results.set(row, result);
    for (const row of rows) {
      const isNew = row.recordId !== null && row.recordId !== row.stored?.data.record_id;
      if (isNew && !settled.has(row)) found.add(row);
    }
  };
  try {
    await lookUp(pending);
    const known = pending.filter(
      (row) => row.recordId !== null && !found.has(row) && !results.has(row),
    );
    for (const [row, fields] of await fieldsToSend(runtime, mapping, known)) sent.set(row, fields);
    const isThere = (row: PendingAccount) => Object.keys(sent.get(row) ?? {}).length > 0;
    const written = known.filter((row) => !row.isOutside || isThere(row));
    const answers = await runtime.crm.update(
      mapping.object,
      written.map((row) => ({ id: row.recordId ?? '', fields: sent.get(row) ?? {} })),
    );
    const gone: PendingAccount[] = [];
    for (const [i, row] of written.entries()) {
      const answer = answers[i] ?? noAnswer;
      if (answer.outcome === 'rejected' && isGone(answer.code)) gone.push(row);
      results.set(row, answer);
    }
    const takenFrom = known.filter((row) => {
      const outcome = results.get(row)?.outcome ?? 'updated';
      return row.isOutside && (outcome === 'updated' || gone.includes(row));
    });
    const again = mapping.externalId === null ? takenFrom : [...takenFrom, ...gone];
    for (const row of again) row.recordId = null;
    await lookUp(again);
  } catch (error) {
    if (!(error instanceof KenkoError)) throw error;
    const waiting = pending.filter((row) => !results.has(row) && !found.has(row));
    for (const row of waiting) {
      results.set(row, { outcome: 'retry', code: error.code, reason: error.message });
    }
    const delayed = { run, accounts: waiting.length, code: error.code };
    if (error instanceof Unauthorized) runtime.log.credentialsRefused(delayed);
    else runtime.log.syncDelayed(delayed);
  }
  const attempts = pending
    .filter((row) => !found.has(row))
    .map((row) => {
      const result = results.get(row) ?? noAnswer;
      const fields = sent.get(row) ?? {};
      const arrived = result.outcome === 'updated' ? fields : {};
      const written = writtenAfter(mapping, arrived, row.stored?.data.written);
      return { row, result, sent: fields, written };
    });
  return { attempts, found: [...found] };
}

const noAnswer: UpdateResult = {
  outcome: 'retry',
  code: 'no-answer',
  reason: 'Salesforce gave no answer for the record.',
};

/** What is written to each record: what it should show, or what is taken back from it. */
async function fieldsToSend(
  runtime: Runtime,
  mapping: SalesforceMapping,
  rows: readonly PendingAccount[],
): Promise<[PendingAccount, Record<string, FieldValue>][]> {
  const shown = rows.filter((row) => !row.isOutside);
  const outside = rows.filter((row) => row.isOutside);
  const toShow = await withoutKept(runtime, mapping, shown);
  const toTake = await takenBack(runtime, mapping, outside, clearedFields(mapping));
  return [
    ...shown.map((row, i): [PendingAccount, Record<string, FieldValue>] => [row, toShow[i] ?? {}]),
    ...outside.map((row, i): [PendingAccount, Record<string, FieldValue>] => [
      row,
      toTake[i] ?? {},
    ]),
  ];
}

/** Finds the records of those whose record is not known. @returns what is settled without one */
export async function resolveRecords(
  { crm, snapshots }: Pick<Runtime, 'crm' | 'snapshots'>,
  mapping: SalesforceMapping,
  pending: readonly PendingAccount[],
): Promise<Map<PendingAccount, UpdateResult>> {
  const { object, externalId } = mapping;
  const results = await sharedRecords({ snapshots }, mapping, pending);
  const unknown = pending.filter((row) => row.recordId === null && !results.has(row));
  const unresolved = unknown.filter((row) => !row.isOutside);
  for (const row of unknown) if (row.isOutside) results.set(row, { outcome: 'updated' });
  if (unresolved.length === 0) return results;
  const found = externalId
    ? await crm.resolve(
        externalId,
        unresolved.map((row) => row.account),
      )
    : { ids: new Map<string, string>(), ambiguous: new Set<string>() };
  const key = externalId ?? 'salesforce_id';
  for (const row of unresolved) {
    row.recordId = found.ids.get(row.account) ?? null;
    if (row.recordId !== null) continue;
    const several = found.ambiguous.has(row.account);
    if (row.isAbsent && !several) {
      results.set(row, { outcome: 'updated' });
      continue;
    }
    results.set(row, {
      outcome: 'rejected',
      code: several ? ambiguousRecord : noRecord,
      reason: `${several ? 'More than one' : 'No'} ${object} is found by ${key}.`,
    });
  }
  return results;
}

/** Codes of accounts that cannot be written since no one record is theirs. */
export const noRecord = 'no-record';
export const ambiguousRecord = 'ambiguous-record';
