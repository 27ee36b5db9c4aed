/** Which accounts the CRM does not show as they are, and what it should show of them. */
import { hash as digest } from 'node:crypto';
import type { FieldValue } from '../ports/crm.ts';
import { sameRecord } from '../ports/record-ids.ts';
import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  type CrmDocument,
  crmAccounts,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { allFields, writtenTo } from './crm-fields.ts';
import { isOutside, isUntouched } from './pilot.ts';

export interface PendingAccount {
  account: string;
  /** What the record should show, by field; of one outside the pilot, what it would. */
  fields: Record<string, FieldValue>;
  /** Identifies `fields`. */
  hash: string;
  recordId: string | null;
  /** Outside the pilot: what stands of it is taken back. */
  isOutside: boolean;
  /** It left: where no record names it, nothing is missing. */
  isAbsent: boolean;
  /** The document that this was decided on; undefined before the first sync. */
  stored: Stored<CrmDocument> | undefined;
  /** Version of the result that `fields` show. */
  resultVersion: string;
}

/**
 * What accounts should show, by the version of their documents that says so. Whoever asks again gives it
 * again, so that a document that did not move is read and unpacked once.
 */
export type ShownAccounts = Map<string, ShownAccount>;
interface ShownAccount {
  version: string;
  document: AccountDocument;
  content?: Pick<PendingAccount, 'fields' | 'hash'>;
}

/** Whether accounts are sent that do not differ from what was sent before, and where to. */
export type Resend = 'no' | 'to-record-known' | 'to-record-found-anew';

/**
 * Accounts whose fields differ from what the CRM holds or has refused, by their latest
 * documents; with `resend`, all that have one.
 */
export async function pendingAccounts(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  mapping: SalesforceMapping,
  ids: readonly string[],
  resend: Resend,
  shown: ShownAccounts = new Map(),
): Promise<PendingAccount[]> {
  // In this order: whoever writes a newer result meanwhile moves what was read first, so that
  // ours cannot pass for the latest.
  const states = await snapshots.getAll(ids.map((id) => ref(crmAccounts, id)));
  await readMoved(snapshots, ids, shown);
  const pending: PendingAccount[] = [];
  for (const [index, account] of ids.entries()) {
    const found = shown.get(account);
    if (!found) continue;
    const { document } = found;
    const stored = states[index];
    const known = stored?.data;
    if (isUntouched(mapping, document, known)) continue;
    const outside = isOutside(mapping, document);
    found.content ??= contentOf(mapping, document);
    const { fields, hash } = found.content;
    const column = recordIdColumn(mapping, document);
    const isMoved = column !== null && !sameRecord(column, known?.record_id ?? null);
    const isKnown = known?.hash === hash && known.state !== 'pending' && !isMoved;
    if (isKnown && resend === 'no') continue;
    const isForgotten = resend === 'to-record-found-anew' && !outside;
    const kept = isForgotten ? null : (known?.record_id ?? null);
    const recordId = outside ? kept : (column ?? kept);
    const isAbsent = document.state === 'absent';
    const resultVersion = found.version;
    pending.push({
      ...{ account, fields, hash, recordId, isAbsent, stored, resultVersion },
      isOutside: outside,
    });
  }
  return pending;
}

/** Reads the documents that are not known as they are now. */
async function readMoved(
  snapshots: Runtime['snapshots'],
  ids: readonly string[],
  shown: ShownAccounts,
): Promise<void> {
  const known = ids.filter((id) => shown.has(id));
  const versions = await snapshots.versions(known.map((id) => ref(accounts, id)));
  for (const [i, id] of known.entries()) {
    if (shown.get(id)?.version !== versions[i]) shown.delete(id);
  }
  const unknown = ids.filter((id) => !shown.has(id));
  const documents = await snapshots.getAll(unknown.map((id) => ref(accounts, id)));
  for (const [i, id] of unknown.entries()) {
    const found = documents[i];
    if (found) shown.set(id, { version: found.version, document: found.data });
  }
}

function contentOf(
  mapping: SalesforceMapping,
  document: AccountDocument,
): Pick<PendingAccount, 'fields' | 'hash'> {
  const fields = allFields(mapping, document);
  const hash = fieldsHash(writtenTo(mapping), isOutside(mapping, document) ? {} : fields);
  return { fields, hash };
}

/**
 * Accounts whose result changed since it was read. One that goes back to what it was before is
 * nothing to write for whoever looks at it then, so only the slower writer can tell.
 */
export async function changedSince(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  rows: readonly PendingAccount[],
): Promise<string[]> {
  const now = await snapshots.versions(rows.map(({ account }) => ref(accounts, account)));
  return rows
    .filter(({ resultVersion }, i) => now[i] !== resultVersion)
    .map(({ account }) => account);
}

/** The record id that the team's own table holds, where the pack looks none up. */
export function recordIdColumn(
  mapping: SalesforceMapping,
  { attributes }: AccountDocument,
): string | null {
  const id = mapping.externalId === null ? attributes.salesforce_id : null;
  return typeof id === 'string' && id.trim() !== '' ? id : null;
}

/** Hash of what would be written; a changed mapping changes it too. */
export function fieldsHash(object: string, fields: Record<string, FieldValue>): string {
  const content = [object, Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))];
  return digest('sha256', JSON.stringify(content), 'hex').slice(0, 32);
}
