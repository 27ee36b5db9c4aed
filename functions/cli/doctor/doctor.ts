import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DoctorReport, type Finding, hasProblem } from '../../doctor/report.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import type { StateOptions } from '../options.ts';
import { colour, exitCode, print, printJson } from '../output.ts';
import { connect } from '../session/admin.ts';
import { noResults, stateFolder } from '../session/open-session.ts';
import { type Language, words } from '../texts.ts';
import { examineDeployment, examineFolder } from './examine-here.ts';

interface DoctorOptions extends StateOptions {
  deployed?: boolean;
  lang?: Language;
}

/** `kenko doctor`: what is wrong with an environment, and what to do. It changes nothing. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const { pack, findings } = options.deployed
    ? await examineDeployment()
    : await examineState(options);
  const passed = !hasProblem(findings);
  if (!passed) process.exitCode = exitCode.failed;
  const language = options.lang ?? 'en';
  const inLanguage = (text: Label | null) => text?.[language] ?? null;
  if (options.json) {
    return printJson({
      passed,
      pack,
      findings: findings.map(({ checked, said, advice, ...rest }) => ({
        ...rest,
        checked: inLanguage(checked),
        said: inLanguage(said),
        advice: inLanguage(advice),
      })),
    });
  }
  for (const finding of findings) print(findingText(finding, language));
  const count = (wanted: Finding['outcome']) =>
    findings.filter(({ outcome }) => outcome === wanted).length;
  print(`\n${words[language].doctorSum(count('problem'), count('warning'), count('not-checked'))}`);
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

function findingText({ checked, outcome, said, advice }: Finding, language: Language): string {
  const mark = colours[outcome](words[language].outcomes[outcome]);
  const head = `${mark} ${checked[language]}${said ? `: ${said[language]}` : ''}`;
  return advice ? `${head}\n    ${colour.dim('→')} ${advice[language]}` : head;
}
