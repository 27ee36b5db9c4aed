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
import { allFields } from './crm-fields.ts';
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
): Promise<PendingAccount[]> {
  // In this order: whoever writes a newer result meanwhile moves what was read first, so that
  // ours cannot pass for the latest.
  const states = await snapshots.getAll(ids.map((id) => ref(crmAccounts, id)));
  const documents = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
  const pending: PendingAccount[] = [];
  for (const [index, account] of ids.entries()) {
    const found = documents[index];
    if (!found) continue;
    const document = found.data;
    const stored = states[index];
    const known = stored?.data;
    if (isUntouched(mapping, document, known)) continue;
    const outside = isOutside(mapping, document);
    const fields = allFields(mapping, document);
    const hash = fieldsHash(mapping.object, outside ? {} : fields);
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

/**
 * Accounts whose result changed since it was read. One that goes back to what it was before is
 * nothing to write for whoever looks at it then, so only the slower writer can tell.
 */
export async function changedSince(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  rows: readonly PendingAccount[],
): Promise<string[]> {
  const now = await snapshots.getAll(rows.map(({ account }) => ref(accounts, account)));
  return rows
    .filter(({ resultVersion }, i) => now[i]?.version !== resultVersion)
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
