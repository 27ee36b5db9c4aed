/**
 * First runs of a pack of which most accounts are unknown: something is missing that a team meant to
 * provide. They are published, so that people can look, and nothing of them is written to Salesforce.
 */
import { inputsTable, stagingTable } from '../inputs/run-tables.ts';
import { ref } from '../records/collection.ts';
import { packs, type RunDocument, runs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';

/** Names listed in a sentence. */
const mostNames = 8;

/** Nothing of the run is written to Salesforce, and nobody has let it through. */
export const isWithheld = (run: Pick<RunDocument, 'withheld' | 'decision'>): boolean =>
  run.withheld !== null && run.decision?.action !== 'release';

/** Whether that is so of the run that people see now. */
export async function nothingToCrm({
  snapshots,
  pack,
}: Pick<Runtime, 'snapshots' | 'pack'>): Promise<boolean> {
  const shown = await shownRun({ snapshots }, pack.id);
  return shown !== undefined && isWithheld(shown);
}

/**
 * What a scored run may send to Salesforce: nothing while most accounts have been unknown since the
 * pack's first run, then all accounts, since nobody has seen them there.
 */
export async function whatToSend(
  runtime: Runtime,
  id: string,
  run: RunDocument,
): Promise<Pick<RunDocument, 'withheld' | 'sends_all'>> {
  if (run.kind === 'backfill') return { withheld: null, sends_all: false };
  const shown = await shownRun(runtime, run.pack);
  const mayWithhold = shown === undefined || isWithheld(shown);
  const withheld = mayWithhold ? await mostlyUnknown(runtime, id, run) : null;
  return { withheld, sends_all: withheld === null && shown?.withheld != null };
}

async function shownRun(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  pack: string,
): Promise<RunDocument | undefined> {
  const current = (await snapshots.get(ref(packs, pack)))?.data.current;
  return current ? (await snapshots.get(ref(runs, current.run)))?.data : undefined;
}

/** Null where at least half of the accounts have a band in one of their scores. */
async function mostlyUnknown(
  runtime: Runtime,
  id: string,
  run: RunDocument,
): Promise<RunDocument['withheld']> {
  const [found] = await runtime.warehouse.query(
    `SELECT COUNT(*) AS accounts, COUNT(CASE WHEN known = 0 THEN 1 END) AS unknown
     FROM (
       SELECT account_id, MAX(CASE WHEN band IS NOT NULL AND band <> 'unknown' THEN 1 ELSE 0 END) AS known
       FROM ${stagingTable(id, run)} WHERE state <> 'absent' GROUP BY account_id
     ) AS scored`,
  );
  const accounts = Number(found?.accounts ?? 0);
  const unknown = Number(found?.unknown ?? 0);
  if (unknown * 2 <= accounts) return null;
  const missing = [
    ...missingTables(runtime.pack, run),
    ...(await missingMetrics(runtime, id, run)),
  ].join(' ');
  return {
    accounts,
    unknown,
    message:
      `${unknown} of ${accounts} accounts have no band, so nothing is written to Salesforce. ${missing}`.trimEnd(),
  };
}

/** In sentences: tables that are not there, hold nothing, or hold rows of other accounts. */
function missingTables(pack: Pack, { sources }: Pick<RunDocument, 'sources'>): string[] {
  const needed = sources.filter(({ table }) => !pack.sources.get(table)?.may_be_empty);
  const name = (table: string) => pack.tables.get(table)?.table ?? table;
  const namesOf = (some: RunDocument['sources']) => some.map(({ table }) => name(table)).join(', ');
  const [gone, there] = [
    needed.filter(({ state }) => state === 'missing'),
    needed.filter(({ state }) => state !== 'missing'),
  ];
  const empty = there.filter(({ rows }) => rows === 0);
  return [
    ...(gone.length > 1 ? [`There are no tables ${namesOf(gone)}.`] : []),
    ...(gone.length === 1 ? [`There is no table ${namesOf(gone)}.`] : []),
    ...(empty.length > 1 ? [`The tables ${namesOf(empty)} have no row.`] : []),
    ...(empty.length === 1 ? [`The table ${namesOf(empty)} has no row.`] : []),
    ...there.flatMap(({ table, rows, matching }) =>
      rows === null || matching === null || matching * 2 > rows || rows === 0
        ? []
        : [`${matching} of ${rows} rows of ${name(table)} belong to an account.`],
    ),
  ];
}

/** Metrics that measures read, by themselves or through one that is made of others. */
function measuredBy({ scores, derived }: Pack): Set<string> {
  const read = new Set(
    scores.flatMap(({ scorecards }) =>
      scorecards.flatMap(({ measures }) => measures.map(({ metric }) => metric)),
    ),
  );
  // Each stands after those it is made of.
  for (const { id, expression } of [...derived].reverse()) {
    if (read.has(id)) for (const metric of expression.metrics) read.add(metric);
  }
  return read;
}

/** In a sentence: metrics of tables that have rows, and yet no value for any account. */
async function missingMetrics(
  { warehouse, pack }: Runtime,
  id: string,
  run: RunDocument,
): Promise<string[]> {
  const filled = new Set(run.sources.filter(({ rows }) => rows !== 0).map(({ table }) => table));
  const read = measuredBy(pack);
  const metrics = pack.groups
    .filter(({ sources }) => sources.every((source) => filled.has(source)))
    .flatMap((group) => group.metrics.map((metric) => metric.id))
    .filter((metric) => read.has(metric));
  if (metrics.length === 0) return [];
  const counts = metrics.map((metric) => `COUNT(\`${metric}\`) AS \`${metric}\``).join(', ');
  const [found = {}] = await warehouse.query(`SELECT ${counts} FROM ${inputsTable(id, run)}`);
  const empty = metrics.filter((metric) => Number(found[metric]) === 0);
  if (empty.length === 0) return [];
  const more = empty.length > mostNames ? ` and ${empty.length - mostNames} more` : '';
  return [`No account has a value of ${empty.slice(0, mostNames).join(', ')}${more}.`];
}
