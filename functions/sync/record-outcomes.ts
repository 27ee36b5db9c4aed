/** Keeps what became of each account: in `sync_log` first, then in its own document. */
import type { FieldValue, UpdateResult } from '../ports/crm.ts';
import type { Row } from '../ports/warehouse.ts';
import { ref } from '../records/collection.ts';
import { type CrmDocument, crmAccounts } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import { marksAfter, recordsAfter, withStray } from './former-records.ts';
import type { PendingAccount } from './pending-accounts.ts';

export const syncLogTable = 'sync_log';

/** Documents changed in one transaction, far below what Firestore takes. */
const documentsPerTransaction = 200;

/** What was tried for an account, and what came of it. */
export interface Attempt {
  row: PendingAccount;
  result: UpdateResult;
  /** What may have reached the record; nothing where it was not sent. */
  sent: Record<string, FieldValue>;
  /** Values of kept fields as they are in the CRM now, as far as we wrote them. */
  written: CrmDocument['written'];
}

const stateOf = {
  updated: 'synced',
  rejected: 'parked',
  retry: 'pending',
} as const satisfies Record<UpdateResult['outcome'], CrmDocument['state']>;

/**
 * Each document is written only over the one that was read: where it moved meanwhile, a slow
 * call may have written older values over newer ones, so the account goes round again. The log
 * comes first: whoever dies between the two tries again, and the log then says so twice. Where it
 * takes no rows the documents are written all the same, since sweep knows by them alone what waits.
 * @returns the attempts that were kept, the accounts to go round again, and what the log threw
 */
export async function recordOutcomes(
  runtime: Pick<Runtime, 'snapshots' | 'warehouse' | 'clock'>,
  run: string,
  attempts: readonly Attempt[],
): Promise<{ kept: Attempt[]; again: string[]; unlogged: unknown }> {
  const at = runtime.clock.now().toISOString();
  const rows = attempts.map((attempt) => logRow(run, at, attempt));
  const unlogged: unknown = await runtime.warehouse.append(syncLogTable, rows).then(
    () => undefined,
    (error) => error,
  );
  const kept: Attempt[] = [];
  const again: string[] = [];
  for (let first = 0; first < attempts.length; first += documentsPerTransaction) {
    const group = attempts.slice(first, first + documentsPerTransaction);
    const moved = await runtime.snapshots.transaction(async (tx) => {
      const refs = group.map(({ row }) => ref(crmAccounts, row.account));
      const now = await tx.getAll(refs);
      const left = new Set<Attempt>();
      for (const [i, attempt] of group.entries()) {
        const target = refs[i];
        if (!target) continue;
        const latest = now[i];
        if (latest?.version === attempt.row.stored?.version) {
          tx.set(target, documentOf(run, at, attempt));
          continue;
        }
        left.add(attempt);
        const strayed = latest && withStray(latest.data, attempt.row.recordId, attempt.sent);
        if (strayed) tx.set(target, strayed);
      }
      return left;
    });
    for (const attempt of group) {
      if (moved.has(attempt)) again.push(attempt.row.account);
      else kept.push(attempt);
    }
  }
  return { kept, again, unlogged };
}

/** Keeps which records accounts were found to have, over the documents that were read. */
export async function recordFound(
  { snapshots, clock }: Pick<Runtime, 'snapshots' | 'clock'>,
  run: string,
  rows: readonly PendingAccount[],
): Promise<void> {
  const at = clock.now().toISOString();
  for (let first = 0; first < rows.length; first += documentsPerTransaction) {
    const group = rows.slice(first, first + documentsPerTransaction);
    await snapshots.transaction(async (tx) => {
      const refs = group.map(({ account }) => ref(crmAccounts, account));
      const now = await tx.getAll(refs);
      for (const [i, { hash, recordId, stored }] of group.entries()) {
        const target = refs[i];
        if (!target || now[i]?.version !== stored?.version) continue;
        tx.set(target, {
          ...stored?.data,
          state: 'pending',
          record_id: recordId,
          synced_hash: stored?.data.synced_hash ?? null,
          hash,
          run,
          at,
          code: null,
          reason: null,
          fields: [],
          since: waitingSince(stored?.data) ?? at,
          written: stored?.data.written ?? {},
          ...recordsAfter(stored?.data, recordId),
        });
      }
    });
  }
}

/** Since when the record is not as it should be; of documents without it, since the last try. */
export const waitingSince = (known: CrmDocument | undefined): string | null =>
  known === undefined || known.state === 'synced' ? null : (known.since ?? known.at);

function documentOf(run: string, at: string, { row, result, sent, written }: Attempt): CrmDocument {
  const updated = result.outcome === 'updated';
  const known = row.stored?.data;
  // Of several attempts one may have arrived, though the last was refused. All went to the known record.
  const marked = known && { ...known, shown: marksAfter(known.shown, sent) };
  // The run that brought the content: what is sent a second time is still that one's.
  const isSame = updated && known?.state === 'synced' && known.synced_hash === row.hash;
  return {
    ...known,
    state: stateOf[result.outcome],
    record_id: row.recordId,
    synced_hash: updated ? row.hash : (row.stored?.data.synced_hash ?? null),
    hash: row.hash,
    run: isSame ? known.run : run,
    at,
    code: updated ? null : result.code,
    reason: updated ? null : result.reason,
    fields: result.outcome === 'rejected' ? [...(result.fields ?? [])] : [],
    since: updated ? null : (waitingSince(known) ?? at),
    written,
    ...recordsAfter(marked, row.recordId),
  };
}

function logRow(run: string, at: string, { row, result }: Attempt): Row {
  const updated = result.outcome === 'updated';
  return {
    date: at.slice(0, 10),
    at,
    account_id: row.account,
    run,
    record_id: row.recordId,
    outcome: stateOf[result.outcome],
    code: updated ? null : result.code,
    reason: updated ? null : result.reason,
    content_hash: row.hash,
  };
}
