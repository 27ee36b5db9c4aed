/** Records that are an account's no more: what still stands on them of ours is taken back. */
import type { FieldValue } from '../ports/crm.ts';
import { longId, sameRecord, shortId } from '../ports/record-ids.ts';
import { ref } from '../records/collection.ts';
import { accounts, type CrmDocument, crmAccounts } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { clearedFields } from './crm-fields.ts';
import { isOurs, markOf } from './field-values.ts';
import { isOutside } from './pilot.ts';

/** Values that a record may show, by field: `markOf` each. */
export type Marks = CrmDocument['shown'];

/** Former records kept of an account; the oldest go first. */
const mostFormer = 8;
/** Values kept of a field: those of a day that has a result every hour. */
const mostMarks = 24;

/** An answer by which a record is no more: its account's is looked up again. */
const goneCodes = new Set([
  'ENTITY_IS_DELETED',
  'NOT_FOUND',
  'INVALID_CROSS_REFERENCE_KEY',
  'INVALID_ID_FIELD',
  'MALFORMED_ID',
]);
export const isGone = (code: string): boolean => goneCodes.has(code);

/**
 * What was written to a record, once `sent` was sent there. Those before are kept, too: of two tries
 * nothing may tell which arrived, and people have copied what stood there.
 */
export function marksAfter(known: Marks, sent: Record<string, FieldValue>): Marks {
  const marks = { ...known };
  for (const [name, value] of Object.entries(sent)) {
    const mark = markOf(value);
    const before = (known[name] ?? []).filter((one) => one !== mark);
    marks[name] = [...before, mark].slice(-mostMarks);
  }
  return marks;
}

/** What is kept of a record that is the account's, or was. */
export const recordOf = (
  state: CrmDocument,
  recordId: string,
): { record_id: string | null; shown: Marks } | undefined =>
  [state, ...state.former].find((one) => sameRecord(one.record_id, recordId));

/** Marks of all that was written for an account, on whichever record. */
export function marksOf({ shown, former }: CrmDocument): Marks {
  const marks = { ...shown };
  for (const record of former) {
    for (const [name, values] of Object.entries(record.shown)) {
      marks[name] = [...new Set([...(marks[name] ?? []), ...values])];
    }
  }
  return marks;
}

/** What is kept of records when the account's is `recordId` from now on. */
export function recordsAfter(
  known: CrmDocument | undefined,
  recordId: string | null,
): Pick<CrmDocument, 'shown' | 'former'> {
  if (!known) return { shown: {}, former: [] };
  const { record_id: before, shown, former } = known;
  if (before === null || sameRecord(before, recordId)) {
    const others = former.filter((one) => !sameRecord(one.record_id, recordId));
    const back = former.find((one) => sameRecord(one.record_id, recordId));
    return { shown: back ? back.shown : shown, former: others };
  }
  const left = { record_id: before, shown };
  const others = former.filter((one) => !sameRecord(one.record_id, recordId));
  return { shown: {}, former: [...others, left].slice(-mostFormer) };
}

/** The document, where something was sent to a record that is not its account's any more. */
export function withStray(
  now: CrmDocument,
  recordId: string | null,
  sent: Record<string, FieldValue>,
): CrmDocument | undefined {
  const isStray = recordId !== null && !sameRecord(recordId, now.record_id);
  if (!isStray || Object.keys(sent).length === 0) return undefined;
  const known = now.former.find((one) => sameRecord(one.record_id, recordId));
  const stray = { record_id: recordId, shown: marksAfter(known?.shown ?? {}, sent) };
  const others = now.former.filter((one) => one !== known);
  return { ...now, former: [...others, stray].slice(-mostFormer) };
}

/** A record that may show what is an account's, and is not that account's. */
export interface Stray {
  account: string;
  recordId: string;
  /** What it shows now, its external id among it. */
  found: Record<string, FieldValue>;
  shown: Marks;
  /** What the account's record shows, or will. */
  fields: Record<string, FieldValue>;
}

/** What is to be emptied on records that are nobody's now: values that are ours, and no others. */
export async function leftOnStrays(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  mapping: SalesforceMapping,
  strays: readonly Stray[],
): Promise<{ account: string; id: string; fields: Record<string, FieldValue> }[]> {
  const empty = clearedFields(mapping);
  const left: { account: string; id: string; fields: Record<string, FieldValue> }[] = [];
  for (const { account, recordId, found, shown, fields } of strays) {
    const ours = Object.keys(empty).filter((name) =>
      isOurs(found[name], shown[name], fields[name]),
    );
    if (ours.length === 0 || (await hasOwner(snapshots, mapping, recordId, found))) continue;
    const cleared = Object.fromEntries(ours.map((name) => [name, empty[name] ?? null]));
    left.push({ account, id: recordId, fields: cleared });
  }
  return left;
}

/** Whether the record is another account's, whose sync writes to it unless Salesforce refuses that. */
async function hasOwner(
  snapshots: Runtime['snapshots'],
  mapping: SalesforceMapping,
  recordId: string,
  found: Record<string, FieldValue>,
): Promise<boolean> {
  if (mapping.externalId !== null) {
    const owner = found[mapping.externalId];
    if (typeof owner !== 'string' || owner === '') return false;
    const document = (await snapshots.get(ref(accounts, owner)))?.data;
    if (!document || isOutside(mapping, document)) return false;
    return (await snapshots.get(ref(crmAccounts, owner)))?.data.state !== 'parked';
  }
  const holders = await snapshots.count({
    collection: crmAccounts,
    where: [
      { field: 'record_id', op: 'in', value: [longId(recordId), shortId(recordId)] },
      { field: 'state', op: 'in', value: ['synced', 'pending'] },
    ],
  });
  return holders > 0;
}
