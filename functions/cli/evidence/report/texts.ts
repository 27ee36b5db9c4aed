/** The words of the report of evidence, for a head of CS. */
import type { Advice } from '../../../evidence/report/evidence-report.ts';
import { both, inLanguage } from '../../../scorecard/meaning/texts.ts';
import { texts } from '../../texts.ts';

const pairs = {
  title: (pack: string) => both(`Evidence: ${pack}`, `エビデンス: ${pack}`),
  period: (outcomes: number, from: string, to: string, lead: number) =>
    both(
      `${outcomes} outcomes from ${from} to ${to}; each is held against the score at least ${lead} days before it.`,
      `${from}〜${to} の実績 ${outcomes} 件。それぞれ ${lead} 日以上前のスコアと突き合わせています。`,
    ),
  rules: (hash: string) => both(`Rules ${hash}`, `ルール ${hash}`),
  figures: both('The figures', '数値を見る'),
  brackets: both(
    'A dot is what was found, the bar around it what chance leaves open (95 %). AUC: how often an account that stayed has more points than one that left; 0.5 is chance, 1 is always.',
    '点は実績の値、線は偶然によるばらつきの範囲（95％）です。AUC は、継続した顧客の点数が解約した顧客より高い確率です（0.5 は偶然、1 は完全）。',
  ),
  few: both('too few to tell', '件数不足'),

  // Does it tell who leaves?
  tellsQuestion: both('Does it tell who leaves?', '解約する顧客を見分けているか'),
  tellsGrowth: both('Does it tell who grows?', '拡大する顧客を見分けているか'),
  capacity: (calls: number, called: number, caught: number, bad: number, random: string) =>
    both(
      `Calling the ${calls} lowest accounts due each month (${called} calls) reaches ${caught} of ${bad} that left; as many calls at random reach ${random}.`,
      `毎月、点数の低い ${calls} 件（計 ${called} 件）に連絡すると、解約 ${bad} 件のうち ${caught} 件に届きます。無作為に選ぶと ${random} 件です。`,
    ),
  treated: (n: number, auc: string) =>
    both(
      `${n} of the outcomes are of accounts that were looked after in between; without them the AUC is ${auc}.`,
      `うち ${n} 件は、その間に対応がありました。これを除いた AUC は ${auc} です。`,
    ),
  growthToo: (auc: string) =>
    both(`Of the same points, who grows: AUC ${auc}.`, `同じ点数で拡大を見た場合の AUC: ${auc}。`),
  rateByBand: both('Share that left, by band', 'バンド別の解約率'),
  rateGrowth: both('Share that did not grow, by band', 'バンド別の拡大しなかった割合'),
  share: both('share', '割合'),
  bad: both('ended badly', '結果が悪い'),
  leftHead: both('left', '解約'),
  notGrown: both('did not grow', '拡大なし'),

  // How early?
  earlyQuestion: both('How early?', 'どれくらい前に分かるか'),
  warned: (n: number, all: number, share: string, bands: string) =>
    both(
      `${n} of ${all} that left (${share}) stood in ${bands} until the end.`,
      `解約 ${all} 件のうち ${n} 件（${share}）は、最後まで ${bands} でした。`,
    ),
  days: (median: number, quarter: number, threeQuarters: number) =>
    both(
      `The warning stood for ${median} days at the median; for a quarter under ${quarter}, for another over ${threeQuarters}.`,
      `警告から解約が分かるまでの日数は、中央値 ${median} 日（4分の1は ${quarter} 日未満、4分の1は ${threeQuarters} 日超）。`,
    ),
  inVain: (share: string) =>
    both(
      `Of the accounts that stayed, ${share} were warned of in vain.`,
      `継続した顧客の ${share} にも警告が出ていました。`,
    ),
  stability: (perMonth: string, undone: string, every: number) =>
    both(
      `An account changes its band ${perMonth} times a month; ${undone} of the changes are undone at the next look, ${every} days later.`,
      `バンドの変化は1顧客あたり月 ${perMonth} 回。そのうち ${undone} は ${every} 日後に元へ戻ります。`,
    ),
  noWarnings: both('Too few left to say how early.', '解約が少なく、時期は判断できません。'),
  byLead: both('AUC by days before the outcome', '実績までの日数とAUC'),
  leadDays: (n: number) => both(`${n} days before`, `${n} 日前`),
  outcomes: both('outcomes', '実績'),
  warningDays: both('Days of warning', '警告からの日数'),
  daysAxis: both('days', '日'),
  churnsAxis: both('accounts that left', '解約した顧客'),
  review: both('Every account that left', '解約した顧客の一覧'),
  on: both('known on', '判明日'),
  warnedOn: both('warned since', '警告の開始'),
  never: both('never', 'なし'),
  recovered: both('earlier, not at the end', '以前あり、最後はなし'),
  by: both('points lost in', '点数が低かった項目'),
  reason: both('reason', '理由'),

  // Where not?
  whereQuestion: both('Where does it not?', '見分けられないのはどこか'),
  nowhereFails: (n: number) =>
    both(
      `Nowhere that these numbers could show it: it tells them apart in every part with enough accounts (${n}).`,
      `見分けられない区分は見つかりません。判断できる件数のある区分（${n}）すべてで見分けています。`,
    ),
  failsIn: (parts: string) =>
    both(`Nothing is found in: ${parts}.`, `見分けている根拠がない区分: ${parts}。`),
  upsideDownIn: (parts: string) =>
    both(`It is upside down in: ${parts}.`, `逆向きになっている区分: ${parts}。`),
  tooFewIn: (n: number) =>
    both(
      `${n} parts have too few accounts for any verdict.`,
      `${n} の区分は件数が足りず、判断できません。`,
    ),
  noParts: both('No part has enough accounts to tell.', '判断できる件数のある区分がありません。'),
  byPart: both('AUC by part', '区分別のAUC'),
  part: both('part', '区分'),
  divisions: {
    year: both('contract year', '契約年度'),
    phase: both('phase', 'フェーズ'),
    scorecard: both('scorecard', 'スコアカード'),
    segment: both('segment', 'セグメント'),
    plan: both('plan', 'プラン'),
    industry: both('industry', '業種'),
    region: both('region', '地域'),
  },

  // What should change?
  changeQuestion: both('What should change?', '何を直すべきか'),
  nothing: both(
    'Nothing in these figures asks for a change.',
    'この結果から直すべき点はありません。',
  ),
  byMeasure: both('AUC of each measure alone', '項目ごとの単独のAUC'),
  measure: both('measure', '項目'),
  known: both('known for', 'データのある件数'),
  hypothesis: both('hypothesis', '仮説'),
  reasonsGiven: both('Why they left, for the product team', '解約理由（プロダクトチーム向け）'),
  warnedHead: both('of them warned', 'うち警告あり'),

  // Did acting help?
  actedQuestion: both('Did acting help?', '対応は効果があったか'),
  noLot: both(
    'Nobody knows: no accounts were held back by lot. Comparisons of who was called and who was not prove no cause.',
    '分かりません。対応を見送る顧客を無作為に選んでいないためです。対応の有無の比較では、因果関係は証明できません。',
  ),
  couldShow: (n: number, held: number, points: string) =>
    both(
      `With ${held} of the ${n} warned accounts held back, a difference of ${points} points of percent or more would show; hold_out in signals.yaml draws them.`,
      `警告の出た ${n} 件のうち ${held} 件を見送れば、${points} ポイント以上の差が分かります。signals.yaml の hold_out で抽選できます。`,
    ),
  smallLot: (fewest: number) =>
    both(
      `Too few accounts of the lot have an outcome yet: a verdict needs ${fewest} on either side.`,
      `抽選した顧客の実績がまだ足りません。判定には、対応した側と見送った側に ${fewest} 件ずつ必要です。`,
    ),
  noActions: both('No action was logged in these days.', 'この期間に記録された対応はありません。'),
  compared: both(
    'Difference among like accounts, with the action less without it (no effect)',
    '似た顧客どうしの差（対応あり − なし、効果ではありません）',
  ),
  differenceAxis: both('difference in the share that ended well', '結果が良かった割合の差'),
  did: both('what was done', '対応'),
  with: both('with it', '対応あり'),
  without: both('without it', '対応なし'),
  says: both('what it says', '読み方'),

  // What can these data not say?
  limitsQuestion: both('What can these data not say?', 'このデータでは言えないこと'),
  demo: both(
    'These are the invented customers of the demo: they show that the tool works, and nothing of yours.',
    'デモの架空の顧客です。仕組みの確認用であり、実際のお客様については何も示しません。',
  ),
  cause: both(
    'Why accounts leave: a score finds who, and a measure that goes along with leaving need not be its cause.',
    '解約の原因。スコアは「誰が」を示すもので、解約と関係のある項目が原因とは限りません。',
  ),
  single: both(
    'The next year: what held in these days is only likely to hold later. Judge it again every contract year.',
    '来年のこと。この期間の結果が今後も続くとは限りません。契約年度ごとに確かめてください。',
  ),
  sameData: both(
    'Rules that were tuned on these outcomes look better on them than they are: later outcomes are the test.',
    'この実績を見て調整したルールは、実際より良く見えます。その後の実績で確かめてください。',
  ),
  hysteresisGrid: (every: number) =>
    both(
      `Changes between two looks ${every} days apart are not seen.`,
      `${every} 日ごとに見ているため、その間の変化は含みません。`,
    ),
  smallTeam: (n: number) =>
    both(
      `With ${n} on the smaller side no figure of this page proves anything. Review every account that left (above), name exemplars, and let CSMs rank accounts without seeing the score: kenko evidence ranking.`,
      `少ない側が ${n} 件では、このページの数字は何も証明しません。解約した顧客を1件ずつ振り返り（上の一覧）、代表的な顧客を登録し、CSMにスコアを見ずに順位を付けてもらってください: kenko evidence ranking。`,
    ),
  fits: (low: string, high: string) =>
    both(
      `How well it tells, to the second digit: any AUC from ${low} to ${high} fits these numbers.`,
      `細かい精度。真の AUC は ${low}〜${high} のどこでもあり得ます。`,
    ),

  // The page
  band: texts.band,
  accounts: texts.accounts,
  account: texts.account,
  hypothesisMark: texts.hypothesis,
  wrote: (path: string) =>
    both(`The report is in ${path}.`, `レポートを ${path} に書き出しました。`),
  reads: (days: number) =>
    both(
      `Reads results of ${days} days from BigQuery, those of accounts with outcomes; a query that would bill more than KENKO_MAX_BYTES_BILLED is refused before it costs anything.`,
      `BigQueryから${days}日分の、実績のある顧客の結果を読みます。課金量が KENKO_MAX_BYTES_BILLED を超える問い合わせは、費用がかかる前に断られます。`,
    ),
  shards: (done: number, of: number) => both(`part ${done} of ${of}`, `${of}件中${done}件目`),
  progress: (date: number, of: number) => both(`${date} / ${of} dates`, `${date} / ${of} 日分`),
};

export const reportWords = { en: inLanguage(pairs, 'en'), ja: inLanguage(pairs, 'ja') };
export type ReportWords = (typeof reportWords)['en'];

const advice = {
  leak: (m: string) =>
    both(
      `Hardly believable: ${m}. Was it known before the outcome? If not, take it out.`,
      `高すぎて疑わしい項目: ${m}。実績より前に分かっていた値でなければ、外してください。`,
    ),
  'upside down': (m: string) =>
    both(
      `Turn round: whoever earned more points in ${m} ended worse.`,
      `向きを逆に: ${m} は、点数が高いほど結果が悪くなっています。`,
    ),
  'says nothing': (m: string) =>
    both(
      `Worth few points or none, since they hardly tell anybody apart: ${m}.`,
      `顧客をほとんど見分けていないため、配点を減らすか外す項目: ${m}。`,
    ),
  proven: (m: string) =>
    both(
      `No longer a hypothesis on these outcomes: ${m}.`,
      `この実績では仮説から外してよい項目: ${m}。`,
    ),
  'not monotone': () =>
    both(
      'A band ended worse than a lower one, beyond chance: move its boundaries.',
      '上のバンドの結果が、下のバンドより偶然を超えて悪くなっています。境界を見直してください。',
    ),
  'not early': () =>
    both(
      'It tells late: at the longest lead nothing is found. Look for measures that move earlier.',
      '直前にしか分かりません。早い時期に動く項目を探してください。',
    ),
} satisfies Record<Advice['about'], (measures: string) => unknown>;

export const adviceWords = { en: inLanguage(advice, 'en'), ja: inLanguage(advice, 'ja') };
