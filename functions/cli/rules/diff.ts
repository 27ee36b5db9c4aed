import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { code, Rejected } from '../../errors.ts';
import { compareRules } from '../../evidence/compare-rules.ts';
import { scoreOnData } from '../../own-data/rules-data.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { readPackFiles, repositoryRoot } from '../../wiring/deployed-files.ts';
import { type DataPlaceOptions, dataPlaceOf } from '../data-place.ts';
import { print, printJson } from '../output.ts';
import { diffMarkdown, diffText, type RulesDiff } from './diff-text.ts';
import { filesOfRevision } from './git-files.ts';

export interface DiffOptions extends DataPlaceOptions {
  pack?: string;
  lang?: 'en' | 'ja';
  json?: boolean;
  markdown?: boolean;
}

/** `kenko rules diff OLD NEW`: what other rules would make of the same data. */
export async function rulesDiff(old: string, now: string, options: DiffOptions): Promise<void> {
  const name = options.pack ?? packNamed(now) ?? packNamed(old) ?? 'saas';
  const [before, after] = [old, now].map((place) => parsePack(filesOf(place, name)));
  if (!before || !after) throw new Error('two sets of rules are compared');
  const place = dataPlaceOf(options);
  const [was, is] = await scoreOnData([before, after], place);
  if (!was || !is) throw new Error('both sets of rules are scored');
  const diff: RulesDiff = {
    pack: name,
    old,
    new: now,
    date: is.date,
    data: 'demo' in place ? 'demo' : 'own',
    same_rules: before.hash === after.hash,
    scores: compareRules(was, is),
  };
  if (options.json) printJson(diff);
  else if (options.markdown) print(diffMarkdown(diff, options.lang ?? 'en'));
  else print(diffText(diff, options.lang ?? 'en'));
}

/** The pack that a folder holds; undefined for a checkout or a revision. */
function packNamed(place: string): string | undefined {
  return existsSync(join(place, 'pack.yaml')) ? basename(resolve(place)) : undefined;
}

/** A pack's folder, a checkout of the repository, or a revision of this one. */
function filesOf(place: string, name: string): Map<string, string> {
  if (existsSync(join(place, 'pack.yaml'))) return readPackFiles(name, { folder: place });
  if (existsSync(join(place, 'rules'))) return readPackFiles(name, { root: resolve(place) });
  const folders = [`rules/${name}`, 'sql/metrics/shared', `sql/metrics/${name}`, 'sql/sources'];
  const files = filesOfRevision(repositoryRoot(), place, folders);
  if (files.has(`rules/${name}/pack.yaml`)) return files;
  throw new Rejected(
    code.notFound,
    `${place} has no pack "${name}"; name a revision that has it (HEAD, once it is committed), or another pack with --pack.`,
  );
}
