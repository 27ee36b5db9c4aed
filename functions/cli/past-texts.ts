/** What commands say that hold scores against what became of accounts. */
import { type Language, words } from './texts.ts';

const en = {
  ...words.en,
  looked: (outcomes: number, from: string, to: string, lead: number) =>
    `${outcomes} outcomes from ${from} to ${to}, each held against the score at least ${lead} days before it.`,
  demo: 'On the invented customers of the demo: it shows that the tool works, and nothing of your customers.',
  timeless: (tables: readonly string[]) =>
    `Today's values stand for all days: ${tables.join(', ')}. They may have been known only after an outcome, so this can look better than the rules are; rows with a day of their own would show it.`,
  tells: (auc: string, upsell: boolean) =>
    `AUC ${auc}: so often does an account that ${upsell ? 'grew' : 'stayed'} have more points than one that did not; 0.5 is chance.`,
  tooFew:
    'Too few outcomes of both kinds to say how well it tells them apart: at least 5 of each are needed.',
  churned: 'churned',
  renewed: 'renewed',
  expanded: 'expanded',
  shareChurned: 'share churned',
  shareExpanded: 'share expanded',
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
  tells: (auc, upsell) =>
    `AUC ${auc}: ${upsell ? '拡大' : '継続'}した顧客の点数が、そうでない顧客より高い確率です。0.5 は偶然と同じです。`,
  tooFew: '実績が少ないため、見分けられているか判断できません（それぞれ5件以上が必要です）。',
  churned: '解約',
  renewed: '更新',
  expanded: '拡大',
  shareChurned: '解約率',
  shareExpanded: '拡大率',
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
