/** Judgements that people entered, frozen for a run and read as if they were the team's own rows. */

import type { Snapshots } from '../ports/snapshots.ts';
import { type EntryDocument, entries } from '../records/entries.ts';
import type { RunDocument } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { Column } from '../scorecard/engine/columns.ts';
import { enteredTable, jobId } from './run-tables.ts';
import type { ProvidedSource, Sources } from './sources-query.ts';

const table = 'assessments';

/** More judgements than this that were entered last are not looked at: older ones have ended. */
const mostAssessments = 10_000;

type Assessment = Extract<EntryDocument, { kind: 'assessment' }>;

/**
 * The sources with what was entered before the run's instant. Repeating it finds the table that
 * the run froze at first, whatever was entered since.
 */
export async function withEntered(
  { pack, warehouse, snapshots }: Pick<Runtime, 'pack' | 'warehouse' | 'snapshots'>,
  id: string,
  run: Pick<RunDocument, 'attempt' | 'as_of'>,
  sources: Sources,
): Promise<Sources> {
  const contract = pack.sources.get(table);
  if (!contract || !pack.groups.some((group) => group.sources.includes(table))) return sources;
  const entered = await enteredBefore(snapshots, pack.id, run.as_of);
  if (entered.length === 0) return sources;
  const name = enteredTable(id, run);
  const columns = contract.columns.map(({ name: column, type }) => ({ name: column, type }));
  await warehouse.createTable(name, { columns }, { temporary: true });
  await warehouse.load({
    id: jobId(id, run, 'entered'),
    table: name,
    batches: [{ rows: entered.length, columns: columnsOf(entered) }],
  });
  const own: ProvidedSource = sources.get(table) ?? {
    contract,
    table,
    path: [],
    columns: new Map(columns.map((column) => [column.name, column])),
    location: null,
  };
  return new Map([...sources, [table, { ...own, entered: name }]]);
}

/** The last judgement of a kind on each day: whoever corrects one enters it again. */
async function enteredBefore(
  snapshots: Snapshots,
  pack: string,
  asOf: string,
): Promise<Assessment[]> {
  const stored = await snapshots.query({
    collection: entries,
    where: [
      { field: 'pack', op: '==', value: pack },
      { field: 'kind', op: '==', value: 'assessment' },
      { field: 'at', op: '<', value: new Date(asOf).toISOString() },
    ],
    orderBy: { field: 'at', direction: 'desc' },
    limit: mostAssessments,
  });
  const latest = new Map<string, Assessment>();
  for (const { data } of stored) {
    if (data.kind !== 'assessment') continue;
    const key = JSON.stringify([data.account, data.of, data.on]);
    if (!latest.has(key)) latest.set(key, data);
  }
  return [...latest.values()];
}

/** Who judged is not needed for a score, and does not leave the documents. */
function columnsOf(entered: readonly Assessment[]): Map<string, Column> {
  const texts = (of: (entry: Assessment) => string): Column => ({
    as: 'string',
    values: entered.map(of),
  });
  return new Map([
    ['account_id', texts(({ account }) => account)],
    ['assessed_on', texts(({ on }) => on)],
    ['kind', texts(({ of }) => of)],
    ['value', texts(({ value }) => value)],
    ['valid_until', texts(({ until }) => until)],
  ]);
}
