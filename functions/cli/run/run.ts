import type { Command } from '@commander-js/extra-typings';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { withData } from '../options.ts';
import { colour, exitCode, print, printJson, progressLine } from '../output.ts';
import { portfolioText } from '../people/portfolio-text.ts';
import { connect } from '../session/admin.ts';
import { openOwnSession, stateFolder, using } from '../session/open-session.ts';
import type { RunSummary } from './run-summary.ts';

/** `kenko run`: one slot to its end. */
export function addRun(kenko: Command): void {
  withData(kenko.command('run'))
    .description('run one slot to its end, Salesforce included')
    .option('--slot <instant>', 'the scheduled instant; the next one due without it')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .action(async (options) => {
      const progress = progressLine(options.json);
      const session =
        (await connect(stateFolder(options))) ?? (await openOwnSession(options, progress.show));
      await using(session, async () => {
        const { slot, asOf, json, lang } = options;
        const summary = await session.run({ slot, asOf }, progress.show);
        progress.clear();
        await showSummary(summary, session, { json, lang });
      });
    });
}

/** Prints what a person or a script wants to know after a run, and says whether it failed. */
export async function showSummary(
  summary: RunSummary,
  session: { get(path: string): Promise<unknown> },
  { json, lang }: { json: boolean | undefined; lang: Lang | undefined },
): Promise<void> {
  if (json) printJson(summary);
  else print(await summaryText(summary, session, lang));
  if (!ended(summary)) process.exitCode = exitCode.failed;
}

/** True where the run did what it was for, now or earlier. */
function ended(summary: RunSummary): boolean {
  return summary.state === 'finished';
}

/** What keeps the run from what it was for, and what to do. */
function whyNot({ state, failure }: RunSummary): string {
  const why = failure?.message ?? 'See kenko.log in the state folder.';
  return state === 'superseded'
    ? `${why}, so nothing of this one becomes visible. Name a later instant with --as-of, or begin anew with another --state where the newer run is of a wrong day.`
    : why;
}

function historyText({ dates, stopped }: RunSummary['history']): string[] {
  const filled = `History: ${dates.length} dates, ${dates[0]} to ${dates.at(-1)}`;
  return [
    ...(dates.length > 0 ? [filled] : []),
    ...(stopped === null ? [] : [colour.yellow(`No more history: ${stopped}`)]),
  ];
}

const mostRemarks = 5;

function remarksText({ run, remarks }: RunSummary): string[] {
  const left = remarks.length - mostRemarks;
  return [
    ...remarks.slice(0, mostRemarks),
    ...(left > 0 ? [`${left} more of the kind: kenko runs show ${run}`] : []),
  ].map(colour.yellow);
}

/** What a person wants to know after a run. */
export async function summaryText(
  summary: RunSummary,
  session: { get(path: string): Promise<unknown> },
  lang: Lang | undefined,
): Promise<string> {
  const title = `Run ${summary.run}: ${summary.state}`;
  if (!ended(summary)) {
    return `${colour.red(title)}\n${whyNot(summary)}`;
  }
  const stages = Object.entries(summary.stages).map(([stage, s]) => `${stage} ${s.toFixed(1)} s`);
  const salesforce = [
    `${summary.pushed} written`,
    summary.parked > 0 ? colour.yellow(`${summary.parked} parked`) : '0 parked',
    ...(summary.waiting > 0 ? [colour.yellow(`${summary.waiting} waiting`)] : []),
  ];
  return [
    colour.bold(title),
    `${summary.date}${summary.revision === null ? '' : `, revision ${summary.revision}`} · ${summary.accounts} accounts, ${summary.changed} changed · Salesforce: ${salesforce.join(', ')}`,
    `Signals: ${summary.signals.opened} began, ${summary.signals.open} open · ${summary.signals.sent} notices sent${summary.signals.unsent > 0 ? colour.yellow(`, ${summary.signals.unsent} not`) : ''}`,
    ...historyText(summary.history),
    ...remarksText(summary),
    ...(summary.withheld ? [colour.yellow(summary.withheld.message)] : []),
    `${stages.join(' · ')} · ${summary.seconds.toFixed(1)} s in all`,
    '',
    await portfolioText(session, lang ?? 'en'),
  ].join('\n');
}
