/** Fields in which a person's value stays, as the mapping says with `by_hand: keep`. */
import type { FieldValue } from '../ports/crm.ts';
import type { CrmDocument } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { isEmpty, sameInCrm } from './field-values.ts';
import type { PendingAccount } from './pending-accounts.ts';

export const keptFields = (mapping: SalesforceMapping): string[] =>
  mapping.fields.filter(({ keepByHand }) => keepByHand).map(({ name }) => name);

/** Whether a person filled the field in: it holds something, and not what was last written. */
export function isByHand(
  name: string,
  found: FieldValue | undefined,
  written: CrmDocument['written'] | undefined,
): boolean {
  if (isEmpty(found)) return false;
  const last = written?.[name];
  return last === undefined || !sameInCrm(last, found);
}

/** What is to be written to each record: all fields but those that a person filled in. */
export async function withoutKept(
  { crm }: Pick<Runtime, 'crm'>,
  mapping: SalesforceMapping,
  pending: readonly PendingAccount[],
): Promise<Record<string, FieldValue>[]> {
  const kept = keptFields(mapping);
  if (kept.length === 0 || pending.length === 0) return pending.map(({ fields }) => fields);
  const records = await crm.read(
    mapping.object,
    pending.map(({ recordId }) => recordId ?? ''),
    kept,
  );
  return pending.map(({ fields, recordId, stored }) => {
    const found = records.get(recordId ?? '');
    return Object.fromEntries(
      Object.entries(fields).filter(
        ([name]) => !kept.includes(name) || !isByHand(name, found?.[name], stored?.data.written),
      ),
    );
  });
}

/** What to remember of an update: the kept fields that it wrote, and what it left alone. */
export function writtenAfter(
  mapping: SalesforceMapping,
  sent: Record<string, FieldValue>,
  before: CrmDocument['written'] | undefined,
): CrmDocument['written'] {
  const written: CrmDocument['written'] = {};
  for (const name of keptFields(mapping)) {
    const value = name in sent ? sent[name] : before?.[name];
    if (value !== undefined) written[name] = value;
  }
  return written;
}
