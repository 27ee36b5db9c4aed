/**
 * The README's feature table, made from the results of the tests that ran last: what did not
 * pass cannot stand in it. Without `--write`, says whether the README has it so.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type ModuleResults, readBehaviourResults } from '../support/seeds/behaviour-results.ts';

const behaviours = z.record(z.string(), z.string());
const begin = '<!-- features -->';
const end = '<!-- /features -->';

/** One row per behaviour; @throws Error naming behaviours without a test, or with a failing one */
export function featureTable(
  told: Readonly<Record<string, string>>,
  results: readonly ModuleResults[],
): string {
  const problems: string[] = [];
  const rows = Object.entries(told).map(([id, text]) => {
    const shown = results.flatMap(({ file, tests }) => {
      const own = tests.filter(({ ids }) => ids.includes(id));
      const failed = own.filter(({ passed }) => !passed);
      problems.push(...failed.map(({ title }) => `${id} fails in ${file}: ${title}`));
      return own.length > 0 ? [file] : [];
    });
    if (shown.length === 0) problems.push(`${id} is shown by no test that ran`);
    const links = shown.map((file) => `[${basename(file, '.test.ts')}](${file})`);
    return `| ${id} | ${text} | ${links.join(', ')} |`;
  });
  const unknown = new Set(
    results.flatMap(({ tests }) => tests.flatMap(({ ids }) => ids)).filter((id) => !(id in told)),
  );
  problems.push(...[...unknown].map((id) => `${id} is in a test's title and in no list`));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return ['| id | what Kenko does | shown by |', '|---|---|---|', ...rows].join('\n');
}

function main(write: boolean): void {
  const told = behaviours.parse(parse(readFileSync('tests/seeds/behaviours.yaml', 'utf8')));
  const table = featureTable(told, readBehaviourResults());
  const readme = readFileSync('README.md', 'utf8');
  const [before, rest = ''] = readme.split(begin);
  const after = rest.split(end)[1];
  if (after === undefined) throw new Error(`README.md has no ${begin} ... ${end}`);
  const made = `${before}${begin}\n${table}\n${end}${after}`;
  if (write) writeFileSync('README.md', made);
  else if (made !== readme)
    throw new Error('The README has another feature table: npm run features -- --write');
  process.stdout.write(
    `${Object.keys(told).length} behaviours, each shown by tests that passed.\n`,
  );
}

if (import.meta.main) {
  try {
    main(process.argv.includes('--write'));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `${problem}\nThe table is made of results: run npm test and npm run test:packs first.\n`,
    );
    process.exitCode = 1;
  }
}
