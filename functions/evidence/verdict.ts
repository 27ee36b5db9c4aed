/** What may be said of a score in one sentence, and when nothing may be said. */
import type { Area } from './statistics/auc.ts';

export interface Verdict {
  /** Stable words for scripts. */
  verdict: 'predicts' | 'nothing found' | 'upside down' | 'too few to tell';
  en: string;
  ja: string;
}

/** With fewer accounts on either side, chance could explain whatever is seen. */
export const fewestForVerdict = 20;
/** With fewer, the numbers of a scorecard are hardly better than guesses. */
export const fewestForScorecard = 40;

export interface Judged {
  /** Accounts that left; for upsell, that did not grow. */
  bad: number;
  /** Accounts that stayed; for upsell, that grew. */
  good: number;
  /** On accounts, or days, that the score was not made from. */
  area: Area | null;
  purpose?: string | null;
  /** False where calibration found no measure worth having. */
  found?: boolean;
}

const words = {
  churn: {
    bad: { en: 'left', ja: '解約した' },
    good: { en: 'stayed', ja: '継続した' },
    tells: { en: 'who leaves', ja: '解約' },
  },
  upsell: {
    bad: { en: 'did not grow', ja: '拡大しなかった' },
    good: { en: 'grew', ja: '拡大した' },
    tells: { en: 'who grows', ja: '拡大' },
  },
};

/** One sentence for a head of CS. */
export function verdictOf({ bad, good, area, purpose, found = true }: Judged): Verdict {
  const w = purpose === 'upsell' ? words.upsell : words.churn;
  if (Math.min(bad, good) < fewestForVerdict || !area) {
    const [few, which] = bad <= good ? [bad, w.bad] : [good, w.good];
    return {
      verdict: 'too few to tell',
      en: `Only ${few} accounts ${which.en}: with fewer than ${fewestForVerdict}, chance could explain any figure. Review each of them, and compare the score with exemplars and with a ranking by the CSMs.`,
      ja: `${which.ja}顧客が ${few} 件しかなく（${fewestForVerdict} 件以上が必要）、どの数字も偶然で説明できます。1件ずつ振り返り、代表的な顧客やCSMによる順位付けとスコアを比べてください。`,
    };
  }
  const shown = `${area.value.toFixed(2)} (${area.low.toFixed(2)}–${area.high.toFixed(2)})`;
  if (area.high < 0.5) {
    return {
      verdict: 'upside down',
      en: `The score is upside down: of accounts with more points, more ${w.bad.en} (AUC ${shown}). Turn the directions of its measures round.`,
      ja: `スコアが逆向きです。点数の高い顧客ほど、${w.bad.ja}割合が高くなっています（AUC ${shown}）。各項目の向きを見直してください。`,
    };
  }
  if (area.low <= 0.5 || !found) {
    return {
      verdict: 'nothing found',
      en: `Nothing found: chance alone could give as much (AUC ${shown}; 0.5 is chance). Do not act on such a score.`,
      ja: `予測できる根拠は見つかりませんでした。偶然でも同じ結果になり得ます（AUC ${shown}、0.5 が偶然）。このスコアで行動しないでください。`,
    };
  }
  const often = Math.round(100 * area.value);
  return {
    verdict: 'predicts',
    en: `The score tells ${w.tells.en}: of one account that ${w.good.en} and one that ${w.bad.en}, it ranks the right one higher ${often} times in 100 (AUC ${shown}; 0.5 is chance).`,
    ja: `スコアは${w.tells.ja}を見分けています。${w.good.ja}顧客と${w.bad.ja}顧客を比べると、100回中 ${often} 回は${w.good.ja}顧客の点数が上です（AUC ${shown}、0.5 が偶然）。`,
  };
}
