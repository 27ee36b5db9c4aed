import { basename, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { scoreOf } from '../../api/names.ts';
import { parseDate } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import {
  type Drift,
  driftOf,
  fewestForDrift,
  lastJudged,
  scoredLabels,
} from '../../evidence/drift.ts';
import { endOfDate } from '../../inputs/moments.ts';
import { scoreOnData } from '../../own-data/rules-data.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { language, namedPlaceOf, type OptionsOf } from '../options.ts';
import { colour, print, printJson, table } from '../output.ts';

const command = (evidence: Command) =>
  evidence
    .command('drift')
    .description('whether a scorecard has aged: how points and metrics moved since it was tuned')
    .argument('[folder]', 'folder of the pack', 'rules/saas')
    .option('--data <folder>', 'CSV or Parquet files')
    .option('--state <folder>', 'state folder whose data is looked at')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .option('--since <date>', 'the day it is held against; that of tuning or accepting without it')
    .option('--score <name>', 'which score; all without it')
    .addOption(language())
    .option('--json', 'print one JSON value instead of text');

/** `kenko evidence drift [DIR]`: exit code 1 where a score has aged, so that a schedule can tell. */
export function addDrift(evidence: Command): void {
  command(evidence).action(drift);
}

async function drift(folder: string, options: OptionsOf<typeof command>): Promise<void> {
  const pack = parsePack(readPackFiles(basename(resolve(folder)), { folder }));
  const place = namedPlaceOf(options);
  if (!place) {
    throw new Rejected(code.badRequest, 'Name the data to look at with --data or --state.');
  }
  const since = options.since ?? lastJudged(pack);
  if (since === null) {
    throw new Rejected(
      code.badRequest,
      'No scorecard says until when it was tuned, and no evidence is accepted; name the day to compare with by --since.',
    );
  }
  parseDate(since, '--since');
  const wanted = options.score === undefined ? pack.scores : [scoreOf(pack, options.score)];
  const [then] = await scoreOnData([pack], { ...place, asOf: endOfDate(since, pack.zone) });
  const [now] = await scoreOnData([pack], place);
  if (!then || !now) throw new Error('a pack is scored');
  const found = wanted.map((score) => {
    const dayOf = (of: typeof now) => ({ layout: of.layout, rows: of.rows.get(score.id) ?? [] });
    return {
      score: score.id,
      label: score.label,
      drift: driftOf(score, scoredLabels(pack, score), dayOf(then), dayOf(now)),
    };
  });
  const lang = options.lang ?? 'en';
  if (options.json) printJson({ pack: pack.id, since, date: now.date, scores: found });
  else {
    print(words[lang].compared(since, now.date));
    for (const one of found)
      print(`\n${colour.bold(one.label[lang])}\n${driftText(one.drift, lang)}`);
  }
  if (found.some(({ drift: of }) => of.some(({ moved }) => moved))) process.exitCode = 1;
}

/** The last day that the rules rest on: outcomes that they were tuned on, or were accepted by. */
const pairs = {
  compared: (since: string, now: string) =>
    both(`${now} held against ${since}.`, `${since} と ${now} の比較。`),
  aged: (names: string) =>
    both(
      `It has aged: ${names} moved beyond chance. Hold it against new outcomes: kenko evidence report.`,
      `古くなっています。偶然を超えて変わった項目: ${names}。新しい実績で確かめてください: kenko evidence report。`,
    ),
  same: both('Nothing has moved beyond chance.', '偶然を超える変化はありません。'),
  points: both('Points', '点数'),
  name: both('', ''),
  psi: both('PSI', 'PSI'),
  p: both('chance of as much', '偶然に起こる確率'),
  few: both(
    `fewer than ${fewestForDrift} accounts, or all alike`,
    `${fewestForDrift} 件未満、またはすべて同じ`,
  ),
  moved: both('moved', '変化あり'),
};
const words = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };

function driftText(drift: readonly Drift[], lang: Lang): string {
  const t = words[lang];
  const nameOf = ({ metric, label }: Drift) => (metric === null ? t.points : label[lang]);
  const moved = drift.filter((one) => one.moved);
  const rows = drift.map((one) => [
    nameOf(one),
    one.psi === null ? t.few : one.psi.toFixed(3),
    one.p === null ? null : one.p < 0.001 ? '< 0.001' : one.p.toFixed(3),
    one.moved ? t.moved : '',
  ]);
  const said =
    moved.length > 0 ? t.aged(moved.map(nameOf).join(lang === 'ja' ? '、' : ', ')) : t.same;
  return `${said}\n${table([t.name, t.psi, t.p, ''], rows)}`;
}
