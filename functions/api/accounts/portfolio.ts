/** All accounts at a glance, as of the date that readers see. */
import { countPortfolio } from '../../publish/portfolio-counts.ts';
import { unpackDetails } from '../../records/account-details.ts';
import type { Mover, PortfolioAnswer, ScorePortfolio } from '../../records/api/portfolio.ts';
import { ref } from '../../records/collection.ts';
import { accountName, accounts } from '../../records/documents.ts';
import { type PortfolioCounts, portfolios, type Tally } from '../../records/portfolio-counts.ts';
import { type PackDocument, packs, runs } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { bandNamed, inPoints, inPointsOrNull, phaseNamed } from '../names.ts';
import { crmCountsOf, listRuns } from '../runs.ts';

const moversShown = 5;
type Current = NonNullable<PackDocument['current']>;

export async function getPortfolio(runtime: Runtime): Promise<PortfolioAnswer> {
  const { snapshots, pack } = runtime;
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current ?? null;
  const [{ tallies, overridden }, run, latest, crm] = await Promise.all([
    current ? countsOf(runtime, current) : { tallies: [], overridden: [] },
    current ? snapshots.get(ref(runs, current.run)) : undefined,
    listRuns(runtime, { kind: 'scheduled', limit: 1 }),
    crmCountsOf(runtime),
  ]);
  const scores: ScorePortfolio[] = [];
  for (const score of pack.scores) {
    scores.push(await scorePortfolioOf(runtime, score, current, tallies, overridden));
  }
  const main = tallies.filter((row) => row.score === pack.scores[0]?.id);
  const left = main.filter((row) => row.state === 'absent');
  const active = main.filter((row) => row.state !== 'absent');
  return {
    pack: { id: pack.id, label: pack.label },
    current,
    accounts: { active: total(active), absent: total(left) },
    scores,
    phases: [...pack.phases.map(({ id }) => id), null]
      .map((phase) => ({
        phase: phaseNamed(pack, phase),
        accounts: total(active.filter((row) => row.phase === phase)),
      }))
      .filter(({ phase, accounts: count }) => phase !== null || count > 0),
    sources: run?.data.sources ?? [],
    crm,
    latest_run: latest.runs[0] ?? null,
  };
}

/** As they were kept when the run was published; counted here while it is not. */
async function countsOf(runtime: Runtime, current: Current): Promise<PortfolioCounts> {
  const kept = (await runtime.snapshots.get(ref(portfolios, runtime.pack.id)))?.data;
  return kept?.run === current.run ? kept : countPortfolio(runtime, current);
}

async function scorePortfolioOf(
  runtime: Runtime,
  score: Score,
  current: Current | null,
  tallies: readonly Tally[],
  overridden: PortfolioCounts['overridden'],
): Promise<ScorePortfolio> {
  const rows = tallies.filter((row) => row.score === score.id && row.state !== 'absent');
  const changes = overridden.filter((change) => change.score === score.id);
  const inBand = (band: string | null): number =>
    total(rows.filter((row) => row.band === band)) +
    total(changes.filter((change) => change.band === band)) -
    total(changes.filter((change) => change.computed === band));
  const bands = score.bands.map(({ id, label, from }) => ({
    id,
    label,
    from: inPoints(from),
    accounts: Math.max(0, inBand(id)),
  }));
  const counted = rows.reduce((sum, row) => sum + row.counted, 0);
  const sum = rows.reduce((points, row) => points + (row.points ?? 0), 0);
  return {
    id: score.id,
    label: score.label,
    purpose: score.purpose,
    scale: inPoints(score.scale),
    accounts: bands.reduce((all, band) => all + band.accounts, 0),
    bands,
    unknown: Math.max(0, inBand(unknownBand.id)),
    unscored: Math.max(0, inBand(null)),
    errors: total(rows.filter((row) => row.state === 'error')),
    overridden: total(changes),
    average: counted === 0 ? null : inPoints(Math.round(sum / counted)),
    movers: {
      up: current ? await moversOf(runtime, score, current, 'up') : [],
      down: current ? await moversOf(runtime, score, current, 'down') : [],
    },
  };
}

const total = (rows: readonly { accounts: number }[]): number =>
  rows.reduce((sum, row) => sum + row.accounts, 0);

/** Accounts whose score moved most on the current date, biggest move first. */
async function moversOf(
  { snapshots, pack }: Runtime,
  score: Score,
  current: Current,
  way: 'up' | 'down',
): Promise<Mover[]> {
  const field = `scores.${score.id}.moved`;
  const found = await snapshots.query({
    collection: accounts,
    where: [
      { field: 'date', op: '==', value: current.date },
      { field, op: way === 'up' ? '>' : '<', value: 0 },
    ],
    orderBy: { field, direction: way === 'up' ? 'desc' : 'asc' },
    limit: moversShown,
  });
  return found.flatMap(({ id, data }) => {
    const result = data.scores[score.id];
    if (!result) return [];
    return {
      id,
      name: accountName(data),
      points: inPointsOrNull(result.points),
      moved: inPoints(result.moved),
      band: bandNamed(pack, score.id, result.band),
      from_band: bandNamed(pack, score.id, result.change?.from_band ?? null),
      reasons: unpackDetails(data.details)[score.id]?.reasons ?? { en: [], ja: [] },
    };
  });
}
