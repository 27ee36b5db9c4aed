/** What a flat table says, as the page shows it: the same questions, as far as a table can answer. */
import type { Tried } from '../../../evidence/try-table.ts';
import { fewestForVerdict } from '../../../evidence/verdict.ts';
import type { Lang } from '../../../scorecard/language/pack/catalogue.ts';
import { number } from '../../../scorecard/meaning/texts.ts';
import { areaText, rateText } from '../figures.ts';
import { measureReason } from '../measure-reason.ts';
import { tryWords } from '../try-text.ts';
import type { Section } from './sections.ts';
import { reportWords } from './texts.ts';

export function triedSections(tried: Tried, lang: Lang): Section[] {
  const [t, w] = [reportWords[lang], tryWords[lang]];
  const { outOfFold, later, own, verdict, calls, bands, measures, leftOut, churned } = tried;
  const named = bands.map((band) => ({ ...band, name: `${w.from} ${band.from}` }));
  return [
    {
      id: 'tells',
      question: t.tellsQuestion,
      answers: [
        verdict[lang],
        w.calls(calls.accounts, calls.caught, number(calls.atRandom, lang)),
        w.apart(outOfFold ? areaText(outOfFold) : w.few),
        ...(later ? [w.later(areaText(later))] : []),
        w.own(own ? areaText(own) : w.few),
      ],
      figures: [
        {
          title: w.bands,
          plot: {
            kind: 'intervals',
            title: w.bands,
            rows: named.map(({ name, rate }) => ({ label: name, estimate: rate })),
            axis: t.share,
            from: 0,
            to: 1,
            nothing: null,
            percent: true,
          },
          head: [w.from, w.accountsHead, w.left, w.rate],
          rows: bands.map(({ from, accounts, left, rate }) => [
            from,
            accounts,
            left,
            rate && rateText(rate, lang),
          ]),
        },
      ],
    },
    {
      id: 'change',
      question: w.scorecard,
      answers: [],
      figures: [
        {
          title: w.scorecard,
          plot: null,
          head: [w.measure, w.points, w.why],
          rows: measures.map((one) => [one.binning.column.id, one.most, measureReason(one)[lang]]),
        },
        {
          title: w.leftOut,
          plot: null,
          head: [w.measure, w.why],
          rows: leftOut.map(({ column, reason }) => [column, reason[lang]]),
        },
      ],
    },
    {
      id: 'limits',
      question: t.limitsQuestion,
      answers: [
        ...(churned < fewestForVerdict ? [t.smallTeam(churned)] : []),
        ...(outOfFold ? [t.fits(outOfFold.low.toFixed(2), outOfFold.high.toFixed(2))] : []),
        t.cause,
        t.single,
      ],
      figures: [],
    },
  ];
}
