import type { Command } from '@commander-js/extra-typings';
import type { MeasureProof, ScoreProof } from '../../evidence/backtest.ts';
import type { EvidenceReport } from '../../evidence/report/evidence-report.ts';
import type { PastScore } from '../../own-data/past/past.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { number, percent } from '../../scorecard/meaning/texts.ts';
import { colour, print, printJson, table } from '../output.ts';
import { areaText, rateText } from './figures.ts';
import { pastWords } from './past-texts.ts';
import { renamed } from './renamed.ts';
import { deployed, type ReportOptions, readReports, reportCommand } from './report/past-reports.ts';
import { onlySurvivors, partName } from './report/sections.ts';
import { reportWords } from './report/texts.ts';

const command = (rules: Command) =>
  reportCommand(rules, 'backtest')
    .addOption(deployed())
    .description('how well scores and measures told who stays, held against past outcomes');

/** `kenko evidence backtest [DIR]`: scores and measures held against what became of accounts. */
export function addBacktest(evidence: Command): void {
  command(evidence).action(backtest);
}

/** Its old name. */
export function addRulesBacktest(rules: Command): void {
  command(rules).action(renamed('evidence backtest', backtest));
}

async function backtest(folder: string, options: ReportOptions): Promise<void> {
  const { pack, past, demo, scores } = await readReports(folder, options);
  const { lead, every } = options;
  const { from, to, outcomes, dates, timeless, timelessAccounts } = past;
  const proofs = scores.map(({ report }): ShownProof => {
    const { proof, leftOut, treated, growth, leads, parts, warnings } = report;
    const { stability, capacity, reasons } = report;
    return {
      ...proof,
      results: past.scores.get(proof.score)?.results ?? 0,
      leftOut,
      treated: treated.outcomes,
      aucUntreated: treated.outcomes === 0 ? null : treated.auc,
      ...{ growth, leads, parts, warnings, stability, capacity, reasons },
    };
  });
  if (options.json) {
    const asked = { pack: pack.id, from, to, lead, every };
    return printJson({ ...asked, outcomes, dates, timeless, timelessAccounts, scores: proofs });
  }
  const lang = options.lang ?? 'en';
  const t = pastWords[lang];
  print(t.looked(outcomes, from, to, lead));
  if (demo) print(t.demo);
  if (timeless.length > 0) print(colour.yellow(t.timeless(timeless)));
  if (timelessAccounts.length > 0) {
    print(colour.yellow(t.timelessAccounts(timelessAccounts.join(', '))));
  }
  for (const proof of proofs) print(`\n${proofText(proof, dates, every, lang)}`);
  print(`\n${colour.dim(t.chance)}`);
}

/** With what it rests on: accounts with points over all dates, and outcomes without any. */
type ShownProof = ScoreProof &
  Pick<PastScore, 'results'> &
  Pick<
    EvidenceReport,
    'leftOut' | 'growth' | 'leads' | 'parts' | 'warnings' | 'stability' | 'capacity' | 'reasons'
  > & {
    treated: number;
    aucUntreated: EvidenceReport['treated']['auc'];
  };

function proofText(proof: ShownProof, dates: number, every: number, lang: Lang): string {
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
    partsTable(proof, lang),
    ...timeLines(proof, every, lang),
    '',
    measuresTable(proof, lang),
    ...reasonsTable(proof, lang),
  ].join('\n');
}

function warnings({ measures, leftOut, monotone }: ShownProof, lang: Lang): string[] {
  const t = pastWords[lang];
  const named = (suspicion: MeasureProof['suspicion']) =>
    measures
      .filter((one) => one.suspicion === suspicion)
      .map(({ label }) => label[lang])
      .join(', ');
  const [leaks, upsideDown] = [named('leak'), named('upside down')];
  return [
    ...(onlySurvivors(leftOut) ? [t.onlySurvivors] : []),
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

/** At other leads, and by contract year, phase and segment: one table, since each row is the same figure. */
function partsTable({ leads, parts }: ShownProof, lang: Lang): string {
  const [t, r] = [pastWords[lang], reportWords[lang]];
  return table(
    ['', 'AUC', t.accounts, r.bad],
    [
      ...leads.map(({ lead, auc }) => [r.leadDays(lead), auc ? areaText(auc) : r.few, null, null]),
      ...parts.map((part) => [
        partName(part, lang),
        part.auc ? areaText(part.auc) : r.few,
        part.accounts,
        part.bad,
      ]),
    ],
  );
}

/** How early, how steady, and whom a team reaches that calls so many. */
function timeLines(
  { warnings, stability, capacity, purpose }: ShownProof,
  every: number,
  lang: Lang,
): string[] {
  const r = reportWords[lang];
  const { days } = warnings;
  const { perMonth, changes, undone } = stability;
  const { calls, called, caught, bad, atRandom } = capacity;
  const undoneShare = percent(changes === 0 ? 0 : undone / changes, lang);
  const steady = perMonth === null ? [] : [r.stability(number(perMonth, lang), undoneShare, every)];
  if (purpose === 'upsell') return steady;
  return [
    ...(days ? [r.days(days.median, days.quarter, days.threeQuarters)] : []),
    ...steady,
    ...(bad > 0 ? [r.capacity(calls, called, caught, bad, number(atRandom, lang))] : []),
  ];
}

/** Nothing where the outcomes give no reasons. */
function reasonsTable({ reasons }: ShownProof, lang: Lang): string[] {
  const r = reportWords[lang];
  if (reasons.length === 0) return [];
  const rows = reasons.map(({ reason, accounts, warned }) => [reason, accounts, warned]);
  return ['', r.reasonsGiven, table([r.reason, r.accounts, r.warnedHead], rows)];
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
