import { basename, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { dataFindings } from '../../evidence/data-findings.ts';
import { gateFindings } from '../../evidence/gate/gate.ts';
import { lintPackSql } from '../../local/googlesql/lint.ts';
import { scoreOnData } from '../../own-data/rules-data.ts';
import { parseCandidate } from '../../scorecard/language/candidate.ts';
import type { Finding } from '../../scorecard/language/lint/findings.ts';
import { lintPack } from '../../scorecard/language/lint/lint.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { runRuleTests, type TestReport } from '../../scorecard/meaning/rule-tests.ts';
import { packOfFolder, readCandidateFiles, readPackFiles } from '../../wiring/deployed-files.ts';
import { namedPlaceOf, type OptionsOf } from '../options.ts';
import { colour, exitCode, print, printJson } from '../output.ts';

const command = (rules: Command) =>
  rules
    .command('check')
    .description(
      'types, gaps, rule tests, required evidence; with data, coverage, noise and exemplars too',
    )
    .argument('[folder]', 'folder of the pack', 'rules/saas')
    .option('--data <folder>', 'CSV or Parquet files that the rules are tried on')
    .option('--state <folder>', 'state folder whose data the rules are tried on')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .option('--json', 'print one JSON value instead of text');
type CheckOptions = OptionsOf<typeof command>;

/** `kenko rules check`: types, gaps, rule tests and the gate; with data, coverage, noise and exemplars. */
export function addCheck(rules: Command): void {
  command(rules).action(check);
}

async function check(folder: string, options: CheckOptions): Promise<void> {
  const name = packOfFolder(folder) ?? basename(resolve(folder));
  const pack = parsePack(readPackFiles(name, { folder }));
  const { tests, findings: found } = lookedAt(pack);
  const data = await onData(pack, options);
  const findings = [
    ...found,
    ...gateFindings(pack),
    ...candidateFindings(pack, folder),
    ...(data?.findings ?? []),
  ];
  const blocked = findings.some(({ severity }) => severity === 'block');
  if (options.json) {
    const { passed, failed } = tests;
    printJson({
      pack: pack.id,
      passed: !blocked,
      tests: { passed, failed },
      data: data ? { date: data.date, accounts: data.accounts } : null,
      findings,
    });
  } else {
    for (const finding of findings) printFinding(finding);
    for (const said of data?.notes ?? []) print(colour.yellow(said));
    print(summary(pack, tests, data, findings));
  }
  if (blocked) process.exitCode = exitCode.failed;
}

function lookedAt(pack: Pack): { tests: TestReport; findings: Finding[] } {
  lintPackSql(pack);
  const tests = runRuleTests(pack);
  return { tests, findings: [...testFindings(tests), ...lintPack(pack)] };
}

/** What is found in the files of the candidate beside the rules. @throws RulesError where it is wrong */
function candidateFindings(live: Pack, folder: string): Finding[] {
  const found = readCandidateFiles(live.id, { folder });
  if (!found) return [];
  const { findings } = lookedAt(parseCandidate(live, found.files, found.own));
  return findings.flatMap((finding) => {
    const file = found.own.get(finding.file);
    return file === undefined ? [] : [{ ...finding, file }];
  });
}

interface DataChecked {
  date: string;
  accounts: number;
  notes: string[];
  findings: Finding[];
}

async function onData(pack: Pack, options: CheckOptions): Promise<DataChecked | undefined> {
  const place = namedPlaceOf(options);
  if (!place) return undefined;
  const [scored] = await scoreOnData([pack], place);
  if (!scored) return undefined;
  const accounts = scored.rows.get(pack.scores[0]?.id ?? '')?.length ?? 0;
  return { date: scored.date, accounts, notes: scored.notes, findings: dataFindings(pack, scored) };
}

/** Rules whose own examples come out otherwise must not go live. */
function testFindings({ outcomes }: TestReport): Finding[] {
  return outcomes
    .filter(({ passed }) => !passed)
    .map(({ file, line, name, failures }) => ({
      rule: 'rule-test',
      severity: 'block',
      file,
      line,
      message: `The example "${name}" comes out otherwise: ${failures.join('; ')}`,
      advice: 'Change the rules, or the example where the change is meant',
    }));
}

const tone = { block: colour.red, warning: colour.yellow, hint: colour.dim };

function printFinding({ severity, file, line, message, advice }: Finding): void {
  print(tone[severity](`${file}:${line} ${severity}: ${message}`));
  print(`  ${advice}`);
}

function summary(
  pack: Pack,
  tests: TestReport,
  data: DataChecked | undefined,
  findings: readonly Finding[],
): string {
  const count = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  const looked = data
    ? `${data.accounts} accounts as of ${data.date}`
    : 'no data (name it with --data or --state to check coverage, noise and exemplars)';
  return `${pack.id}: ${tests.passed} rule tests passed, ${tests.failed} failed; ${count('block')} blocking, ${count('warning')} warnings, ${count('hint')} hints; ${looked}.`;
}
