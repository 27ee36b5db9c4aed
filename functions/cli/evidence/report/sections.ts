/** The questions of a head of CS and their answers: the page and the terminal show the same. */
import { actionText } from '../../../api/entries/entry-texts.ts';
import { fewestHeld, smallestEffect } from '../../../evidence/effects/hold-out.ts';
import type { EvidenceReport } from '../../../evidence/report/evidence-report.ts';
import type { PartProof } from '../../../evidence/report/parts.ts';
import { fewestForVerdict } from '../../../evidence/verdict.ts';
import type { Lang } from '../../../scorecard/language/pack/catalogue.ts';
import type { Score } from '../../../scorecard/language/pack/pack.ts';
import { number, percent } from '../../../scorecard/meaning/texts.ts';
import { areaText, rateText } from '../figures.ts';
import { pastWords } from '../past-texts.ts';
import type { PlotOf } from './plots.ts';
import { adviceWords, reportWords } from './texts.ts';

export interface Figure {
  title: string;
  plot: PlotOf | null;
  head: string[];
  rows: (string | number | null)[][];
}

export interface Section {
  id: string;
  question: string;
  /** The first sentence is the answer. */
  answers: string[];
  figures: Figure[];
}

export interface Shown {
  score: Score;
  report: EvidenceReport;
  /** Days between the dates looked at. */
  every: number;
  lot: boolean;
  demo: boolean;
  timeless: readonly string[];
  timelessAccounts: readonly string[];
}

export function sectionsOf(shown: Shown, lang: Lang): Section[] {
  return [tells, early, where, change, acted, limits].map((section) => section(shown, lang));
}

const areaPlot = {
  kind: 'intervals',
  axis: 'AUC',
  from: 0,
  to: 1,
  nothing: 0.5,
  percent: false,
} as const;

function tells({ score, report }: Shown, lang: Lang): Section {
  const t = reportWords[lang];
  const { proof, capacity, treated, growth } = report;
  const upsell = score.purpose === 'upsell';
  const { calls, called, caught, bad, atRandom } = capacity;
  const title = upsell ? t.rateGrowth : t.rateByBand;
  return {
    id: 'tells',
    question: upsell ? t.tellsGrowth : t.tellsQuestion,
    answers: [
      proof.verdict[lang],
      ...(upsell || bad === 0
        ? []
        : [t.capacity(calls, called, caught, bad, number(atRandom, lang))]),
      ...(treated.outcomes > 0
        ? [t.treated(treated.outcomes, treated.auc ? areaText(treated.auc) : t.few)]
        : []),
      ...(growth ? [t.growthToo(areaText(growth))] : []),
    ],
    figures: [
      {
        title,
        plot: {
          kind: 'intervals',
          title,
          rows: proof.bands.map(({ label, rate }) => ({ label: label[lang], estimate: rate })),
          axis: t.share,
          from: 0,
          to: 1,
          nothing: null,
          percent: true,
        },
        head: [t.band, t.accounts, upsell ? t.notGrown : t.leftHead, t.share],
        rows: proof.bands.map(({ label, accounts, bad: some, rate }) => [
          label[lang],
          accounts,
          some,
          rate && rateText(rate, lang),
        ]),
      },
    ],
  };
}

function early({ score, report, every }: Shown, lang: Lang): Section {
  const t = reportWords[lang];
  const { warnings, stability, leads } = report;
  const upsell = score.purpose === 'upsell';
  const { churns, warned, days, inVain } = warnings;
  const bands = score.bands
    .filter(({ id }) => warnings.bands.includes(id))
    .map(({ label }) => label[lang])
    .join(lang === 'ja' ? '・' : ' or ');
  const stood = churns.filter((one) => one.warned !== null);
  const length = stood.flatMap((one) => (one.days === null ? [] : [one.days]));
  const { perMonth, changes, undone } = stability;
  return {
    id: 'early',
    question: t.earlyQuestion,
    answers: [
      ...(upsell
        ? []
        : [
            warned
              ? t.warned(stood.length, churns.length, rateText(warned, lang), bands)
              : t.noWarnings,
            ...(days ? [t.days(days.median, days.quarter, days.threeQuarters)] : []),
            ...(inVain ? [t.inVain(rateText(inVain, lang))] : []),
          ]),
      ...(perMonth === null
        ? []
        : [
            t.stability(
              number(perMonth, lang),
              percent(changes === 0 ? 0 : undone / changes, lang),
              every,
            ),
          ]),
    ],
    figures: [
      {
        title: t.byLead,
        plot: {
          ...areaPlot,
          title: t.byLead,
          rows: leads.map(({ lead, auc }) => ({ label: t.leadDays(lead), estimate: auc })),
        },
        head: [t.byLead, t.outcomes, 'AUC'],
        rows: leads.map(({ lead, auc, outcomes }) => [
          t.leadDays(lead),
          outcomes,
          auc ? areaText(auc) : t.few,
        ]),
      },
      ...(upsell || churns.length === 0 ? [] : [reviewOf(churns, length, lang)]),
    ],
  };
}

function reviewOf(
  churns: EvidenceReport['warnings']['churns'],
  days: readonly number[],
  lang: Lang,
): Figure {
  const t = reportWords[lang];
  const title = days.length < 5 ? t.review : t.warningDays;
  return {
    title,
    plot:
      days.length < 5
        ? null
        : {
            kind: 'counts',
            title,
            values: [...days],
            step: 30,
            axis: t.daysAxis,
            count: t.churnsAxis,
          },
    head: [t.account, t.on, t.warnedOn, t.daysAxis, t.by, t.reason],
    rows: churns.map(({ account, on, warned, days: stood, recovered, by, reason }) => [
      account,
      on,
      warned ?? (recovered ? t.recovered : t.never),
      stood,
      by.map((label) => label[lang]).join(lang === 'ja' ? '、' : ', '),
      reason,
    ]),
  };
}

function where({ report }: Shown, lang: Lang): Section {
  const t = reportWords[lang];
  const { parts } = report;
  const named = (part: PartProof) => partName(part, lang);
  const those = (verdict: PartProof['verdict']) =>
    parts
      .filter((part) => part.verdict === verdict)
      .map(named)
      .join(lang === 'ja' ? '、' : ', ');
  const few = parts.filter(({ verdict }) => verdict === 'too few to tell').length;
  const [fails, upside] = [those('nothing found'), those('upside down')];
  const enough = parts.length - few;
  return {
    id: 'where',
    question: t.whereQuestion,
    answers: [
      ...(upside ? [t.upsideDownIn(upside)] : []),
      ...(fails ? [t.failsIn(fails)] : []),
      ...(fails || upside ? [] : [enough > 0 ? t.nowhereFails(enough) : t.noParts]),
      ...(few > 0 && enough > 0 ? [t.tooFewIn(few)] : []),
      ...report.leftOut.map(({ because, churned, renewed, expanded }) =>
        pastWords[lang].leftOut(because, churned, renewed + expanded),
      ),
    ],
    figures: [
      {
        title: t.byPart,
        plot: {
          ...areaPlot,
          title: t.byPart,
          rows: parts
            .filter(({ auc }) => auc !== null)
            .map((part) => ({ label: named(part), estimate: part.auc })),
        },
        head: [t.part, t.accounts, t.bad, 'AUC'],
        rows: parts.map((part) => [
          named(part),
          part.accounts,
          part.bad,
          part.auc ? areaText(part.auc) : t.few,
        ]),
      },
    ],
  };
}

/** What a part is called: a column of the team's own by its name. */
export function partName({ by, label }: PartProof, lang: Lang): string {
  const divisions: Record<string, string> = reportWords[lang].divisions;
  return `${divisions[by] ?? by}: ${label[lang]}`;
}

function change({ report }: Shown, lang: Lang): Section {
  const t = reportWords[lang];
  const { proof, advice, reasons } = report;
  const labelOf = ({ scorecard, measure }: { scorecard: string; measure: string }) =>
    proof.measures.find((one) => one.scorecard === scorecard && one.measure === measure)?.label[
      lang
    ] ?? measure;
  const measures = proof.measures
    .filter(({ auc }) => auc !== null)
    .sort((a, b) => (b.auc?.value ?? 0) - (a.auc?.value ?? 0));
  const cards = new Set(measures.map(({ scorecard }) => scorecard));
  const named = ({ label, scorecard }: (typeof measures)[number]) =>
    cards.size > 1 ? `${label[lang]} (${scorecard})` : label[lang];
  const said = advice.map(({ about, measures: of }) =>
    adviceWords[lang][about](of.map(labelOf).join(lang === 'ja' ? '、' : ', ')),
  );
  return {
    id: 'change',
    question: t.changeQuestion,
    answers: said.length === 0 ? [t.nothing] : said,
    figures: [
      {
        title: t.byMeasure,
        plot: {
          ...areaPlot,
          title: t.byMeasure,
          rows: measures.map((one) => ({ label: named(one), estimate: one.auc })),
        },
        head: [t.measure, t.known, 'AUC', ''],
        rows: measures.map((one) => [
          named(one),
          one.known,
          one.auc && areaText(one.auc),
          one.hypothesis ? t.hypothesis : '',
        ]),
      },
      ...(reasons.length === 0
        ? []
        : [
            {
              title: t.reasonsGiven,
              plot: null,
              head: [t.reason, t.accounts, t.warnedHead],
              rows: reasons.map(({ reason, accounts, warned }) => [reason, accounts, warned]),
            },
          ]),
    ],
  };
}

function acted({ score, report, lot }: Shown, lang: Lang): Section {
  const [t, p] = [reportWords[lang], pastWords[lang]];
  const { holdOut, effects, warnings } = report;
  const { comparisons } = effects;
  const weighted = comparisons.filter((one) => one.weighted !== null);
  return {
    id: 'acted',
    question: t.actedQuestion,
    answers: [
      holdOut ? holdOut[lang] : lot ? t.smallLot(fewestHeld) : t.noLot,
      ...(lot || score.purpose === 'upsell' ? [] : couldShow(report, lang)),
      ...(comparisons.length === 0 ? [t.noActions] : []),
      ...(effects.unused.inHindsight > 0 ? [p.inHindsight(effects.unused.inHindsight)] : []),
    ],
    figures:
      comparisons.length === 0
        ? []
        : [
            {
              title: t.compared,
              plot:
                weighted.length === 0
                  ? null
                  : {
                      kind: 'intervals',
                      title: t.compared,
                      rows: weighted.map((one) => ({
                        label: actionText(one.did)[lang],
                        estimate: one.weighted,
                      })),
                      axis: t.differenceAxis,
                      from: -1,
                      to: 1,
                      nothing: 0,
                      percent: true,
                    },
              head: [t.did, t.with, t.without, t.differenceAxis, t.says],
              rows: comparisons.map((one) => [
                actionText(one.did)[lang],
                one.acted,
                one.others,
                one.weighted ? rateText(one.weighted, lang) : p.few,
                p[readings[one.reading]],
              ]),
            },
          ],
  };

  function couldShow(of: EvidenceReport, language: Lang): string[] {
    const low = of.proof.bands.filter(({ id }) => warnings.bands.includes(id));
    const [all, bad] = low.reduce(([a, b], one) => [a + one.accounts, b + one.bad], [0, 0]);
    const held = Math.round(all / 5);
    if (held < fewestHeld) return [];
    const side = (accounts: number) => ({ accounts, good: (accounts * (all - bad)) / all });
    const points = (100 * smallestEffect(side(all - held), side(held))).toFixed(0);
    return [reportWords[language].couldShow(all, held, points)];
  }
}

/** How `kenko evidence` words a reading of a comparison. */
export const readings = {
  differs: 'differs',
  'no difference shown': 'noDifference',
  'not comparable': 'notComparable',
  'too few': 'tooFewAlike',
} as const;

function limits({ report, every, demo, timeless, timelessAccounts }: Shown, lang: Lang): Section {
  const [t, p] = [reportWords[lang], pastWords[lang]];
  const { proof, leftOut } = report;
  const { churned, renewed, expanded } = proof.outcomes;
  const smaller =
    proof.purpose === 'upsell'
      ? Math.min(expanded, churned + renewed)
      : Math.min(churned, renewed + expanded);
  return {
    id: 'limits',
    question: t.limitsQuestion,
    answers: [
      ...(demo ? [t.demo] : []),
      ...(smaller < fewestForVerdict ? [t.smallTeam(smaller)] : []),
      ...(proof.auc ? [t.fits(proof.auc.low.toFixed(2), proof.auc.high.toFixed(2))] : []),
      ...(onlySurvivors(leftOut) ? [p.onlySurvivors] : []),
      ...(timeless.length > 0 ? [p.timeless(timeless)] : []),
      ...(timelessAccounts.length > 0 ? [p.timelessAccounts(timelessAccounts.join(', '))] : []),
      t.sameData,
      t.cause,
      t.single,
      t.hysteresisGrid(every),
    ],
    figures: [],
  };
}

/** With so many left out for want of a row, it matters who they were. */
const survivors = { least: 5, share: 0.8 };

/** Whether those that were not there on the day are nearly all churned: of today's customers only. */
export function onlySurvivors(leftOut: EvidenceReport['leftOut']): boolean {
  const gone = leftOut.find(({ because }) => because === 'no such account');
  if (!gone) return false;
  const all = gone.churned + gone.renewed + gone.expanded;
  return gone.churned >= survivors.least && gone.churned >= survivors.share * all;
}
