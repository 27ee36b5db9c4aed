/** Checks of documents, queues and what the runs left behind. */
import { z } from 'zod';
import { messageOf, Rejected } from '../errors.ts';
import { ageingText } from '../evidence/ageing-text.ts';
import { lastJudged } from '../evidence/drift.ts';
import type { Snapshots, Stored } from '../ports/snapshots.ts';
import { ageing } from '../records/ageing-document.ts';
import { ref } from '../records/collection.ts';
import { type CompositeIndex, indexesOf } from '../records/indexes.ts';
import { packs, type RunDocument, runs as runDocuments } from '../records/run-documents.ts';
import { plain } from '../scorecard/meaning/texts.ts';
import type { Check, Examined } from './checks.ts';
import { type Found, ok, problem, warning } from './report.ts';
import { ages, documents, queues, runs, titles } from './texts.ts';

/** As the alert on the absence of a finished run: a day, and two hours for being late. */
const oldestRunHours = 26;
const hourMs = 3_600_000;
/** Runs that are looked at to find a finished one. */
const runsLookedAt = 50;

export const documentsReadable: Check = {
  id: 'documents',
  needs: ['configuration', 'google-credentials'],
  async look({ snapshots, pack }) {
    await snapshots.get(ref(packs, pack.id));
    return [ok(titles.documents, documents.readable)];
  },
};

/** Every query of ours rests on one of the listed indexes: each is asked for one document. */
export const indexesServed: Check = {
  id: 'indexes',
  needs: ['documents'],
  async look({ snapshots, pack }) {
    const needed = indexesOf(pack);
    const findings: Found[] = [];
    for (const index of needed) {
      const refusal = await refusalOf(snapshots, index);
      if (refusal === undefined) continue;
      const title = documents.index(index.collection, `${index.equal}, ${index.by}`);
      findings.push(problem(title, documents.noIndex(refusal)));
    }
    return findings.length > 0 ? findings : [ok(titles.indexes, documents.served(needed.length))];
  },
};

async function refusalOf(
  snapshots: Snapshots,
  { collection, equal, by, direction }: CompositeIndex,
): Promise<string | undefined> {
  try {
    // No document has this value, so none is read.
    await snapshots.query<unknown>({
      collection: { path: collection, schema: z.unknown() },
      where: [{ field: equal, op: '==', value: 'kenko-doctor' }],
      orderBy: { field: by, direction },
      limit: 1,
    });
    return undefined;
  } catch (error) {
    if (error instanceof Rejected) return messageOf(error);
    throw error;
  }
}

export const queuesThere: Check = {
  id: 'queues',
  needs: ['configuration', 'google-credentials'],
  async look({ bus }) {
    const missing = await bus.missing();
    return missing.length > 0
      ? [problem(titles.queues, queues.missing(missing))]
      : [ok(titles.queues)];
  },
};

export const lastRun: Check = {
  id: 'last-run',
  needs: ['documents'],
  async look(examined) {
    const { clock, place } = examined;
    const found = await scheduledRuns(examined);
    const [newest] = found;
    const title = titles['last-run'];
    if (!newest) return [warning(title, runs.none)];
    const findings: Found[] = [];
    const { state, failure } = newest.data;
    if (state === 'failed') {
      findings.push(problem(title, runs.failed(newest.id, failure?.message ?? '?')));
    }
    if (state === 'held') findings.push(warning(title, runs.held(newest.id)));
    const finished = found.find(({ data }) => data.state === 'finished');
    const at = finished?.data.reached.finished;
    if (!finished || at === undefined) return [...findings, warning(title, runs.neverFinished)];
    const hours = Math.floor((clock.now().getTime() - Date.parse(at)) / hourMs);
    if (hours >= oldestRunHours) {
      // Nothing runs by itself on a laptop.
      const level = place === 'local' ? warning : problem;
      findings.push(level(title, runs.stale(finished.id, hours)));
    }
    return findings.length > 0 ? findings : [ok(title, runs.finished(finished.id, hours))];
  },
};

export const scorecardsStand: Check = {
  id: 'ageing',
  needs: ['documents'],
  async look({ snapshots, pack }) {
    if (lastJudged(pack) === null) return [ok(titles.ageing, ages.untuned)];
    const known = (await snapshots.get(ref(ageing, pack.id)))?.data;
    const found = pack.scores.flatMap(({ id, label }) => {
      const aged = known?.aged[id];
      if (!known || !aged) return [];
      const metrics = aged.metrics.map(
        (metric) => pack.metrics.get(metric)?.label ?? plain(metric),
      );
      const said = ageingText({ since: known.since, on: aged.on, metrics });
      return [warning(titles.ageing, ages.aged(label, said))];
    });
    return found.length > 0 ? found : [ok(titles.ageing, ages.standing)];
  },
};

/** The run of a schedule that was started last. */
export async function newestRun(examined: Examined): Promise<Stored<RunDocument> | undefined> {
  const [newest] = await scheduledRuns(examined);
  return newest;
}

function scheduledRuns({ snapshots, pack }: Examined): Promise<Stored<RunDocument>[]> {
  return snapshots.query({
    collection: runDocuments,
    where: [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'kind', op: '==', value: 'scheduled' },
    ],
    orderBy: { field: 'started_at', direction: 'desc' },
    limit: runsLookedAt,
  });
}
