/** Accepted evidence in a line, as the dashboard and pull requests show it. */
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import type { AcceptedScore } from '../../scorecard/language/schema/evidence.ts';
import { both } from '../../scorecard/meaning/texts.ts';

const bases: Record<AcceptedScore['basis'], Label> = {
  untuned: both('rules that no outcome shaped', '実績による調整なし'),
  later: both('on outcomes after it was tuned', '調整後の実績で確認'),
  out_of_fold: both('on accounts that it was not made from', '作成に使っていない顧客で確認'),
};

export function acceptedText(
  { purpose }: Pick<Score, 'purpose'>,
  { basis, accounts, bad, auc, hold_out, ranking }: AcceptedScore,
): Label {
  const upsell = purpose === 'upsell';
  const range = (figure: { value: number; low: number; high: number }) =>
    `${figure.value.toFixed(2)} (${figure.low.toFixed(2)}–${figure.high.toFixed(2)})`;
  const counted = both(
    `${bad} of ${accounts} accounts ${upsell ? 'did not grow' : 'left'}`,
    `${accounts} 件中 ${upsell ? '拡大なし' : '解約'} ${bad} 件`,
  );
  const said = [
    auc
      ? both(`AUC ${range(auc)}`, `AUC ${range(auc)}`)
      : both('too few for an AUC', 'AUC は件数不足'),
    counted,
    bases[basis],
    ...(ranking
      ? [
          both(
            `CSMs' ranking ${range(ranking.kendall)}`,
            `CSMの順位との一致 ${range(ranking.kendall)}`,
          ),
        ]
      : []),
    ...(hold_out?.verdict === 'helped'
      ? [both('acting helped, by lot', '抽選による確認で対応の効果あり')]
      : []),
  ];
  return { en: said.map(({ en }) => en).join('; '), ja: said.map(({ ja }) => ja).join('、') };
}
