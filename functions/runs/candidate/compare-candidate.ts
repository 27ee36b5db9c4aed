/**
 * A candidate beside the live rules: once a live run has finished, both are applied to the same inputs
 * of its date, part by part, and what would differ is kept. Nothing of it is published, sent or compared
 * with later, and no document that the live rules read is written.
 */
import { createHash } from 'node:crypto';
import { Rejected } from '../../errors.ts';
import {
  mergeComparisons,
  type ScoreComparison,
  scoreComparison,
} from '../../evidence/compare-rules.ts';
import { withEntered } from '../../inputs/entered-assessments.ts';
import { examineSources } from '../../inputs/examine-sources.ts';
import { freezeInputs } from '../../inputs/freeze-inputs.ts';
import { hasRevenue, withRevenue } from '../../inputs/revenue.ts';
import { inputsTable, jobId } from '../../inputs/run-tables.ts';
import { findSources, groupAges, sourceStates } from '../../inputs/sources.ts';
import type { Snapshots, Stored } from '../../ports/snapshots.ts';
import {
  type CandidateDocument,
  type ComparisonInWork,
  type ComparisonPart,
  candidates,
  partsOf,
} from '../../records/candidate-documents.ts';
import { ref } from '../../records/collection.ts';
import { packs, type RunDocument, runs } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { dropRunTables } from '../end-run.ts';
import { shardStarts } from '../prepare-run.ts';

/** Movers of each score that are listed first: those with most revenue. */
export const mostMovers = 200;
/** Its tables carry the number of an attempt, as those of runs do. */
export const attempt = { attempt: 1 } as const;
const partsAtOnce = 20;
/** As many as a run may have shards. */
const mostParts = 100_000;
const writesPerTransaction = 400;
/** One runs here; others were renamed or replaced. */
const mostPacks = 100;

const nothing = (pack: string): CandidateDocument => ({
  pack,
  latest: null,
  compared: null,
  in_work: null,
  former: [],
});

/** Whether a message about shards is one about parts of a comparison. */
export const isComparison = (id: string): boolean => /-candidate-[0-9a-f]{12}$/.test(id);

/** The version that is compared: none where it has become the live one. */
export const comparedCandidate = ({
  pack,
  candidate,
}: Pick<Runtime, 'pack' | 'candidate'>): Pack | undefined =>
  candidate?.hash === pack.hash ? undefined : candidate;

export const comparisonsIn = (json: string): ScoreComparison[] =>
  scoreComparison.array().parse(JSON.parse(json));

/**
 * Begins the comparison that is due, takes one up that stopped, or removes what is shown no more.
 * @returns the comparison that was begun or taken up
 */
export async function compareCandidate(
  runtime: Runtime,
  stalledMs: number,
): Promise<string | undefined> {
  const { snapshots, pack } = runtime;
  const candidate = comparedCandidate(runtime);
  const known = await snapshots.query({ collection: candidates, limit: mostPacks });
  const stored = known.find(({ id }) => id === pack.id)?.data;
  for (const { id, data } of known) {
    if (!candidate || id !== pack.id) await discard(runtime, data);
  }
  if (!candidate) return undefined;
  if (stored) await removeFormer(snapshots, stored);
  const { current, lease } = (await snapshots.get(ref(packs, pack.id)))?.data ?? {};
  // The live rules come first: what they are at work on is waited for.
  if (!current || lease) return undefined;
  const run = (await snapshots.get(ref(runs, current.run)))?.data;
  if (run?.state !== 'finished' || run.rules_hash !== pack.hash) return undefined;
  const due = dueComparison(runtime, candidate, current.run, run);
  if (stored?.latest?.id === due.id) return undefined;
  const { in_work: found } = stored ?? {};
  if (found?.id === due.id) {
    return (await resume(runtime, candidate, found, stalledMs)) ? due.id : undefined;
  }
  const left = found ? [found.id] : [];
  await change(snapshots, pack.id, (now) => ({
    ...now,
    in_work: due,
    former: [...now.former, ...left],
  }));
  if (found) await dropRunTables(runtime, found.id, attempt);
  await advance(runtime, candidate, due);
  return due.id;
}

function dueComparison(
  { pack, engineHash, clock }: Runtime,
  candidate: Pack,
  id: string,
  run: RunDocument,
): ComparisonInWork {
  const versions = createHash('sha256').update(`${candidate.hash} ${pack.hash} ${engineHash}`);
  return {
    pack: pack.id,
    id: `${id}-candidate-${versions.digest('hex').slice(0, 12)}`,
    run: id,
    date: run.date,
    as_of: run.as_of,
    rules_hash: candidate.hash,
    live_rules_hash: pack.hash,
    engine_hash: engineHash,
    before_date: run.before_date,
    before_rules: run.before_rules,
    group_ages: run.group_ages,
    revenue: false,
    parts: null,
    open: null,
    progressed_at: clock.now().toISOString(),
  };
}

/** Looks after a comparison in work. @returns whether it had stopped and was taken up */
async function resume(
  runtime: Runtime,
  candidate: Pack,
  work: ComparisonInWork,
  stalledMs: number,
): Promise<boolean> {
  const { snapshots, clock } = runtime;
  const now = clock.now();
  const open = work.parts === null ? null : await countOpen(snapshots, work);
  if (open !== null && (work.open === null || open < work.open)) {
    await changeWork(snapshots, work, { open, progressed_at: now.toISOString() });
    if (open > 0) return false;
  } else if (now.getTime() - Date.parse(work.progressed_at) < stalledMs) return false;
  await advance(runtime, candidate, { ...work, open });
  return true;
}

/** Does what is next of a comparison. Every step may be repeated. */
async function advance(runtime: Runtime, candidate: Pack, work: ComparisonInWork): Promise<void> {
  const { snapshots, bus, clock } = runtime;
  await endingWhereRejected(runtime, work, async () => {
    if (work.parts === null) await prepare(runtime, candidate, work);
    else await changeWork(snapshots, work, { progressed_at: clock.now().toISOString() });
    const open = await snapshots.query({
      collection: partsOf(runtime.pack.id, work.id),
      where: [{ field: 'state', op: '==', value: 'open' }],
      limit: mostParts,
    });
    if (open.length === 0) return finishComparison(runtime, work);
    return bus.publish(
      'score-shards',
      open.map(({ id }) => ({ body: { run: work.id, shard: Number(id) } })),
    );
  });
}

/** What the team's data or the candidate makes impossible is said once, and not tried again. */
export async function endingWhereRejected(
  runtime: Runtime,
  work: ComparisonInWork,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const failure = { code: error.code, message: error.message };
    const ended = await end(runtime, work, { accounts: 0, parts: 0, failure, compared: null });
    const { code, summary: reason } = error;
    if (ended) runtime.log.candidateFailed({ pack: runtime.pack.id, run: work.run, code, reason });
  }
}

/** Freezes what both versions read, and cuts it into parts. */
async function prepare(runtime: Runtime, candidate: Pack, work: ComparisonInWork): Promise<void> {
  const { warehouse, snapshots, pack } = runtime;
  const { id, date } = work;
  const both = readByBoth(pack, candidate);
  const instant = { asOf: work.as_of, date };
  const found = await withEntered(
    { warehouse, snapshots, pack: { ...pack, groups: both.groups } },
    id,
    { ...attempt, as_of: work.as_of },
    await findSources(warehouse, both),
  );
  const { sources, faults } = await examineSources(warehouse, both, found, instant);
  const states = await sourceStates(warehouse, both, sources, instant);
  // What the live run found late stays so, though its data may have come since.
  const ages = { ...groupAges(both, states, date), ...work.group_ages };
  const accountColumns = withRevenue(both, sources);
  const table = inputsTable(id, attempt);
  await freezeInputs(
    warehouse,
    { id: jobId(id, attempt, 'inputs'), table },
    {
      pack: { ...both, accountColumns },
      sources,
      faults,
      ...instant,
      groupAges: new Map(Object.entries(ages)),
      beforeDate: work.before_date,
      shown: [],
      trendDates: {},
      ...(pack.asOf === 'slot' ? { revisedBy: pack.hash } : {}),
    },
  );
  const starts = await shardStarts(runtime, table);
  await createParts(snapshots, work, pack.id, starts);
  await changeWork(snapshots, work, {
    parts: starts.length,
    group_ages: ages,
    revenue: hasRevenue(accountColumns),
  });
}

/** All that either version reads. They read alike what both read: `parseCandidate` sees to it. */
function readByBoth(live: Pack, candidate: Pack) {
  const unique = <T>(key: (one: T) => string, ...lists: T[][]): T[] => [
    ...new Map(lists.flat().map((one) => [key(one), one])).values(),
  ];
  const { zone, sources, tables, tolerance } = live;
  return {
    ...{ zone, sources, tables, tolerance },
    groups: unique(({ group }) => group, candidate.groups, live.groups),
    accountColumns: unique(({ name }) => name, candidate.accountColumns, live.accountColumns),
    scores: unique(({ id }) => id, candidate.scores, live.scores),
  };
}

async function createParts(
  snapshots: Snapshots,
  work: ComparisonInWork,
  pack: string,
  starts: readonly string[],
): Promise<void> {
  for (let first = 0; first < starts.length; first += writesPerTransaction) {
    const group = starts.slice(first, first + writesPerTransaction);
    await snapshots.transaction(async (tx) => {
      const refs = group.map((_, i) => ref(partsOf(pack, work.id), String(first + i)));
      const known = await tx.getAll(refs);
      for (const [i, from] of group.entries()) {
        const target = refs[i];
        if (known[i] || !target) continue;
        const before = starts[first + i + 1] ?? null;
        tx.set(target, { from, before, state: 'open', accounts: 0, compared: null });
      }
    });
  }
}

/** Puts the parts together once none is open. */
export async function finishComparison(runtime: Runtime, work: ComparisonInWork): Promise<void> {
  const { snapshots, pack, log } = runtime;
  if ((await countOpen(snapshots, work)) > 0) return;
  let found: ScoreComparison[] = [];
  let accounts = 0;
  let parts = 0;
  let last: string | undefined;
  do {
    const page: Stored<ComparisonPart>[] = await snapshots.query({
      collection: partsOf(pack.id, work.id),
      limit: partsAtOnce,
      ...(last !== undefined && { startAfter: { id: last } }),
    });
    const compared = page.map(({ data }) => comparisonsIn(data.compared ?? '[]'));
    found = mergeComparisons([found, ...compared], mostMovers);
    parts += page.length;
    accounts += page.reduce((sum, { data }) => sum + data.accounts, 0);
    last = page.length < partsAtOnce ? undefined : page.at(-1)?.id;
  } while (last !== undefined);
  const made = { accounts, parts, failure: null, compared: JSON.stringify(found) };
  if (!(await end(runtime, work, made))) return;
  const moved = (found[0]?.movements ?? []).reduce((sum, one) => sum + one.accounts, 0);
  log.candidateCompared({ pack: pack.id, run: work.run, accounts, moved });
}

/** Shows what was made in place of the comparison before. @returns whether it was still in work */
async function end(
  runtime: Runtime,
  work: ComparisonInWork,
  made: Pick<CandidateDocument, 'compared'> &
    Pick<NonNullable<CandidateDocument['latest']>, 'accounts' | 'parts' | 'failure'>,
): Promise<boolean> {
  const { snapshots, pack, clock } = runtime;
  const { id, run, date, as_of, rules_hash, live_rules_hash } = work;
  const { compared, ...rest } = made;
  const ended = await change(snapshots, pack.id, (now) =>
    now.in_work?.id === id
      ? {
          ...now,
          latest: {
            ...{ id, run, date, as_of, rules_hash, live_rules_hash, ...rest },
            finished_at: clock.now().toISOString(),
          },
          compared,
          in_work: null,
          former: [...now.former, ...(now.latest ? [now.latest.id] : [])],
        }
      : undefined,
  );
  if (ended) await dropRunTables(runtime, id, attempt);
  return ended;
}

const changeWork = (
  snapshots: Snapshots,
  work: ComparisonInWork,
  next: Partial<ComparisonInWork>,
): Promise<boolean> =>
  change(snapshots, work.pack, (now) =>
    now.in_work?.id === work.id ? { ...now, in_work: { ...now.in_work, ...next } } : undefined,
  );

/** Writes what `next` makes of the pack's document; nothing where it makes nothing of it. */
function change(
  snapshots: Snapshots,
  pack: string,
  next: (now: CandidateDocument) => CandidateDocument | undefined,
): Promise<boolean> {
  return snapshots.transaction(async (tx) => {
    const now = (await tx.get(ref(candidates, pack)))?.data ?? nothing(pack);
    const changed = next(now);
    if (changed) tx.set(ref(candidates, pack), changed);
    return changed !== undefined;
  });
}

const countOpen = (snapshots: Snapshots, { pack, id }: ComparisonInWork): Promise<number> =>
  snapshots.count({
    collection: partsOf(pack, id),
    where: [{ field: 'state', op: '==', value: 'open' }],
  });

/** There is no such candidate any more, or its pack got another name: nothing of it is kept. */
async function discard(runtime: Runtime, stored: CandidateDocument): Promise<void> {
  const { snapshots } = runtime;
  const { pack, in_work: work, latest, former } = stored;
  if (work) await dropRunTables(runtime, work.id, attempt);
  const left = [work, latest].flatMap((one) => one?.id ?? []);
  for (const id of [...former, ...left]) await removeParts(snapshots, pack, id);
  await snapshots.delete(ref(candidates, pack));
}

async function removeFormer(
  snapshots: Snapshots,
  { pack, former }: CandidateDocument,
): Promise<void> {
  if (former.length === 0) return;
  for (const id of former) await removeParts(snapshots, pack, id);
  await change(snapshots, pack, (now) => ({
    ...now,
    former: now.former.filter((id) => !former.includes(id)),
  }));
}

async function removeParts(snapshots: Snapshots, pack: string, comparison: string): Promise<void> {
  const collection = partsOf(pack, comparison);
  for (;;) {
    const found = await snapshots.query({ collection, limit: writesPerTransaction });
    if (found.length === 0) return;
    await snapshots.transaction(async (tx) => {
      for (const { id } of found) tx.delete(ref(collection, id));
    });
  }
}
