/** What became of the tests that carry the id of a behaviour, kept from run to run. */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { z } from 'zod';

const folder = 'node_modules/.cache/kenko-behaviours';

const moduleResults = z.strictObject({
  /** Path from the root of the repository. */
  file: z.string(),
  /** Of the file's text: results of another text say nothing. */
  hash: z.string(),
  tests: z.array(
    z.strictObject({ ids: z.array(z.string()), title: z.string(), passed: z.boolean() }),
  ),
});
export type ModuleResults = z.infer<typeof moduleResults>;

const titled = /^((?:[A-Z]\d+)(?:, [A-Z]\d+)*): /;

/** Ids at the beginning of a title, such as `W2, W4: points are assigned`. */
export function idsOf(title: string): string[] {
  return titled.exec(title)?.[1]?.split(', ') ?? [];
}

function titlesOf(test: TestCase): string[] {
  const titles = [test.name];
  for (let at = test.parent; at.type === 'suite'; at = at.parent) titles.unshift(at.name);
  return titles;
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}

/** Writes down, file by file, how the tests ended that carry an id. */
export default class BehaviourResults implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const tests = [...module.children.allTests()].flatMap((test) => {
      const titles = titlesOf(test);
      const ids = [...new Set(titles.flatMap(idsOf))];
      const { state } = test.result();
      if (ids.length === 0 || (state !== 'passed' && state !== 'failed')) return [];
      return [{ ids, title: titles.join(' > '), passed: state === 'passed' }];
    });
    if (tests.length === 0) return;
    const file = relative(process.cwd(), module.moduleId);
    mkdirSync(folder, { recursive: true });
    const results: ModuleResults = { file, hash: hashOf(module.moduleId), tests };
    writeFileSync(join(folder, `${file.replaceAll('/', '+')}.json`), JSON.stringify(results));
  }
}

/** What `npm test` and `npm run test:packs` run. */
const tiers = /^tests\/(unit|contracts|twin|pipeline|packs|seeds)\//;

/** Results of the test files as they are now. */
export function readBehaviourResults(): ModuleResults[] {
  return globSync(`${folder}/*.json`)
    .sort()
    .map((path) => moduleResults.parse(JSON.parse(readFileSync(path, 'utf8'))))

    .filter(({ file }) => tiers.test(file))
    .filter(({ file, hash }) => globSync(file).length > 0 && hashOf(file) === hash);
}
