/** Which accounts the CRM does not show as they are, and what it should show of them. */
import { createHash } from 'node:crypto';
import type { FieldValue } from '../ports/crm.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import {
  type AccountDocument,
  accounts,
  type CrmDocument,
  crmAccounts,
} from '../records/documents.ts';
import type { SalesforceMapping } from '../scorecard/pack.ts';
import { crmFields } from './crm-fields.ts';

export interface PendingAccount {
  account: string;
  /** What the record should show, by field. */
  fields: Record<string, FieldValue>;
  /** Identifies `fields`. */
  hash: string;
  recordId: string | null;
  /** The document that this was decided on; undefined before the first sync. */
  stored: Stored<CrmDocument> | undefined;
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
  const documents = await snapshots.getAll(ids.map((id) => ref(accounts, id)));
  const states = await snapshots.getAll(ids.map((id) => ref(crmAccounts, id)));
  const pending: PendingAccount[] = [];
  for (const [index, account] of ids.entries()) {
    const document = documents[index]?.data;
    if (!document) continue;
    const stored = states[index];
    const fields = crmFields(mapping, document);
    const hash = fieldsHash(mapping.object, fields);
    const known = stored?.data;
    const column = recordIdColumn(mapping, document);
    const isMoved = column !== null && column !== known?.record_id;
    const isKnown = known?.hash === hash && known.state !== 'pending' && !isMoved;
    if (isKnown && resend === 'no') continue;
    const kept = resend === 'to-record-found-anew' ? null : (known?.record_id ?? null);
    const recordId = column ?? kept;
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
