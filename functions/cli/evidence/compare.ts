import type { Command } from '@commander-js/extra-typings';
import { scoreOf } from '../../api/names.ts';
import { compareScores, type ScoresCompared } from '../../evidence/compare-scores.ts';
import { judgePast } from '../../own-data/past/past-data.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { packOfFolder } from '../../wiring/deployed-files.ts';
import { checkPeriod, dataPlaceOf, type OptionsOf, withDataPlace, withPast } from '../options.ts';
import { colour, print, printJson } from '../output.ts';
import { filesOf } from '../rules/diff.ts';
import { areaText } from './figures.ts';

const command = (evidence: Command) =>
  withPast(withDataPlace(evidence.command('compare')))
    .description('which of two versions tells more of the same outcomes, and whom each would miss')
    .argument('<old>', 'git revision, checkout or folder of a pack')
    .argument('<new>', 'the same, of the rules wished for')
    .option('--pack <name>', 'which pack; that of the folder, or saas, without it');

/** `kenko evidence compare OLD NEW`: two versions of a score on the same past. */
export function addCompare(evidence: Command): void {
  command(evidence).action(compare);
}

async function compare(
  old: string,
  now: string,
  options: OptionsOf<typeof command>,
): Promise<void> {
  checkPeriod(options);
  const name = options.pack ?? packOfFolder(now) ?? packOfFolder(old) ?? 'saas';
  const [before, after] = [parsePack(filesOf(old, name)), parsePack(filesOf(now, name))];
  const wanted = options.score === undefined ? after.scores : [scoreOf(after, options.score)];
  const place = dataPlaceOf(options);
  const [was, is] = [
    await judgePast(before, place, options),
    await judgePast(after, place, options),
  ];
  const compared = wanted
    .filter(({ id }) => before.scores.some((score) => score.id === id))
    .map((score) => ({
      ...compareScores(
        score,
        was.scores.get(score.id)?.judged ?? [],
        is.scores.get(score.id)?.judged ?? [],
      ),
      label: score.label,
    }));
  const { from, to } = is;
  if (options.json) printJson({ pack: name, old, new: now, from, to, scores: compared });
  else print(compared.map((one) => comparedText(one, options.lang ?? 'en')).join('\n\n'));
}

const pairs = {
  rests: (n: number) =>
    both(`${n} outcomes that both have points for.`, `両方に点数のある実績 ${n} 件。`),
  before: (auc: string) => both(`AUC before: ${auc}`, `変更前のAUC: ${auc}`),
  after: (auc: string) => both(`AUC after: ${auc}`, `変更後のAUC: ${auc}`),
  better: both('The new version tells more', '変更後のほうがよく見分けます'),
  worse: both('The new version tells less', '変更後のほうが見分けられません'),
  none: both('No difference is shown', '差は認められません'),
  tooFew: both('Too few outcomes to compare them', '実績が少なく、比較できません'),
  caught: (looked: number, n: number, accounts: string) =>
    both(
      `Among the ${looked} lowest now, not before, and ended badly: ${n}${accounts}`,
      `下位 ${looked} 件に新たに入り、結果が悪かった顧客: ${n} 件${accounts}`,
    ),
  missed: (looked: number, n: number, accounts: string) =>
    both(
      `Among the ${looked} lowest before, not now, and ended badly: ${n}${accounts}`,
      `下位 ${looked} 件から外れ、結果が悪かった顧客: ${n} 件${accounts}`,
    ),
};
const texts = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };
const verdicts = {
  better: 'better',
  worse: 'worse',
  'no difference shown': 'none',
  'too few': 'tooFew',
} as const;

function comparedText(found: ScoresCompared & Pick<Score, 'label'>, lang: Lang): string {
  const t = texts[lang];
  const { difference, looked, caughtNow, missedNow } = found;
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
  const shown = difference
    ? `: ${signed(difference.value)} (${signed(difference.low)} … ${signed(difference.high)})`
    : '';
  const named = (accounts: readonly string[]) =>
    accounts.length === 0
      ? ''
      : ` (${accounts.slice(0, 10).join(', ')}${accounts.length > 10 ? ', …' : ''})`;
  return [
    colour.bold(found.label[lang]),
    colour.bold(`${t[verdicts[found.verdict]]}${shown}`),
    t.rests(found.outcomes),
    ...(found.before ? [t.before(areaText(found.before))] : []),
    ...(found.after ? [t.after(areaText(found.after))] : []),
    t.caught(looked, caughtNow.length, named(caughtNow)),
    t.missed(looked, missedNow.length, named(missedNow)),
  ].join('\n');
}
