/**
 * Who took over accounts that are absent already: a team may enter it after they left, and the runs that
 * follow do not look at such accounts any more.
 */
import { mergesQuery } from '../inputs/run-inputs.ts';
import type { Sources } from '../inputs/sources-query.ts';
import { ref } from '../records/collection.ts';
import { accounts } from '../records/documents.ts';
import type { RunDocument } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';

/** Of more accounts that were taken over, only those that ended last are looked at. */
const mostMerges = 10_000;
const accountsPerRead = 200;
/** More than this many wait for the next run: they stand on the run's document. */
const mostAtOnce = 500;

/** Absent accounts whose documents do not say yet who took them over. */
export async function lateMerges(
  { warehouse, snapshots, pack }: Runtime,
  run: RunDocument,
  sources: Sources,
): Promise<RunDocument['late_merges']> {
  if (run.kind === 'backfill') return [];
  const request = { pack, sources, asOf: run.as_of, date: run.date };
  const query = mergesQuery(request, mostMerges);
  if (!query) return [];
  const merges = (await warehouse.query(query.sql, query.parameters)).map((row) => ({
    account: String(row.account_id),
    merged_into: String(row.merged_into),
  }));
  const late: RunDocument['late_merges'] = [];
  for (let first = 0; first < merges.length; first += accountsPerRead) {
    const group = merges.slice(first, first + accountsPerRead);
    const shown = await snapshots.getAll(group.map(({ account }) => ref(accounts, account)));
    late.push(
      ...group.filter(({ merged_into: link }, i) => {
        const document = shown[i]?.data;
        return document?.state === 'absent' && document.merged_into !== link;
      }),
    );
  }
  return late.slice(0, mostAtOnce);
}
