import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import { type DoctorReport, type Finding, hasProblem } from '../../doctor/report.ts';
import type { Label, Lang } from '../../scorecard/language/pack/catalogue.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { language, type StateOptions, withState } from '../options.ts';
import { colour, exitCode, print, printJson } from '../output.ts';
import { connect } from '../session/admin.ts';
import { noResults, stateFolder } from '../session/open-session.ts';
import { words } from '../texts.ts';
import { examineDeployment, examineFolder } from './examine-here.ts';

/** `kenko doctor`: what is wrong with an environment, and what to do. It changes nothing. */
export function addDoctor(kenko: Command): void {
  withState(kenko.command('doctor'))
    .description('what is wrong with an environment and what to do; changes nothing')
    .addOption(
      new Option('--deployed', 'the deployment that KENKO_... variables name').conflicts([
        'state',
        'pack',
      ]),
    )
    .addOption(language())
    .action(async ({ deployed, json, lang = 'en', ...options }) => {
      const report = deployed ? await examineDeployment() : await examineState(options);
      const passed = !hasProblem(report.findings);
      if (!passed) process.exitCode = exitCode.failed;
      if (json) printJson({ passed, ...inLanguage(report, lang) });
      else print(reportText(report, lang));
    });
}

function inLanguage({ pack, findings }: DoctorReport, lang: Lang) {
  const text = (both: Label | null) => both?.[lang] ?? null;
  return {
    pack,
    findings: findings.map(({ checked, said, advice, ...rest }) => ({
      ...rest,
      checked: text(checked),
      said: text(said),
      advice: text(advice),
    })),
  };
}

function reportText({ findings }: DoctorReport, lang: Lang): string {
  const count = (wanted: Finding['outcome']) =>
    findings.filter(({ outcome }) => outcome === wanted).length;
  return [
    ...findings.map((finding) => findingText(finding, lang)),
    '',
    words[lang].doctorSum(count('problem'), count('warning'), count('not-checked')),
  ].join('\n');
}

/** By way of the process that works on the folder, where there is one. */
async function examineState(options: StateOptions): Promise<DoctorReport> {
  readPackFiles(options.pack);
  const folder = stateFolder(options);
  if (!existsSync(join(folder, 'warehouse.duckdb'))) throw noResults(options);
  const session = await connect(folder);
  return session ? session.doctor() : examineFolder(folder, options.pack);
}

const colours = {
  ok: colour.green,
  warning: colour.yellow,
  problem: colour.red,
  'not-checked': colour.dim,
} as const;

function findingText({ checked, outcome, said, advice }: Finding, language: Lang): string {
  const mark = colours[outcome](words[language].outcomes[outcome]);
  const head = `${mark} ${checked[language]}${said ? `: ${said[language]}` : ''}`;
  return advice ? `${head}\n    ${colour.dim('→')} ${advice[language]}` : head;
}
