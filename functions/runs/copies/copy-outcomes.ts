/** What became of accounts, as the team's table says it, with each change of it: what scores are proved against. */

import { code, Rejected } from '../../errors.ts';
import { jobId, newOutcomesTable } from '../../inputs/run-tables.ts';
import { lackingColumns, unreadableColumns } from '../../inputs/source-columns.ts';
import { findSources, sourceQuery } from '../../inputs/sources-query.ts';
import type { RunDocument } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import type { ColumnBatch, ColumnRequest } from '../../scorecard/engine/columns.ts';

const table = 'outcomes';
const key = ['account_id', 'outcome_on', 'kind'];
const facts = ['mrr', 'notice_on', 'reason'];
const texts: ColumnRequest[] = [...key, 'notice_on', 'reason', 'seen_on'].map((name) => ({
  name,
  as: 'string',
}));
const numbers: ColumnRequest[] = ['mrr', 'withdrawn', 'revision'].map((name) => ({
  name,
  as: 'number',
}));

/**
 * Adds outcomes that the team's table has now and had not at the last run, those of which something
 * changed, and those that it has no more. Does nothing where the team has no such table.
 * @throws Rejected `invalid-data` where the table lacks a column that tells outcomes apart
 */
export async function copyOutcomes(
  { pack, warehouse }: Pick<Runtime, 'pack' | 'warehouse'>,
  id: string,
  run: Pick<RunDocument, 'attempt' | 'as_of' | 'date'>,
): Promise<void> {
  const source = (await findSources(warehouse, { ...pack, groups: [] }, [table])).get(table);
  if (!source) return;
  const needed = new Set(key);
  const lacking = lackingColumns(source, needed, pack).map(({ sentence }) => sentence);
  const [fault] = [...lacking, ...unreadableColumns(source, needed)];
  if (fault !== undefined) throw new Rejected(code.invalidData, fault);
  const known = sourceQuery(source, { zone: pack.zone, until: { asOf: 'as_of', date: 'date' } });
  const changed = newOutcomesTable(id, run);
  const { rows } = await warehouse.materialize({
    id: jobId(id, run, 'new-outcomes'),
    sql: changesQuery(known),
    parameters: { as_of: { timestamp: run.as_of }, date: { date: run.date } },
    table: changed,
    cluster: ['account_id'],
  });
  if (rows === 0) return;
  const batches: ColumnBatch[] = [];
  for await (const batch of warehouse.read({ table: changed, columns: [...texts, ...numbers] })) {
    batches.push(batch);
  }
  await warehouse.load({ id: jobId(id, run, 'outcomes'), table, batches });
}

/** @param known the team's outcomes as the contract has them */
function changesQuery(known: string): string {
  const same = key.map((name) => `now_known.${name} = before.${name}`).join(' AND ');
  const either = key.map((name) => `COALESCE(now_known.${name}, before.${name}) AS ${name}`);
  const moved = [
    'IFNULL(now_known.mrr, -1) <> IFNULL(before.mrr, -1)',
    "IFNULL(CAST(now_known.notice_on AS STRING), '') <> IFNULL(CAST(before.notice_on AS STRING), '')",
    "IFNULL(now_known.reason, '') <> IFNULL(before.reason, '')",
  ];
  const first = `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${key.join(', ')} ORDER BY`;
  return `WITH now_known AS (
  SELECT ${[...key, ...facts].join(', ')} FROM (
    ${known}
  ) AS known
  WHERE ${key.map((name) => `${name} IS NOT NULL`).join(' AND ')}
  ${first} ${facts.join(', ')}) = 1
), before AS (
  SELECT ${[...key, ...facts].join(', ')}, withdrawn, revision FROM ${table}
  WHERE outcome_on <= @date
  ${first} revision DESC) = 1
)
SELECT ${either.join(', ')},
  IF(now_known.account_id IS NULL, before.mrr, now_known.mrr) AS mrr,
  IF(now_known.account_id IS NULL, before.notice_on, now_known.notice_on) AS notice_on,
  IF(now_known.account_id IS NULL, before.reason, now_known.reason) AS reason,
  now_known.account_id IS NULL AS withdrawn,
  IFNULL(before.revision, 0) + 1 AS revision,
  @date AS seen_on
FROM now_known FULL OUTER JOIN before ON ${same}
WHERE before.account_id IS NULL
  OR (now_known.account_id IS NULL AND NOT before.withdrawn)
  OR (now_known.account_id IS NOT NULL AND (before.withdrawn OR ${moved.join(' OR ')}))`;
}
