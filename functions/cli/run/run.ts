import type { DataOptions } from '../options.ts';
import { colour, exitCode, print, printJson, progressLine } from '../output.ts';
import { portfolioText } from '../people/portfolio-text.ts';
import { connect } from '../session/admin.ts';
import { openOwnSession, stateFolder, using } from '../session/open-session.ts';
import type { RunSummary } from './run-summary.ts';

interface RunOptions extends DataOptions {
  slot?: string;
  asOf?: string;
}

/** `kenko run`: one slot to its end. */
export async function run(options: RunOptions): Promise<void> {
  const progress = progressLine(options.json);
  const session =
    (await connect(stateFolder(options))) ?? (await openOwnSession(options, progress.show));
  await using(session, async () => {
    const summary = await session.run({ slot: options.slot, asOf: options.asOf }, progress.show);
    progress.clear();
    if (options.json) printJson(summary);
    else print(await summaryText(summary, session, options.lang));
    if (!ended(summary)) process.exitCode = exitCode.failed;
  });
}

/** True where the run did what it was for, now or earlier. */
export function ended(summary: RunSummary): boolean {
  return summary.state === 'finished' || summary.state === 'superseded';
}

/** What a person wants to know after a run. */
export async function summaryText(
  summary: RunSummary,
  session: { get(path: string): Promise<unknown> },
  lang: 'en' | 'ja' | undefined,
): Promise<string> {
  const title = `Run ${summary.run}: ${summary.state}`;
  if (!ended(summary)) {
    return `${colour.red(title)}\n${summary.failure?.message ?? 'See kenko.log in the state folder.'}`;
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
    `${stages.join(' · ')} · ${summary.seconds.toFixed(1)} s in all`,
    '',
    await portfolioText(session, lang ?? 'en'),
  ].join('\n');
}
