import { basename, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { scoreOf } from '../../api/names.ts';
import { untreated } from '../../evidence/action-effects.ts';
import {
  type MeasureProof,
  proveScore,
  relevant,
  type ScoreProof,
} from '../../evidence/backtest.ts';
import type { JudgedOutcome, Lead, PastAction } from '../../evidence/past-outcomes.ts';
import type { Area } from '../../evidence/statistics/auc.ts';
import { judgePast, type PastScore } from '../../own-data/past-data.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import type { Pack, Score } from '../../scorecard/language/pack/pack.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { checkPeriod, dataPlaceOf, type OptionsOf, withDataPlace, withPast } from '../options.ts';
import { colour, print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { areaText, rateText } from './figures.ts';
import { actionsOf } from './logged-actions.ts';
import { pastWords } from './past-texts.ts';
import { renamed } from './renamed.ts';

const command = (rules: Command) =>
  withPast(withDataPlace(rules.command('backtest')))
    .description('how well scores and measures told who stays, held against past outcomes')
    .argument('[folder]', 'folder of the pack', 'rules/saas');

/** `kenko evidence backtest [DIR]`: scores and measures held against what became of accounts. */
export function addBacktest(evidence: Command): void {
  command(evidence).action(backtest);
}

/** Its old name. */
export function addRulesBacktest(rules: Command): void {
  command(rules).action(renamed('evidence backtest', backtest));
}

async function backtest(folder: string, options: OptionsOf<typeof command>): Promise<void> {
  checkPeriod(options);
  const pack = parsePack(readPackFiles(basename(resolve(folder)), { folder }));
  const wanted = options.score === undefined ? pack.scores : [scoreOf(pack, options.score)];
  const { state, data, lead, every } = options;
  const actions =
    state === undefined || data !== undefined
      ? []
      : await using(await openExisting({ state, pack: pack.id }), (session) =>
          actionsOf(session, pack.zone),
        );
  const past = await judgePast(pack, dataPlaceOf(options), options);
  const { from, to, outcomes, dates, timeless, timelessAccounts } = past;
  const proofs = wanted.map((score): ShownProof => {
    const { results, judged, leftOut } = past.scores.get(score.id) ?? noPast;
    const apart = withoutTreated(pack, score, judged, actions, { lead, every });
    return { ...proveScore(pack, score, judged), ...apart, results, leftOut };
  });
  if (options.json) {
    const asked = { pack: pack.id, from, to, lead, every };
    return printJson({ ...asked, outcomes, dates, timeless, timelessAccounts, scores: proofs });
  }
  const lang = options.lang ?? 'en';
  const t = pastWords[lang];
  print(t.looked(outcomes, from, to, lead));
  if (data === undefined && state === undefined) print(t.demo);
  if (timeless.length > 0) print(colour.yellow(t.timeless(timeless)));
  if (timelessAccounts.length > 0) {
    print(colour.yellow(t.timelessAccounts(timelessAccounts.join(', '))));
  }
  for (const proof of proofs) print(`\n${proofText(proof, dates, lang)}`);
  print(`\n${colour.dim(t.chance)}`);
}

const noPast = { results: 0, judged: [], leftOut: [] };

/** With what it rests on: accounts with points over all dates, and outcomes without any. */
type ShownProof = ScoreProof &
  Pick<PastScore, 'results' | 'leftOut'> & { treated: number; aucUntreated: Area | null };

/**
 * A team that calls whoever stands low makes its own score look wrong, so those accounts are shown
 * apart as well.
 */
function withoutTreated(
  pack: Pack,
  score: Score,
  judged: readonly JudgedOutcome[],
  actions: readonly PastAction[],
  lead: Lead,
): Pick<ShownProof, 'treated' | 'aucUntreated'> {
  const outcomes = relevant(score, judged);
  const left = untreated(outcomes, actions, lead);
  const treated = outcomes.length - left.length;
  return { treated, aucUntreated: treated === 0 ? null : proveScore(pack, score, left).auc };
}

function proofText(proof: ShownProof, dates: number, lang: Lang): string {
  const t = pastWords[lang];
  const versions = proof.versions.map(({ scorecard, version }) => `${scorecard} ${version}`);
  return [
    `${colour.bold(proof.label[lang])} (${versions.join(', ')})`,
    colour.bold(proof.verdict[lang]),
    ...warnings(proof, lang).map((text) => colour.yellow(text)),
    t.restsOn({ ...proof, dates }),
    ...proof.leftOut.map(({ because, churned, renewed, expanded }) =>
      t.leftOut(because, churned, renewed + expanded),
    ),
    ...(proof.midTerm > 0 ? [t.midTerm(proof.midTerm)] : []),
    ...(proof.treated > 0
      ? [t.treatedApart(proof.treated, proof.aucUntreated ? areaText(proof.aucUntreated) : t.few)]
      : []),
    '',
    bandsTable(proof, lang),
    '',
    measuresTable(proof, lang),
  ].join('\n');
}

/** With so many left out for want of a row, it matters who they were. */
const survivors = { least: 5, share: 0.8 };

function warnings({ measures, leftOut, monotone }: ShownProof, lang: Lang): string[] {
  const t = pastWords[lang];
  const named = (suspicion: MeasureProof['suspicion']) =>
    measures
      .filter((one) => one.suspicion === suspicion)
      .map(({ label }) => label[lang])
      .join(', ');
  const [leaks, upsideDown] = [named('leak'), named('upside down')];
  const gone = leftOut.find(({ because }) => because === 'no such account');
  const all = gone ? gone.churned + gone.renewed + gone.expanded : 0;
  const onlySurvivors =
    gone && gone.churned >= survivors.least && gone.churned >= survivors.share * all;
  return [
    ...(onlySurvivors ? [t.onlySurvivors] : []),
    ...(leaks ? [t.leaks(leaks)] : []),
    ...(upsideDown ? [t.upsideDown(upsideDown)] : []),
    ...(monotone ? [] : [t.notMonotone]),
  ];
}

function bandsTable({ bands, purpose }: ShownProof, lang: Lang): string {
  const t = pastWords[lang];
  return table(
    [
      t.band,
      t.became,
      t.churned,
      t.renewed,
      t.expanded,
      t.accounts,
      purpose === 'upsell' ? t.notGrown : t.leftHead,
    ],
    bands.map(({ label, churned, renewed, expanded, accounts, rate }) => [
      label[lang],
      churned + renewed + expanded,
      churned,
      renewed,
      expanded,
      accounts,
      rate && rateText(rate, lang),
    ]),
  );
}

function measuresTable({ measures }: ShownProof, lang: Lang): string {
  const t = pastWords[lang];
  const known = measures
    .filter((one) => one.known > 0)
    .sort((a, b) => (b.auc?.value ?? 0) - (a.auc?.value ?? 0));
  return table(
    [t.measure, t.scorecard, t.alone, t.known, ''],
    known.map(({ label, scorecard, auc, known: outcomes, hypothesis }) => [
      label[lang],
      scorecard,
      auc ? areaText(auc) : null,
      outcomes,
      hypothesis ? t.hypothesis : null,
    ]),
  );
}
