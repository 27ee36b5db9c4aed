/** What `kenko evidence calibrate` tells. */
import type { Recalibration } from '../../evidence/calibrate/recalibrate.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import type { Scorecard } from '../../scorecard/language/pack/pack.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { colour, table } from '../output.ts';
import { areaText } from './figures.ts';
import { measureReason } from './measure-reason.ts';

const pairs = {
  rests: (accounts: number, bad: number) =>
    both(
      `On ${accounts} accounts, ${bad} of which ended badly.`,
      `顧客 ${accounts} 件、うち結果が悪かった顧客 ${bad} 件。`,
    ),
  proposal: (auc: string) =>
    both(
      `AUC of the proposal, on accounts that it was not made from: ${auc}`,
      `提案のAUC（作成に使っていない顧客）: ${auc}`,
    ),
  today: (auc: string) =>
    both(
      `AUC of today's points, on the same outcomes: ${auc}`,
      `現在の点数のAUC（同じ実績）: ${auc}`,
    ),
  better: (gain: string) =>
    both(`The proposal tells more: ${gain}.`, `提案のほうがよく見分けます: ${gain}。`),
  worse: (gain: string) =>
    both(
      `Today's points tell more: ${gain}. Keep them.`,
      `現在の点数のほうがよく見分けます: ${gain}。変えないでください。`,
    ),
  same: (gain: string) =>
    both(
      `No difference is shown: ${gain}. Fewer measures may still be a reason.`,
      `差は認められません: ${gain}。項目が減ることは、変える理由になります。`,
    ),
  few: both('too few on either side', '件数が足りません'),
  metric: both('metric', '指標'),
  points: both('points', '配点'),
  now: both('today', '現在'),
  why: both('why', '根拠'),
  dropped: both(
    'Measures of today that the outcomes do not speak for',
    '実績の裏付けがない現在の項目',
  ),
  silent: both('tells nobody apart', '顧客を見分けていません'),
  alike: (as: string) => both(`says the same as ${as}`, `${as} と同じことを表します`),
  beyond: both('tells nothing beyond the others', 'ほかの項目以上のことは分かりません'),
};
const texts = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };

export function recalibratedText(card: Scorecard, found: Recalibration, lang: Lang): string {
  const t = texts[lang];
  const today = new Map(card.measures.map(({ metric, points }) => [metric, points / 100]));
  const proposed = new Set(found.measures.map(({ binning }) => binning.column.id));
  const dropped = card.measures.filter(({ metric }) => !proposed.has(metric));
  return [
    `${colour.bold(card.label[lang])} (${card.id} ${card.version})`,
    colour.bold(found.verdict[lang]),
    t.rests(found.accounts, found.bad),
    t.proposal(found.area ? areaText(found.area) : t.few),
    t.today(found.today ? areaText(found.today) : t.few),
    ...(found.gain ? [gainText(found.gain, lang)] : []),
    '',
    table(
      [t.metric, t.points, t.now, t.why],
      found.measures.map((measure) => {
        const { id } = measure.binning.column;
        return [id, measure.most, today.get(id) ?? null, measureReason(measure)[lang]];
      }),
    ),
    ...(dropped.length === 0 ? [] : ['', colour.bold(t.dropped)]),
    ...dropped.map(({ metric }) => `  ${metric}: ${whyDropped(metric, found, lang)}`),
  ].join('\n');
}

function gainText(gain: NonNullable<Recalibration['gain']>, lang: Lang): string {
  const t = texts[lang];
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  const shown = `${signed(gain.value)} (${signed(gain.low)} … ${signed(gain.high)})`;
  if (gain.p >= 0.05) return t.same(shown);
  return gain.value > 0 ? t.better(shown) : t.worse(shown);
}

function whyDropped(metric: string, { silent, alike }: Recalibration, lang: Lang): string {
  const t = texts[lang];
  const twin = alike.find(({ column }) => column === metric);
  if (twin) return t.alike(twin.as);
  return silent.includes(metric) ? t.silent : t.beyond;
}
