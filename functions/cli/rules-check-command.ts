import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readPackFiles } from '../deployed-files.ts';
import { lintPackSql } from '../local/googlesql-lint.ts';
import { accountAnswer } from '../records/api.ts';
import { lintPack } from '../scorecard/lint.ts';
import type { Exemplar, Pack } from '../scorecard/pack.ts';
import { parsePack } from '../scorecard/parse.ts';
import { runRuleTests } from '../scorecard/rule-tests.ts';
import { openExisting, using } from './open-session.ts';
import { colour, exitCode, print, printJson } from './output.ts';

interface ExemplarOutcome {
  account: string;
  score: string;
  passed: boolean | null;
  message: string;
}

/** `kenko rules check`: parse, types, gaps, rule tests, exemplars. */
export async function rulesCheck(
  folder: string,
  options: { state: string; json?: boolean },
): Promise<void> {
  const name = basename(resolve(folder));
  const pack = parsePack(readPackFiles(name, { folder }));
  lintPackSql(pack);
  const tests = runRuleTests(pack);
  const findings = lintPack(pack);
  const exemplars = await checkExemplars(pack, options.state);
  const wrong = exemplars.filter(({ passed }) => passed === false);
  const passed = tests.failed === 0 && wrong.length === 0;
  if (options.json) printJson({ pack: pack.id, passed, tests, findings, exemplars });
  else {
    for (const outcome of tests.outcomes) {
      if (outcome.passed) continue;
      print(colour.red(`${outcome.file}:${outcome.line} ${outcome.name}`));
      for (const failure of outcome.failures) print(`  ${failure}`);
    }
    for (const finding of findings) {
      print(colour.yellow(`${finding.file}:${finding.line} ${finding.message}`));
      print(`  ${finding.advice}`);
    }
    for (const exemplar of exemplars) {
      if (exemplar.passed === false) print(colour.red(exemplar.message));
      if (exemplar.passed === null) print(colour.dim(exemplar.message));
    }
    print(
      `${pack.id}: ${tests.passed} rule tests passed, ${tests.failed} failed; ${findings.length} findings; ${exemplars.filter((e) => e.passed).length} of ${exemplars.length} exemplars in their band.`,
    );
  }
  if (!passed) process.exitCode = exitCode.failed;
}

/** Concrete customers that must come out as people know them, where results exist. */
async function checkExemplars(pack: Pack, state: string): Promise<ExemplarOutcome[]> {
  if (pack.exemplars.length === 0) return [];
  if (!existsSync(join(resolve(state), pack.id, 'warehouse.duckdb'))) {
    return pack.exemplars.map((exemplar) => ({
      account: exemplar.account,
      score: exemplar.score,
      passed: null,
      message: `Exemplar ${exemplar.account}: not checked, there are no results in ${state} yet.`,
    }));
  }
  return using(await openExisting({ pack: pack.id, state }), (session) =>
    Promise.all(pack.exemplars.map((exemplar) => checkExemplar(pack, exemplar, session))),
  );
}

async function checkExemplar(
  pack: Pack,
  exemplar: Exemplar,
  session: { get(path: string): Promise<unknown> },
): Promise<ExemplarOutcome> {
  const outcome = (passed: boolean | null, message: string): ExemplarOutcome => ({
    account: exemplar.account,
    score: exemplar.score,
    passed,
    message,
  });
  const place = `${exemplar.place.file}:${exemplar.place.line}`;
  const found = await session
    .get(`/v1/accounts/${encodeURIComponent(exemplar.account)}`)
    .then((answer) => accountAnswer.parse(answer))
    .catch(() => undefined);
  const band = found?.scores.find(({ id }) => id === exemplar.score)?.computed_band?.id;
  if (band === undefined) {
    return outcome(null, `${place} ${exemplar.account} has no ${exemplar.score} score here.`);
  }
  const bands = pack.scores.find(({ id }) => id === exemplar.score)?.bands ?? [];
  const position = (id: string | null): number => bands.findIndex((b) => b.id === id);
  const tooLow = exemplar.atLeast !== null && position(band) < position(exemplar.atLeast);
  const tooHigh = exemplar.atMost !== null && position(band) > position(exemplar.atMost);
  const wanted =
    exemplar.atLeast === null ? `at most ${exemplar.atMost}` : `at least ${exemplar.atLeast}`;
  return tooLow || tooHigh
    ? outcome(
        false,
        `${place} ${exemplar.account} is ${band}, but must be ${wanted}: ${exemplar.why}`,
      )
    : outcome(true, `${exemplar.account} is ${band}, ${wanted}.`);
}
