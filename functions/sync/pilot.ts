/** A pilot: of accounts outside it nothing is written, and what stood of them is taken back. */
import type { FieldValue } from '../ports/crm.ts';
import type { AccountDocument, CrmDocument } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { isOurs } from './field-values.ts';

/** Whether the mapping names a pilot that the account is not in. */
export function isOutside(
  { pilot }: Pick<SalesforceMapping, 'pilot'>,
  { attributes, phase }: Pick<AccountDocument, 'attributes' | 'phase'>,
): boolean {
  if (pilot === null) return false;
  const known = Object.entries(attributes).filter(([, value]) => value !== null);
  const account = { ...Object.fromEntries(known), phase: phase ?? '' } as Record<string, string>;
  return pilot.evaluate({ account, metrics: {} }) !== true;
}

/** Whether nothing stands of an account outside the pilot: there is nothing to do, or to compare. */
export const isUntouched = (
  mapping: Pick<SalesforceMapping, 'pilot'>,
  document: Pick<AccountDocument, 'attributes' | 'phase'>,
  known: CrmDocument | undefined,
): boolean =>
  isOutside(mapping, document) &&
  (known === undefined || (known.state === 'synced' && known.record_id === null));

/** What is emptied on each record: fields that show what was written there, and no others. */
export async function takenBack(
  { crm }: Pick<Runtime, 'crm'>,
  { object }: SalesforceMapping,
  rows: readonly {
    recordId: string | null;
    fields: Record<string, FieldValue>;
    stored: { data: CrmDocument } | undefined;
  }[],
  empty: Record<string, FieldValue>,
): Promise<Record<string, FieldValue>[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ recordId }) => recordId ?? '');
  const records = await crm.read(object, ids, Object.keys(empty));
  return rows.map(({ recordId, fields, stored }) => {
    const found = records.get(recordId ?? '') ?? {};
    const marks = stored?.data.shown ?? {};
    const ours = Object.entries(empty).filter(([name]) =>
      isOurs(found[name], marks[name], fields[name]),
    );
    return Object.fromEntries(ours);
  });
}
