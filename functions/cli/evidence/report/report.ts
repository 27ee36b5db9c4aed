import { writeFileSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { colour, print, printJson } from '../../output.ts';
import { renderReport } from './page.ts';
import {
  deployed,
  type PastReports,
  type ReportOptions,
  readReports,
  reportCommand,
} from './past-reports.ts';
import { sectionsOf } from './sections.ts';
import { reportWords } from './texts.ts';

const command = (evidence: Command) =>
  reportCommand(evidence, 'report')
    .description('all that the past says of the scores, on one page for a head of CS')
    .addOption(deployed())
    .option('--html <file>', 'write the page there, with plots');

/** `kenko evidence report [DIR]`: the questions in order, as text, as JSON or as one HTML file. */
export function addReport(evidence: Command): void {
  command(evidence).action(report);
}

async function report(folder: string, options: ReportOptions & { html?: string | undefined }) {
  const found = await readReports(folder, options);
  const lang = options.lang ?? 'en';
  const scores = found.scores.map(({ score, report: of }) => ({
    id: score.id,
    label: score.label[lang],
    sections: sectionsOf(
      { ...found, ...found.past, every: options.every, score, report: of },
      lang,
    ),
  }));
  const { title, facts } = headOf(found, options);
  if (options.html !== undefined) {
    writeFileSync(options.html, renderReport({ title, facts, scores }, lang));
  }
  if (options.json) return printJson(jsonOf(found, options));
  print([colour.bold(title), ...facts].join('\n'));
  for (const { label, sections } of scores) {
    if (scores.length > 1) print(`\n${colour.bold(label)}`);
    for (const { question, answers } of sections) {
      print(`\n${colour.bold(question)}\n${answers.map((answer) => `  ${answer}`).join('\n')}`);
    }
  }
  if (options.html !== undefined) print(`\n${reportWords[lang].wrote(options.html)}`);
}

function headOf({ pack, past }: PastReports, { lang = 'en', lead }: ReportOptions) {
  const t = reportWords[lang];
  return {
    title: t.title(pack.label[lang]),
    facts: [t.period(past.outcomes, past.from, past.to, lead), t.rules(pack.hash)],
  };
}

function jsonOf({ pack, past, demo, scores }: PastReports, { lead, every }: ReportOptions) {
  const { from, to, outcomes, dates, timeless, timelessAccounts } = past;
  return {
    pack: pack.id,
    rules: pack.hash,
    demo,
    from,
    to,
    lead,
    every,
    outcomes,
    dates,
    timeless,
    timelessAccounts,
    scores: scores.map(({ report: of }) => of),
  };
}
