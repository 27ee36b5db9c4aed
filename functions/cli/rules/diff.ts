import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { compareRules } from '../../evidence/compare-rules.ts';
import { acceptedText } from '../../evidence/gate/accepted-text.ts';
import { gateFindings } from '../../evidence/gate/gate.ts';
import { scoreOnData } from '../../own-data/rules-data.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { packOfFolder, readPackFiles, repositoryRoot } from '../../wiring/deployed-files.ts';
import { dataPlaceOf, language, type OptionsOf, withDataPlace } from '../options.ts';
import { print, printJson } from '../output.ts';
import { diffMarkdown, diffText, type RulesDiff } from './diff-text.ts';
import { filesOfRevision } from './git-files.ts';

const command = (rules: Command) =>
  withDataPlace(rules.command('diff'))
    .description('who would move between bands by other rules, with revenue, and why')
    .argument('<old>', 'git revision, checkout, folder of a pack or of its candidate')
    .argument('<new>', 'the same, of the rules wished for')
    .option('--pack <name>', 'which pack; that of the folder, or saas, without it')
    .addOption(language())
    .option('--markdown', 'print Markdown, for a pull request');

/** `kenko rules diff OLD NEW`: what other rules would make of the same data. */
export function addDiff(rules: Command): void {
  command(rules).action(diff);
}

async function diff(old: string, now: string, options: OptionsOf<typeof command>): Promise<void> {
  const name = options.pack ?? packOfFolder(now) ?? packOfFolder(old) ?? 'saas';
  const [before, after] = [old, now].map((place) => parsePack(filesOf(place, name)));
  if (!before || !after) throw new Error('two sets of rules are compared');
  const place = dataPlaceOf(options);
  const [was, is] = await scoreOnData([before, after], place);
  if (!was || !is) throw new Error('both sets of rules are scored');
  const found: RulesDiff = {
    pack: name,
    old,
    new: now,
    date: is.date,
    data: 'demo' in place ? 'demo' : 'own',
    same_rules: before.hash === after.hash,
    evidence: evidenceOf(after),
    scores: compareRules(was, is),
  };
  if (options.json) printJson(found);
  else if (options.markdown) print(diffMarkdown(found, options.lang ?? 'en'));
  else print(diffText(found, options.lang ?? 'en'));
}

function evidenceOf(pack: Pack): RulesDiff['evidence'] {
  const { required, accepted } = pack.evidence;
  return {
    required: required !== null,
    accepted:
      accepted?.rules === pack.hash
        ? pack.scores.flatMap((score) => {
            const own = accepted.scores[score.id];
            return own ? [{ score: score.id, said: acceptedText(score, own) }] : [];
          })
        : [],
    missing: gateFindings(pack).map(({ message, advice }) => `${message}. ${advice}.`),
  };
}

/** The folder of a pack or of its candidate, a checkout of the repository, or a revision of this one. */
export function filesOf(place: string, name: string): Map<string, string> {
  if (packOfFolder(place) !== undefined) return readPackFiles(name, { folder: place });
  if (existsSync(join(place, 'rules'))) return readPackFiles(name, { root: resolve(place) });
  const folders = [`rules/${name}`, 'sql/metrics/shared', `sql/metrics/${name}`, 'sql/sources'];
  const found = filesOfRevision(repositoryRoot(), place, folders);
  const files = new Map(
    [...found].filter(([path]) => !path.startsWith(`${folders[0]}/candidate/`)),
  );
  if (files.has(`rules/${name}/pack.yaml`)) return files;
  throw new Rejected(
    code.notFound,
    `${place} has no pack "${name}"; name a revision that has it (HEAD, once it is committed), or another pack with --pack.`,
  );
}
