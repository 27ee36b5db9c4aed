/** All accounts at a glance, or somebody's, as of the date that readers see. */
import { countPortfolio } from '../../publish/portfolio-counts.ts';
import { type AgeingDocument, ageing } from '../../records/ageing-document.ts';
import type { PortfolioAnswer, ScorePortfolio } from '../../records/api/portfolio.ts';
import { ref } from '../../records/collection.ts';
import { type PortfolioCounts, portfolios, type Tally } from '../../records/portfolio-counts.ts';
import { type PackDocument, packs, runs } from '../../records/run-documents.ts';
import type { Runtime } from '../../runtime.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { plain, unknownBand } from '../../scorecard/meaning/texts.ts';
import { inPoints, phaseNamed } from '../names.ts';
import type { OwnerParameters } from '../parameters.ts';
import { crmCountsOf, listRuns } from '../runs.ts';
import { moversOf } from './movers.ts';
import { countOwn } from './own-portfolio.ts';

type Current = NonNullable<PackDocument['current']>;

/**
 * All accounts at a glance. With an owner, theirs, without what is of the whole: the run and the CRM.
 * @throws Rejected `bad-request` for an owner where the pack names none
 */
export async function getPortfolio(
  runtime: Runtime,
  { owner }: OwnerParameters = {},
): Promise<PortfolioAnswer> {
  const { snapshots, pack } = runtime;
  const current = (await snapshots.get(ref(packs, pack.id)))?.data.current ?? null;
  const run = current ? await snapshots.get(ref(runs, current.run)) : undefined;
  const common = {
    pack: { id: pack.id, label: pack.label },
    current,
    sources: run?.data.sources ?? [],
  };
  if (owner !== undefined) {
    return { ...common, ...(await countOwn(runtime, owner, current)), crm: null, latest_run: null };
  }
  const [{ tallies, overridden }, latest, crm, grown] = await Promise.all([
    current ? countsOf(runtime, current) : { tallies: [], overridden: [] },
    listRuns(runtime, { kind: 'scheduled', limit: 1 }),
    crmCountsOf(runtime),
    snapshots.get(ref(ageing, pack.id)),
  ]);
  const scores: ScorePortfolio[] = [];
  for (const score of pack.scores) {
    const counted = await scorePortfolioOf(runtime, score, current, tallies, overridden);
    scores.push({ ...counted, aged: agedOf(runtime, score, grown?.data) });
  }
  const main = tallies.filter((row) => row.score === pack.scores[0]?.id);
  const left = main.filter((row) => row.state === 'absent');
  const active = main.filter((row) => row.state !== 'absent');
  return {
    ...common,
    accounts: { active: total(active), absent: total(left) },
    scores,
    phases: [...pack.phases.map(({ id }) => id), null]
      .map((phase) => ({
        phase: phaseNamed(pack, phase),
        accounts: total(active.filter((row) => row.phase === phase)),
      }))
      .filter(({ phase, accounts: count }) => phase !== null || count > 0),
    crm,
    latest_run: latest.runs[0] ?? null,
  };
}

function agedOf(
  { pack }: Runtime,
  { id }: Score,
  known: AgeingDocument | undefined,
): ScorePortfolio['aged'] {
  const aged = known?.aged[id];
  if (!known || !aged) return null;
  const { on, metrics } = aged;
  const nameOf = (metric: string) => pack.metrics.get(metric)?.label ?? plain(metric);
  return {
    ...{ since: known.since, on },
    metrics: metrics.map((metric) => ({ id: metric, label: nameOf(metric) })),
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
): Promise<Omit<ScorePortfolio, 'aged'>> {
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
      up: current ? await moversOf(runtime, score.id, current, 'up') : [],
      down: current ? await moversOf(runtime, score.id, current, 'down') : [],
    },
  };
}

const total = (rows: readonly { accounts: number }[]): number =>
  rows.reduce((sum, row) => sum + row.accounts, 0);
