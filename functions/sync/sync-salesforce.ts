import { createHash } from 'node:crypto';
import { code, hasCode, KenkoError, Throttled, Unauthorized } from '../errors.ts';
import type { FieldValue, UpdateResult } from '../ports/crm.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  type CrmDocument,
  crmAccounts,
} from '../records/documents.ts';
import type { AccountsChangedMessage } from '../records/messages.ts';
import type { SalesforceMapping } from '../scorecard/pack.ts';
import { crmFields } from './crm-fields.ts';

/** How often an account is loaded and sent again because its documents moved meanwhile. */
const mostRounds = 5;

interface Pending {
  account: string;
  fields: Record<string, FieldValue>;
  hash: string;
  recordId: string | null;
  stored: Stored<CrmDocument> | undefined;
}

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
 * until its content or the mapping changes; a row it cannot take now waits for sweep.
 * @throws Unauthorized where credentials do not work: an operator has to act
 */
export async function syncSalesforce(
  runtime: Runtime,
  message: AccountsChangedMessage,
): Promise<SyncCounts> {
  const counts: SyncCounts = { updated: 0, unchanged: 0, parked: 0, waiting: 0 };
  const mapping = runtime.pack.salesforce;
  if (!mapping) return counts;
  try {
    let accountsLeft = [...new Set(message.accounts)];
    for (let round = 0; round < mostRounds && accountsLeft.length > 0; round += 1) {
      accountsLeft = await syncRound(runtime, mapping, message.run, accountsLeft, counts);
    }
    // Documents that move faster than we can write them get another message, not a loop.
    if (accountsLeft.length > 0) {
      await runtime.bus.publish('accounts-changed', [
        { body: { ...message, accounts: accountsLeft } },
      ]);
    }
    return counts;
  } finally {
    const { updated: synced, unchanged, parked, waiting: retried } = counts;
    runtime.log.accountsSynced({ run: message.run, synced, unchanged, parked, retried });
  }
}

/** @returns accounts whose document changed while they were being written */
async function syncRound(
  runtime: Runtime,
  mapping: SalesforceMapping,
  run: string,
  ids: readonly string[],
  counts: SyncCounts,
): Promise<string[]> {
  const { crm } = runtime;
  const pending = await needsSync(runtime, mapping, ids);
  counts.unchanged += ids.length - pending.length;
  if (pending.length === 0) return [];

  const outcomes = new Map<Pending, UpdateResult>();
  try {
    await resolveRecords(runtime, mapping, pending, outcomes);
    const writable = pending.filter((row) => row.recordId !== null);
    const results = await crm.update(
      mapping.object,
      writable.map((row) => ({ id: row.recordId ?? '', fields: row.fields })),
    );
    for (const [index, row] of writable.entries()) {
      const result = results[index];
      outcomes.set(row, result ?? noAnswer);
    }
  } catch (error) {
    if (!(error instanceof KenkoError)) throw error;
    // Throttling is not the message's fault: every refusal would count towards its dead letter.
    for (const row of pending) {
      if (outcomes.has(row)) continue;
      outcomes.set(row, { outcome: 'retry', code: error.code, reason: error.message });
    }
    runtime.log.syncDelayed({ run, accounts: pending.length, code: error.code });
    await record(runtime, run, outcomes, counts);
    if (error instanceof Unauthorized || !(error instanceof Throttled)) throw error;
    return [];
  }
  return record(runtime, run, outcomes, counts);
}

const noAnswer: UpdateResult = {
  outcome: 'retry',
  code: 'no-answer',
  reason: 'Salesforce gave no answer for the record.',
};

/** Accounts whose fields differ from what Salesforce holds or has refused. */
async function needsSync(
  runtime: Runtime,
  mapping: SalesforceMapping,
  ids: readonly string[],
): Promise<Pending[]> {
  const { snapshots } = runtime;
  const documents = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
  const states = await snapshots.getAll(ids.map((id) => ref(crmAccounts, id)));
  const pending: Pending[] = [];
  for (const [index, account] of ids.entries()) {
    const document = documents[index]?.data;
    if (!document) continue;
    const stored = states[index];
    const fields = crmFields(mapping, document);
    const hash = fieldsHash(mapping.object, fields);
    const known = stored?.data;
    if (known?.hash === hash && known.state !== 'pending') continue;
    const recordId = known?.record_id ?? recordIdColumn(mapping, document);
    pending.push({ account, fields, hash, recordId, stored });
  }
  return pending;
}

/** The record id that the team's own table holds, where the pack looks none up. */
function recordIdColumn(
  mapping: SalesforceMapping,
  { attributes }: AccountDocument,
): string | null {
  const id = mapping.externalId === null ? attributes.salesforce_id : null;
  return typeof id === 'string' ? id : null;
}

/** Hash of what would be written; a changed mapping changes it too. */
export function fieldsHash(object: string, fields: Record<string, FieldValue>): string {
  return createHash('sha256')
    .update(JSON.stringify([object, Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('hex')
    .slice(0, 32);
}

async function resolveRecords(
  runtime: Runtime,
  mapping: SalesforceMapping,
  pending: readonly Pending[],
  outcomes: Map<Pending, UpdateResult>,
): Promise<void> {
  const unresolved = pending.filter((row) => row.recordId === null);
  if (unresolved.length === 0) return;
  const { externalId } = mapping;
  const found = externalId
    ? await runtime.crm.resolve(
        externalId,
        unresolved.map((row) => row.account),
      )
    : { ids: new Map<string, string>(), ambiguous: new Set<string>() };
  const key = externalId ?? 'salesforce_id';
  for (const row of unresolved) {
    row.recordId = found.ids.get(row.account) ?? null;
    if (row.recordId !== null) continue;
    const several = found.ambiguous.has(row.account);
    outcomes.set(row, {
      outcome: 'rejected',
      code: several ? 'ambiguous-record' : 'no-record',
      reason: `${several ? 'More than one' : 'No'} ${mapping.object} is found by ${key}.`,
    });
  }
}

/**
 * Keeps each outcome, only over the document that was read: where it moved meanwhile, a slow
 * call may have written older values over newer ones, so the account goes round again.
 */
async function record(
  runtime: Runtime,
  run: string,
  outcomes: ReadonlyMap<Pending, UpdateResult>,
  counts: SyncCounts,
): Promise<string[]> {
  const { snapshots, clock, log } = runtime;
  const again: string[] = [];
  for (const [row, result] of outcomes) {
    const target = ref(crmAccounts, row.account);
    const next: CrmDocument = {
      state:
        result.outcome === 'updated'
          ? 'synced'
          : result.outcome === 'rejected'
            ? 'parked'
            : 'pending',
      record_id: row.recordId,
      synced_hash: result.outcome === 'updated' ? row.hash : (row.stored?.data.synced_hash ?? null),
      hash: row.hash,
      run,
      at: clock.now().toISOString(),
      code: result.outcome === 'updated' ? null : result.code,
      reason: result.outcome === 'updated' ? null : result.reason,
    };
    try {
      if (row.stored) await snapshots.set(target, next, { ifVersion: row.stored.version });
      else await snapshots.create(target, next);
    } catch (error) {
      if (!hasCode(error, code.conflict) && !hasCode(error, code.alreadyExists)) throw error;
      again.push(row.account);
      continue;
    }
    if (result.outcome === 'updated') counts.updated += 1;
    else if (result.outcome === 'retry') counts.waiting += 1;
    else {
      counts.parked += 1;
      log.accountParked({ run, account: row.account, code: result.code });
    }
  }
  return again;
}
