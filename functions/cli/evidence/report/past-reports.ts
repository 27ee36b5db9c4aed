/** A pack's past held against its rules: what the report shows, and what is accepted, is the same. */
import { basename, resolve } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import { scoreOf } from '../../../api/names.ts';
import { code, Rejected } from '../../../errors.ts';
import type { JudgedOutcome, PastAction } from '../../../evidence/past-outcomes.ts';
import { type EvidenceReport, reportOf } from '../../../evidence/report/evidence-report.ts';
import { judgeKept } from '../../../own-data/past/kept-past.ts';
import type { PastData, PastRequest } from '../../../own-data/past/past.ts';
import { judgePast } from '../../../own-data/past/past-data.ts';
import type { Pack, Score } from '../../../scorecard/language/pack/pack.ts';
import { parsePack } from '../../../scorecard/language/parse/pack.ts';
import { systemClock } from '../../../system-clock.ts';
import { openDeployed } from '../../../wiring/deployed.ts';
import { readPackFiles } from '../../../wiring/deployed-files.ts';
import {
  checkPeriod,
  dataPlaceOf,
  type OptionsOf,
  positiveInteger,
  withDataPlace,
  withPast,
} from '../../options.ts';
import { note, progressLine } from '../../output.ts';
import { openExisting, using } from '../../session/open-session.ts';
import { actionsOf } from '../logged-actions.ts';
import { type LotSides, recordedLots, sidesOfFile, sidesOfLots } from '../lot.ts';
import { reportWords } from './texts.ts';

/** Options of the commands that look at all that the past says. */
export const withReport = <Args extends unknown[], Options extends Record<string, unknown>>(
  command: Command<Args, Options>,
) =>
  withPast(command)
    .option('--calls <n>', 'accounts that the team can call a month', positiveInteger, 10)
    .option(
      '--daily',
      'replay every day, not only the dates, for the bands that people saw; slower',
    )
    .option('--lot <file>', 'accounts that a lot held back, as `kenko evidence lot` writes them');

export const reportCommand = (evidence: Command, name: string) =>
  withReport(withDataPlace(evidence.command(name))).argument(
    '[folder]',
    'folder of the pack',
    'rules/saas',
  );
export type ReportOptions = OptionsOf<(evidence: Command) => ReturnType<typeof reportCommand>> & {
  deployed?: true | undefined;
};

/** For commands that also look at what a deployment's runs kept. */
export const deployed = () =>
  new Option(
    '--deployed',
    'results that runs kept in BigQuery, as people saw them, of the deployment that KENKO_... variables name',
  ).conflicts(['data', 'state', 'daily']);

export interface PastReports {
  pack: Pack;
  past: PastData;
  /** Whether these are the invented customers of the demo. */
  demo: boolean;
  lot: boolean;
  scores: { score: Score; report: EvidenceReport; judged: readonly JudgedOutcome[] }[];
}

/** Days before the renewal, or the notice, at which people can still do something. */
const usualLeads = [90, 60, 30];

export async function readReports(folder: string, options: ReportOptions): Promise<PastReports> {
  checkPeriod(options);
  const { state, data, lead, every, calls } = options;
  const pack = parsePack(readPackFiles(basename(resolve(folder)), { folder }));
  const wanted = options.score === undefined ? pack.scores : [scoreOf(pack, options.score)];
  const { yearFrom } = pack.evidence;
  const given = options.lot === undefined ? null : sidesOfFile(options.lot);
  const leads = [...new Set([...usualLeads, lead])];
  const asked = { ...options, history: { leads, daily: options.daily === true } };
  const { past, actions, lots } = options.deployed
    ? await keptPast(pack, asked)
    : await scoredPast(pack, asked);
  const lot = (given ?? lots[0])?.sideOf ?? null;
  const scores = wanted.flatMap((score) => {
    const own = past.scores.get(score.id);
    const held = { lead, every, calls, actions, lot, yearFrom };
    return own ? [{ score, report: reportOf(pack, score, own, held), judged: own.judged }] : [];
  });
  const demo = data === undefined && state === undefined && !options.deployed;
  return { pack, past, demo, lot: lot !== null, scores };
}

type Asked = ReportOptions & Required<Pick<PastRequest, 'history'>>;
interface Found {
  past: PastData;
  actions: PastAction[];
  lots: LotSides[];
}

/** Of files, of a state folder's data or of the demo, scored by the rules as they are now. */
async function scoredPast(pack: Pack, options: Asked): Promise<Found> {
  const { state } = options;
  const entered =
    state === undefined
      ? { actions: [], lots: [] }
      : await using(await openExisting({ state, pack: pack.id }), async (session) => ({
          actions: await actionsOf(session, pack.zone),
          lots: await recordedLots(session, pack.evidence.yearFrom),
        }));
  const progress = progressLine(options.json);
  const past = await judgePast(pack, dataPlaceOf(options), options, (date, of) =>
    progress.show(reportWords[options.lang ?? 'en'].progress(date, of)),
  );
  progress.clear();
  return { past, ...entered };
}

/** @throws Rejected `bad-request` where the deployment runs another pack */
async function keptPast(pack: Pack, options: Asked): Promise<Found> {
  const { warehouse, snapshots, pack: live } = await openDeployed();
  if (live.id !== pack.id) {
    throw new Rejected(
      code.badRequest,
      `The deployment runs ${live.id}, not ${pack.id}; name its folder, rules/${live.id}.`,
    );
  }
  const t = reportWords[options.lang ?? 'en'];
  const progress = progressLine(options.json);
  const id = systemClock.now().toISOString().replaceAll(/[-:.]/g, '');
  const past = await judgeKept(pack, { warehouse, snapshots, id }, options, {
    reads: (days) => note(t.reads(days)),
    shard: (done, of) => progress.show(t.shards(done, of)),
  });
  progress.clear();
  return { past, actions: past.actions, lots: sidesOfLots(past.lots, pack.evidence.yearFrom) };
}
