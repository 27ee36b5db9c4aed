import { basename, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { scoreOf } from '../../api/names.ts';
import { proveScore, type ScoreProof } from '../../evidence/backtest.ts';
import type { Estimate } from '../../evidence/intervals.ts';
import { judgePast } from '../../own-data/past-data.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { percent } from '../../scorecard/meaning/texts.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { checkPeriod, dataPlaceOf, type OptionsOf, withDataPlace, withPast } from '../options.ts';
import { colour, print, printJson, table } from '../output.ts';
import type { Language } from '../texts.ts';
import { pastWords } from './past-texts.ts';

const command = (rules: Command) =>
  withPast(withDataPlace(rules.command('backtest')))
    .description('how well scores and measures told who stays, held against past outcomes')
    .argument('[folder]', 'folder of the pack', 'rules/saas');

/** `kenko rules backtest [DIR]`: scores and measures held against what became of accounts. */
export function addBacktest(rules: Command): void {
  command(rules).action(backtest);
}

async function backtest(folder: string, options: OptionsOf<typeof command>): Promise<void> {
  checkPeriod(options);
  const pack = parsePack(readPackFiles(basename(resolve(folder)), { folder }));
  const wanted = options.score === undefined ? pack.scores : [scoreOf(pack, options.score)];
  const past = await judgePast(pack, dataPlaceOf(options), options);
  const { from, to, outcomes, dates, timeless } = past;
  const proofs = wanted.map((score) => {
    const { results, judged } = past.scores.get(score.id) ?? { results: 0, judged: [] };
    return { ...proveScore(score, judged), results, unjudged: outcomes - judged.length };
  });
  if (options.json) {
    const { lead, every } = options;
    const asked = { pack: pack.id, from, to, lead, every };
    return printJson({ ...asked, outcomes, dates, timeless, scores: proofs });
  }
  const lang = options.lang ?? 'en';
  print(pastWords[lang].looked(outcomes, from, to, options.lead));
  if (options.data === undefined && options.state === undefined) print(pastWords[lang].demo);
  if (timeless.length > 0) print(colour.yellow(pastWords[lang].timeless(timeless)));
  for (const proof of proofs) print(`\n${proofText({ ...proof, dates }, lang)}`);
  print(`\n${colour.dim(pastWords[lang].chance)}`);
}

/** With what it rests on: accounts with points over all dates, and outcomes without any. */
type ShownProof = ScoreProof & { dates: number; results: number; unjudged: number };

function proofText(proof: ShownProof, lang: Language): string {
  const t = pastWords[lang];
  const versions = proof.versions.map(({ scorecard, version }) => `${scorecard} ${version}`);
  const upsell = proof.purpose === 'upsell';
  const measures = proof.measures
    .filter(({ known }) => known > 0)
    .sort((a, b) => (b.auc?.value ?? 0) - (a.auc?.value ?? 0));
  return [
    `${colour.bold(proof.label[lang])} (${versions.join(', ')})`,
    t.restsOn(proof),
    proof.auc ? t.tells(estimateText(proof.auc), upsell) : t.tooFew,
    '',
    table(
      [t.band, t.became, t.churned, '', t.renewed, '', t.expanded, ''],
      proof.bands.map(({ label, churned, renewed, expanded }) => {
        const all = churned + renewed + expanded;
        const share = (some: number) => (all === 0 ? null : percent(some / all, lang));
        return [
          label[lang],
          all,
          ...[churned, renewed, expanded].flatMap((some) => [some, share(some)]),
        ];
      }),
    ),
    '',
    table(
      [t.measure, t.scorecard, t.alone, t.known, ''],
      measures.map(({ label, scorecard, auc, known, hypothesis }) => [
        label[lang],
        scorecard,
        auc ? estimateText(auc) : null,
        known,
        hypothesis ? t.hypothesis : null,
      ]),
    ),
  ].join('\n');
}

function estimateText({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}
