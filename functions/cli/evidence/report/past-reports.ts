/** A pack's past held against its rules: what the report shows, and what is accepted, is the same. */
import { basename, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { scoreOf } from '../../../api/names.ts';
import type { JudgedOutcome } from '../../../evidence/past-outcomes.ts';
import { type EvidenceReport, reportOf } from '../../../evidence/report/evidence-report.ts';
import { judgePast, type PastData } from '../../../own-data/past-data.ts';
import type { Pack, Score } from '../../../scorecard/language/pack/pack.ts';
import { parsePack } from '../../../scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../wiring/deployed-files.ts';
import {
  checkPeriod,
  dataPlaceOf,
  type OptionsOf,
  positiveInteger,
  withDataPlace,
  withPast,
} from '../../options.ts';
import { progressLine } from '../../output.ts';
import { openExisting, using } from '../../session/open-session.ts';
import { actionsOf } from '../logged-actions.ts';
import { recordedLots, sidesOfFile } from '../lot.ts';
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
export type ReportOptions = OptionsOf<(evidence: Command) => ReturnType<typeof reportCommand>>;

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
  const entered =
    state === undefined
      ? { actions: [], lots: [] }
      : await using(await openExisting({ state, pack: pack.id }), async (session) => ({
          actions: await actionsOf(session, pack.zone),
          lots: await recordedLots(session, yearFrom),
        }));
  const { actions } = entered;
  const lot = (given ?? entered.lots[0])?.sideOf ?? null;
  const progress = progressLine(options.json);
  const leads = [...new Set([...usualLeads, lead])];
  const history = { leads, daily: options.daily === true };
  const past = await judgePast(pack, dataPlaceOf(options), { ...options, history }, (date, of) =>
    progress.show(reportWords[options.lang ?? 'en'].progress(date, of)),
  );
  progress.clear();
  const scores = wanted.flatMap((score) => {
    const own = past.scores.get(score.id);
    const asked = { lead, every, calls, actions, lot, yearFrom };
    return own ? [{ score, report: reportOf(pack, score, own, asked), judged: own.judged }] : [];
  });
  return { pack, past, demo: data === undefined && state === undefined, lot: lot !== null, scores };
}
