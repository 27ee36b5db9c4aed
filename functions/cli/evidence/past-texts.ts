/** What commands say that hold scores against what became of accounts. */
import { type Language, words } from '../texts.ts';

const en = {
  ...words.en,
  looked: (outcomes: number, from: string, to: string, lead: number) =>
    `${outcomes} outcomes from ${from} to ${to}, each held against the score at least ${lead} days before it.`,
  demo: 'On the invented customers of the demo: it shows that the tool works, and nothing of your customers.',
  timeless: (tables: readonly string[]) =>
    `Today's values stand for all days: ${tables.join(', ')}. They may have been known only after an outcome, so this can look better than the rules are; rows with a day of their own would show it.`,
  restsOn: ({ results, dates, unjudged }: Record<'results' | 'dates' | 'unjudged', number>) =>
    `${results} results on ${dates} dates.${unjudged === 0 ? '' : ` Outcomes left out, since those accounts had no points on the day they are held against: ${unjudged}.`}`,
  tells: (auc: string, upsell: boolean) =>
    `AUC ${auc}: so often does an account that ${upsell ? 'grew' : 'stayed'} have more points than one that did not; 0.5 is chance.`,
  tooFew:
    'Too few outcomes of both kinds to say how well it tells them apart: at least 5 of each are needed.',
  churned: 'churned',
  renewed: 'renewed',
  expanded: 'expanded',
  became: 'outcomes',
  scorecard: 'scorecard',
  alone: 'AUC alone',
  known: 'known for',
  chance:
    'In brackets: the range that chance leaves open (95 %), as if every outcome were independent of all others.',
  did: 'what was done',
  stayed: 'Stayed',
  grew: 'Grew',
  with: 'with it',
  without: 'without it',
  difference: 'difference in points of percent',
  allBands: 'all',
  few: 'fewer than 5',
  noActions: 'No action was logged between these days and the outcomes: kenko log did.',
  noLots: 'Nobody drew lots for whom to call: this compares accounts, and proves no cause.',
};

const ja: typeof en = {
  ...words.ja,
  looked: (outcomes, from, to, lead) =>
    `${from} から ${to} までの実績 ${outcomes} 件を、それぞれ ${lead} 日以上前のスコアと突き合わせました。`,
  demo: 'デモの架空の顧客による結果です。仕組みの確認用であり、実際のお客様については何も示しません。',
  timeless: (tables) =>
    `現在の値だけのテーブルを使っています: ${tables.join('、')}。実績の後に分かった値が含まれ、実際より良く見えることがあります。日付の付いた行があれば、正しく確かめられます。`,
  restsOn: ({ results, dates, unjudged }) =>
    `${dates} 日分、延べ ${results} 件を採点しました。${unjudged === 0 ? '' : `突き合わせる日に点数のなかった顧客の実績 ${unjudged} 件は含みません。`}`,
  tells: (auc, upsell) =>
    `AUC ${auc}: ${upsell ? '拡大' : '継続'}した顧客の点数が、そうでない顧客より高い確率です。0.5 は偶然と同じです。`,
  tooFew: '実績が少ないため、見分けられているか判断できません（それぞれ5件以上が必要です）。',
  churned: '解約',
  renewed: '更新',
  expanded: '拡大',
  became: '実績',
  scorecard: 'スコアカード',
  alone: '単独のAUC',
  known: 'データのある件数',
  chance: '括弧内は、偶然によるばらつきの範囲（95％）です。各実績は互いに独立と仮定しています。',
  did: '対応',
  stayed: '継続',
  grew: '拡大',
  with: '対応あり',
  without: '対応なし',
  difference: '差（ポイント）',
  allBands: '全体',
  few: '5件未満',
  noActions: 'この期間に記録された対応がありません。kenko log did で記録できます。',
  noLots:
    '対応する顧客を無作為に選んだわけではないため、比較であって、因果関係の証明ではありません。',
};

export const pastWords: Record<Language, typeof en> = { en, ja };
