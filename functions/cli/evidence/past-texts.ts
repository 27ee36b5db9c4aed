/** What commands say that hold scores against what became of accounts. */
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { texts } from '../texts.ts';

const pairs = {
  ...texts,
  looked: (outcomes: number, from: string, to: string, lead: number) =>
    both(
      `${outcomes} outcomes from ${from} to ${to}, each held against the score at least ${lead} days before it.`,
      `${from} から ${to} までの実績 ${outcomes} 件を、それぞれ ${lead} 日以上前のスコアと突き合わせました。`,
    ),
  demo: both(
    'On the invented customers of the demo: it shows that the tool works, and nothing of your customers.',
    'デモの架空の顧客による結果です。仕組みの確認用であり、実際のお客様については何も示しません。',
  ),
  timeless: (tables: readonly string[]) =>
    both(
      `Today's values stand for all days: ${tables.join(', ')}. They may have been known only after an outcome, so this can look better than the rules are; rows with a day of their own would show it.`,
      `現在の値だけのテーブルを使っています: ${tables.join('、')}。実績の後に分かった値が含まれ、実際より良く見えることがあります。日付の付いた行があれば、正しく確かめられます。`,
    ),
  restsOn: ({ results, dates, unjudged }: Record<'results' | 'dates' | 'unjudged', number>) =>
    both(
      `${results} results on ${dates} dates.${unjudged === 0 ? '' : ` Outcomes left out, since those accounts had no points on the day they are held against: ${unjudged}.`}`,
      `${dates} 日分、延べ ${results} 件を採点しました。${unjudged === 0 ? '' : `突き合わせる日に点数のなかった顧客の実績 ${unjudged} 件は含みません。`}`,
    ),
  tells: (auc: string, upsell: boolean) =>
    both(
      `AUC ${auc}: so often does an account that ${upsell ? 'grew' : 'stayed'} have more points than one that did not; 0.5 is chance.`,
      `AUC ${auc}: ${upsell ? '拡大' : '継続'}した顧客の点数が、そうでない顧客より高い確率です。0.5 は偶然と同じです。`,
    ),
  tooFew: both(
    'Too few outcomes of both kinds to say how well it tells them apart: at least 5 of each are needed.',
    '実績が少ないため、見分けられているか判断できません（それぞれ5件以上が必要です）。',
  ),
  churned: both('churned', '解約'),
  renewed: both('renewed', '更新'),
  expanded: both('expanded', '拡大'),
  became: both('outcomes', '実績'),
  scorecard: both('scorecard', 'スコアカード'),
  alone: both('AUC alone', '単独のAUC'),
  known: both('known for', 'データのある件数'),
  chance: both(
    'In brackets: the range that chance leaves open (95 %), as if every outcome were independent of all others.',
    '括弧内は、偶然によるばらつきの範囲（95％）です。各実績は互いに独立と仮定しています。',
  ),
  did: both('what was done', '対応'),
  stayed: both('Stayed', '継続'),
  grew: both('Grew', '拡大'),
  with: both('with it', '対応あり'),
  without: both('without it', '対応なし'),
  difference: both('difference in points of percent', '差（ポイント）'),
  allBands: both('all', '全体'),
  few: both('fewer than 5', '5件未満'),
  noActions: both(
    'No action was logged between these days and the outcomes: kenko log did.',
    'この期間に記録された対応がありません。kenko log did で記録できます。',
  ),
  noLots: both(
    'Nobody drew lots for whom to call: this compares accounts, and proves no cause.',
    '対応する顧客を無作為に選んだわけではないため、比較であって、因果関係の証明ではありません。',
  ),
};

export const pastWords = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };
