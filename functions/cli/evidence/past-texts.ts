/** What commands say that hold scores against what became of accounts. */
import type { WhyLeftOut } from '../../evidence/past-outcomes.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
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
  restsOn: ({ results, dates }: Record<'results' | 'dates', number>) =>
    both(
      `${results} results on ${dates} dates.`,
      `${dates} 日分、延べ ${results} 件を採点しました。`,
    ),
  leftOut: (because: WhyLeftOut, churned: number, others: number) =>
    both(
      `Left out, since ${whyLeftOut[because].en}: ${churned} that churned, ${others} that did not.`,
      `${whyLeftOut[because].ja}ため除いた実績: 解約 ${churned} 件、その他 ${others} 件。`,
    ),
  onlySurvivors: both(
    'Of the accounts that were not there, nearly all churned: accounts holds today’s customers only, so these figures are of those who stayed. Keep the rows of customers that left.',
    '存在しなかった顧客のほとんどが解約です。accounts に現在の顧客しかないため、継続した顧客だけの結果になっています。解約した顧客の行も残してください。',
  ),
  midTerm: (n: number) =>
    both(
      `${n} expansions in mid-term do not count, since they are no decision to stay.`,
      `契約途中の拡大 ${n} 件は、継続の判断ではないため数えません。`,
    ),
  timelessAccounts: (columns: string) =>
    both(
      `Phases, scorecards or caps are chosen by what accounts are today (${columns}), which may have been known only after an outcome; valid_from and valid_to in accounts would show the past.`,
      `フェーズ、スコアカード、上限を現在の値（${columns}）で決めています。実績の後に分かった値が含まれるおそれがあります。accounts に valid_from と valid_to があれば、当時の値で確かめられます。`,
    ),
  treatedApart: (treated: number, auc: string) =>
    both(
      `${treated} outcomes are of accounts that were called or otherwise looked after in between; without these: AUC ${auc}.`,
      `うち ${treated} 件は、その間に電話などの対応がありました。これを除いた AUC: ${auc}。`,
    ),
  leaks: (measures: string) =>
    both(
      `Hardly believable (AUC alone above 0.95 or below 0.05): ${measures}. Was it known before the outcome?`,
      `高すぎて疑わしい項目（単独のAUCが0.95超または0.05未満）: ${measures}。実績の前に分かっていた値か確かめてください。`,
    ),
  upsideDown: (measures: string) =>
    both(
      `Upside down: whoever earned more points in ${measures} ended worse.`,
      `逆向きの項目: ${measures} の点数が高いほど結果が悪くなっています。`,
    ),
  notMonotone: both(
    'A band ended worse than a lower one, beyond chance.',
    '上のバンドの結果が、下のバンドより偶然を超えて悪くなっています。',
  ),
  leftHead: both('left', '解約した割合'),
  notGrown: both('did not grow', '拡大しなかった割合'),
  churned: both('churned', '解約'),
  renewed: both('renewed', '更新'),
  expanded: both('expanded', '拡大'),
  became: both('outcomes', '実績'),
  scorecard: both('scorecard', 'スコアカード'),
  alone: both('AUC alone', '単独のAUC'),
  known: both('known for', 'データのある件数'),
  chance: both(
    'In brackets: the range that chance leaves open (95 %); an account counts once, however many outcomes it has.',
    '括弧内は、偶然によるばらつきの範囲（95％）です。同じ顧客の実績はまとめて1件とみなします。',
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
  smallLot: (fewest: number) =>
    both(
      `Too few accounts of the lot have an outcome in these days: a verdict needs ${fewest} on either side.`,
      `この期間に実績のある顧客が足りません。判定には、対応した側と見送った側に ${fewest} 件ずつ必要です。`,
    ),
  alike: both('difference among like accounts', '似た顧客どうしの差（ポイント）'),
  says: both('what it says', '読み方'),
  differs: both(
    'they differ; why, nobody can tell from this',
    '差はありますが、理由までは分かりません',
  ),
  noDifference: both('no difference is shown', '差は認められません'),
  notComparable: both(
    'they differed before, so they cannot be compared',
    '対応前から差があり、比較できません',
  ),
  tooFewAlike: both('too few are alike', '似た顧客が足りません'),
  inHindsight: (n: number) =>
    both(
      `${n} actions were entered after the outcome and count for nothing: of accounts that had left, none could be entered any more.`,
      `実績の後に記録された対応 ${n} 件は数えません。解約した顧客には後から記録できず、対応した顧客がすべて継続したように見えてしまうためです。`,
    ),
};

const whyLeftOut: Record<WhyLeftOut, Label> = {
  'before the data': both(
    'the data begin later than the day they are held against',
    '突き合わせる日のデータがない',
  ),
  'no such account': both('the account was not there on that day', 'その日に顧客が存在しない'),
  'no points': both('the account had no points on that day', 'その日に点数がない'),
};

export const pastWords = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };
