/** What may be said of a score in one sentence, and when nothing may be said. */
import type { Area } from './statistics/auc.ts';

export interface Verdict {
  /** Stable words for scripts. */
  verdict: 'predicts' | 'nothing found' | 'upside down' | 'too few to tell';
  en: string;
  ja: string;
}

/** With fewer accounts that left, or that stayed, chance could explain whatever is seen. */
export const fewestForVerdict = 20;
/** With fewer, the numbers of a scorecard are hardly better than guesses. */
export const fewestForScorecard = 40;

export interface Judged {
  churned: number;
  stayed: number;
  /** On accounts, or days, that the score was not made from. */
  area: Area | null;
  /** Measures of the scorecard; without any, nothing was found whatever the area is. */
  measures: number;
}

/** One sentence for a head of CS. */
export function verdictOf({ churned, stayed, area, measures }: Judged): Verdict {
  if (Math.min(churned, stayed) < fewestForVerdict || !area) {
    const [few, en, ja] =
      churned <= stayed ? [churned, 'left', '解約した'] : [stayed, 'stayed', '継続した'];
    return {
      verdict: 'too few to tell',
      en: `Only ${few} accounts ${en}: with fewer than ${fewestForVerdict}, chance could explain any figure. Review every account that left, and compare the score with exemplars and with a ranking by the CSMs.`,
      ja: `${ja}顧客が ${few} 件しかなく（${fewestForVerdict} 件以上が必要）、どの数字も偶然で説明できます。解約した顧客を1件ずつ振り返り、代表的な顧客やCSMによる順位付けとスコアを比べてください。`,
    };
  }
  const shown = `${area.value.toFixed(2)} (${area.low.toFixed(2)}–${area.high.toFixed(2)})`;
  if (area.high < 0.5) {
    return {
      verdict: 'upside down',
      en: `The score is upside down: accounts with more points left more often (AUC ${shown}). Turn the directions of its measures round.`,
      ja: `スコアが逆向きです。点数の高い顧客ほど解約しています（AUC ${shown}）。各項目の向きを見直してください。`,
    };
  }
  if (area.low <= 0.5 || measures === 0) {
    return {
      verdict: 'nothing found',
      en: `Nothing found: chance alone could give as much (AUC ${shown}; 0.5 is chance). Do not act on such a score.`,
      ja: `予測できる根拠は見つかりませんでした。偶然でも同じ結果になり得ます（AUC ${shown}、0.5 が偶然）。このスコアで行動しないでください。`,
    };
  }
  const often = Math.round(100 * area.value);
  return {
    verdict: 'predicts',
    en: `The score tells who leaves: of one account that stayed and one that left, it ranks the right one higher ${often} times in 100 (AUC ${shown}; 0.5 is chance).`,
    ja: `スコアは解約を見分けています。継続した顧客と解約した顧客を比べると、100回中 ${often} 回は継続した顧客の点数が上です（AUC ${shown}、0.5 が偶然）。`,
  };
}
