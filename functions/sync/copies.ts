/**
 * Records that are nobody's and show something in our fields. Nothing that is kept names those that people
 * copied; whose it is that they show is told by the marks of what was written to accounts.
 */
import { ref } from '../records/collection.ts';
import {
  type CrmDocument,
  crmAccounts,
  type ReconciliationDocument,
  type UnclaimedRecord,
  unclaimedOf,
} from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { note } from './compare-accounts.ts';
import { marksOf, recordOf } from './former-records.ts';
import { countWritten, isEnough } from './likeness.ts';
import { keepStrays } from './strays.ts';

/** Records that one comparison can judge: what it holds in memory. More are a person's matter. */
export const mostUnclaimed = 10_000;
const recordsPerDocument = 200;
const accountsPerPage = 2_000;

/** Keeps records of a page that are nobody's, under its name; counted in the report. */
export async function keepUnclaimed(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  reconciliation: string,
  page: string,
  found: readonly UnclaimedRecord[],
  report: ReconciliationDocument,
): Promise<void> {
  report.unclaimed += found.length;
  if (isTooMany(report)) return;
  for (let first = 0; first < found.length; first += recordsPerDocument) {
    const records = found.slice(first, first + recordsPerDocument);
    await snapshots.set(ref(unclaimedOf(reconciliation), `${page}${first}`), { records });
  }
}

export const isTooMany = ({ unclaimed }: ReconciliationDocument): boolean =>
  unclaimed > mostUnclaimed;

/**
 * Looks among accounts, from one on, for those whose values stand on records that are nobody's. At the end
 * copies are strays like others, and values that were never written here are counted.
 * @returns where the next ones begin
 */
export async function traceCopies(
  runtime: Runtime,
  mapping: SalesforceMapping,
  id: string,
  report: ReconciliationDocument,
): Promise<string | null> {
  if (report.unclaimed === 0 || isTooMany(report)) return null;
  const { snapshots } = runtime;
  const page = await snapshots.query({
    collection: crmAccounts,
    limit: accountsPerPage,
    ...(report.cursor !== null && { startAfter: { id: report.cursor } }),
  });
  const documents = await snapshots.query({ collection: unclaimedOf(id), limit: mostUnclaimed });
  const records = documents.flatMap(({ data }) => data.records);
  const improved = compareMarks(mapping, page, records);
  for (const { id: name, data } of documents) {
    if (data.records.some((record) => improved.has(record))) {
      await snapshots.set(ref(unclaimedOf(id), name), data);
    }
  }
  if (page.length === accountsPerPage) return page.at(-1)?.id ?? null;
  for (const { record_id: record, shown, alike } of records) {
    if (alike < Object.keys(shown).length) note(report.typed, record);
  }
  await keepStrays(runtime, id, 'copies~', await copiesAmong(runtime, records));
  return null;
}

/** Notes at each record the account that it is most like. @returns those where it is a new one */
function compareMarks(
  mapping: SalesforceMapping,
  page: readonly { id: string; data: CrmDocument }[],
  records: readonly UnclaimedRecord[],
): Set<UnclaimedRecord> {
  const showing = new Map<string, number[]>();
  for (const [at, { shown }] of records.entries()) {
    for (const value of Object.entries(shown).map(String)) {
      showing.set(value, [...(showing.get(value) ?? []), at]);
    }
  }
  const improved = new Set<UnclaimedRecord>();
  const alike = new Uint16Array(records.length);
  for (const { id: account, data: state } of page) {
    const marks = marksOf(state);
    alike.fill(0);
    for (const [name, values] of Object.entries(marks)) {
      for (const mark of values) {
        for (const at of showing.get(String([name, mark])) ?? []) alike[at] = (alike[at] ?? 0) + 1;
      }
    }
    const written = countWritten(mapping, marks);
    for (const [at, record] of records.entries()) {
      const count = alike[at] ?? 0;
      if (count < record.alike || !isEnough(count, record.shown, written)) continue;
      // Of several that it is like, the one that it is kept for, or names.
      const isItsOwn = record.names === account || recordOf(state, record.record_id) !== undefined;
      if (count === record.alike && !isItsOwn) continue;
      Object.assign(record, { account, alike: count });
      improved.add(record);
    }
  }
  return improved;
}

/** Those that show another account than they name, and that no document names: the others are known. */
async function copiesAmong(
  { snapshots }: Runtime,
  records: readonly UnclaimedRecord[],
): Promise<{ account: string; recordId: string }[]> {
  const copies = records.flatMap(({ record_id: recordId, names, account }) =>
    account === null || account === names ? [] : [{ account, recordId }],
  );
  const states = await snapshots.getAll(copies.map(({ account }) => ref(crmAccounts, account)));
  return copies.filter(({ recordId }, i) => {
    const state = states[i]?.data;
    return state !== undefined && recordOf(state, recordId) === undefined;
  });
}
