/** Every text of the dashboard. */
import type { Label, Lang } from '../../scorecard/language/pack/catalogue.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';

/** Counters of units in Japanese; a unit that is not here follows its number as it is. */
const counters: Record<string, string> = {
  actions: '回',
  days: '日',
  answers: '問',
  entries: '件',
  features: '機能',
  items: '点',
  learners: '人',
  minutes: '分',
  months: 'か月',
  ms: 'ミリ秒',
  occasions: '回',
  points: '点',
  posts: '件',
  purchases: '回',
  tickets: '件',
  users: '人',
  views: '回',
};

const pairs = {
  product: both('Customer health scores', 'カスタマーヘルススコア'),
  skip: both('Skip to content', '本文へ移動'),
  language: both('Language', '言語'),
  portfolio: both('Portfolio', '全体の状況'),
  episodes: both('Signals', 'シグナル'),
  severities: {
    critical: both('urgent', '至急'),
    warning: both('look soon', '要確認'),
    info: both('for information', '参考'),
  },
  openSince: (at: string) => both(`Open since ${at}`, `${at}から継続`),
  acknowledgedBy: (name: string) => both(`looked after by ${name}`, `${name}が対応中`),
  accounts: both('Accounts', '顧客'),
  asOf: (date: string) => both(`As of ${date}`, `${date}時点`),
  nothingYet: both(
    'No scores yet. They appear once the first run has finished.',
    'スコアはまだありません。最初の実行が終わると表示されます。',
  ),
  accountCount: (n: string) => both(`${n} accounts`, `${n}件`),
  average: (points: string) => both(`Average ${points}`, `平均 ${points}`),
  left: (n: string) => both(`${n} left on this day`, `この日に対象外となった ${n}件`),
  unscored: both('No scorecard applies', '該当するスコアカードなし'),
  errors: both('Could not be scored', '算出エラー'),
  overridden: both('Set by hand', '手動設定'),
  bandShare: (label: string, n: string, share: string) =>
    both(`${label}: ${n} accounts (${share})`, `${label}：${n}件（${share}）`),
  falls: both('Biggest falls', '大きく下がった顧客'),
  rises: both('Biggest rises', '大きく上がった顧客'),
  noMovers: both('No account moved.', 'スコアの動いた顧客はありません。'),
  noReasons: both('No single measure stands out.', '目立った要因はありません。'),
  phases: both('Phases', 'フェーズ'),
  noPhase: both('No phase', 'フェーズなし'),
  sources: both('Data', 'データ'),
  through: (date: string) => both(`through ${date}`, `${date}まで`),
  sourceMissing: both('not provided', '未連携'),
  sourceEmpty: both('empty', 'データなし'),
  sourceLate: both('late', '遅延'),
  lastRun: both('Last run', '直近の実行'),
  runStates: {
    waiting: both('waiting', '待機中'),
    preparing: both('preparing', '準備中'),
    scoring: both('scoring', '算出中'),
    closing: both('closing', '確定中'),
    publishing: both('publishing', '公開中'),
    finished: both('finished', '完了'),
    held: both('held for review', '確認待ち'),
    failed: both('failed', '失敗'),
    superseded: both('superseded', '後続の実行に置き換え'),
    discarded: both('discarded', '破棄'),
  },
  changed: (n: string) => both(`${n} accounts changed`, `${n}件を更新`),
  inSeconds: (n: string) => both(`in ${n} s`, `${n}秒`),
  crm: {
    updated: both('up to date', '反映済み'),
    pending: both('waiting', '反映待ち'),
    parked: both('refused', '反映できず'),
  },
  crmStates: {
    synced: both('Salesforce is up to date', 'Salesforceへ反映済み'),
    pending: both('Waiting for Salesforce', 'Salesforceへの反映待ち'),
    parked: both('Salesforce refused it', 'Salesforceへ反映できません'),
  },
  parkedAccounts: both('Accounts that Salesforce refuses', 'Salesforceへ反映できない顧客'),
  parkedCount: (n: string, isOne: boolean) =>
    both(`${n} ${isOne ? 'account' : 'accounts'}`, `${n}件`),
  parkedLead: both(
    'Salesforce does not take these as they are; it shows what it took last. Once that is mended there, or in the mapping, every night tries them again, and `kenko sync retry` at once.',
    'Salesforceに拒否され、前回までの内容が表示されたままの顧客です。Salesforceまたは項目の対応づけを直すと、夜間に自動で再送されます。すぐに送るには `kenko sync retry` を使ってください。',
  ),
  noneParked: both('Salesforce refuses none.', '反映できない顧客はありません。'),
  refusedFor: both('Why', '理由'),
  refusedField: both('Field', '項目'),
  refusedSince: both('Since', 'いつから'),
  lastTry: both('Last try', '最終試行'),
  refusals: {
    'no-record': both('No record carries its id', 'このIDのレコードがありません'),
    'shared-record': both(
      'Another account has its record, too',
      'レコードが別の顧客と重複しています',
    ),
    'ambiguous-record': both('Several records carry its id', '同じIDのレコードが複数あります'),
  } as Record<string, Label>,
  search: both('Search', '検索'),
  searchPlaceholder: both('Name or id', '名前またはID'),
  score: both('Score', 'スコア'),
  band: both('Band', 'バンド'),
  phase: both('Phase', 'フェーズ'),
  owner: both('Owner', '担当'),
  sort: both('Sort', '並び順'),
  any: both('All', 'すべて'),
  show: both('Show', '表示'),
  clear: both('Clear', '条件をクリア'),
  sorts: {
    points: both('Lowest score first', 'スコアの低い順'),
    '-points': both('Highest score first', 'スコアの高い順'),
    moved: both('Biggest fall first', '下げ幅の大きい順'),
    '-moved': both('Biggest rise first', '上げ幅の大きい順'),
    name: both('Name, A to Z', '名前の昇順'),
    '-name': both('Name, Z to A', '名前の降順'),
    id: both('Account id', '顧客ID順'),
  },
  account: both('Account', '顧客'),
  trend: both('Trend', '傾向'),
  lastMove: both('Last move', '直近の変化'),
  nextPage: both('Next page', '次のページ'),
  firstPage: both('First page', '最初のページ'),
  searchOn: both('Search on', '続きを検索'),
  searched: (n: string) => both(`${n} accounts searched so far`, `ここまで${n}件を検索しました`),
  noAccounts: both('No account matches.', '条件に合う顧客はありません。'),
  noAccountsYet: both('No account matches so far.', 'ここまでに条件に合う顧客はありません。'),
  allAccounts: both('All accounts', 'すべての顧客'),
  team: both('Team', 'チーム'),
  log: both('What people did and noted', '対応とメモの記録'),
  itemStates: {
    open: both('open', '未確認'),
    done: both('done', '完了'),
    missing: both('missing', '情報不足'),
  },
  backToSales: both('back to sales', '営業に差し戻し'),
  handOvers: both('Hand-overs', '引き継ぎ'),
  handOversLead: both(
    'Who an account went to, and what still has to be handed over.',
    '担当が替わった顧客と、まだ伝えていない事項の一覧です。',
  ),
  shownHandOvers: both('Which', '表示対象'),
  openHandOvers: both('With open items', '未完了のみ'),
  noHandOvers: both('No hand-over to show.', '該当する引き継ぎはありません。'),
  noHandOversYet: both('None to show so far.', 'ここまでに該当する引き継ぎはありません。'),
  noItems: both('The rules name nothing to hand over.', '引き継ぎ事項の指定はありません。'),
  handOverId: both('Id', 'ID'),
  disagreements: both('Disagreements', '見立ての違い'),
  disagreementsLead: both(
    'Where people and score disagree. Look at these accounts when rules are reviewed.',
    'スコアと担当者の見立てが食い違う顧客です。ルールを見直すときに確認してください。',
  ),
  noDisagreements: both(
    'People and score agree, or nobody has entered anything yet.',
    '食い違いはありません。まだ記録がない場合もあります。',
  ),
  noDisagreementsYet: both('None found so far.', 'ここまでに食い違いはありません。'),
  lookOn: both('Look further back', 'さらにさかのぼる'),
  candidate: both('Candidate', '候補のルール'),
  live: both('Live', '運用中'),
  reasons: both('Because of', '主な要因'),
  candidateLead: both(
    'A version of the rules that is only looked at. Nothing of it is sent, and it changes no score.',
    '運用前のルールを試算した結果です。どこにも通知・反映されず、現在のスコアも変わりません。',
  ),
  candidateVersion: (card: string, live: string, candidate: string) =>
    both(`${card}: ${live} → ${candidate}`, `${card}：${live} → ${candidate}`),
  candidateMoves: (n: string, all: string) =>
    both(
      `${n} of ${all} accounts would stand in another band`,
      `${all}件中${n}件のバンドが変わります`,
    ),
  candidateUp: (n: string) => both(`${n} up`, `上昇 ${n}件`),
  candidateDown: (n: string) => both(`${n} down`, `下降 ${n}件`),
  candidateAdds: both('Only the candidate has this score.', '候補のルールで新設されるスコアです。'),
  candidateDrops: both('The candidate drops this score.', '候補のルールでは廃止されるスコアです。'),
  candidateUnlisted: (n: string) =>
    both(`${n} more would move.`, `このほか${n}件のバンドが変わります。`),
  candidateWhy: {
    boundary: both(
      'close to a boundary, where the live band is kept',
      '境界付近（運用中は前回のバンドを維持）',
    ),
    cap: both('a cap', 'バンドの上限'),
    limits: both('limits of the bands', 'バンドの境界値'),
  },
  candidateKept: (n: string) =>
    both(
      `${n} of them only since live bands close to a boundary are kept, and a new version begins without`,
      `うち${n}件は境界付近で前回のバンドを維持している顧客（新しい版の初回は維持しません）`,
    ),
  candidateWaits: both(
    'It is compared within minutes of the next run of the live rules.',
    '運用中のルールによる次回の実行後、数分で比較されます。',
  ),
  candidateSame: both(
    'The candidate scores as the live rules do: points, bands and phases are the same.',
    '候補の点数・バンド・フェーズは、運用中のルールと同じです。',
  ),
  candidateFailed: (date: string) =>
    both(
      `It could not be compared on the data of ${date}.`,
      `${date}のデータでは比較できませんでした。`,
    ),
  evidence: both('Evidence', 'エビデンス'),
  evidenceAccepted: (day: string, by: string) =>
    both(`accepted on ${day} by ${by}`, `${day} に ${by} が承認`),
  evidenceOfOtherRules: both('of other rules than these', '現在とは別のルールでの結果'),
  evidenceMeans: both(
    'AUC: how often an account that stayed has more points than one that left; 0.5 is chance.',
    'AUC は、継続した顧客の点数が解約した顧客より高い確率です（0.5 は偶然）。',
  ),
  noCandidate: both('No version waits beside the live rules.', '候補のルールはありません。'),
  scoreSays: both('The score said', 'スコアのバンド'),
  peopleSay: both('People say', '担当者の見立て'),
  entered: both('Entered', '記録'),
  disagreementKinds: {
    override: both('set by hand', '手動設定'),
    assessment: both('judgement', '評価'),
    answer: both('answer', '電話での回答'),
  },
  answers: both('What calls found out', '電話で確認できたこと'),
  answersLead: both(
    'Answers by the band the account was in: whether a low score meant what it says.',
    '回答時のバンドごとの集計です。低いスコアが実際に解約の兆候だったかを確かめられます。',
  ),
  noAnswers: both('No call with an answer has been logged yet.', '回答の記録はまだありません。'),
  bandsOf: (score: string) => both(`By the bands of: ${score}`, `${score}のバンド別`),
  question: both('Question', '質問'),
  bandThen: both('Band then', '当時のバンド'),
  unclear: both('Unclear', '不明'),
  shareOfYes: both('Share of yes (unclear left out)', '「はい」の割合（不明を除く）'),
  saying: (line: string, said: string) => both(`${line}: ${said}`, `${line}：${said}`),
  enteredOn: (date: string) => both(`entered ${date}`, `${date}に入力`),
  lookedAfterSince: (date: string) => both(`since ${date}`, `${date}から担当`),
  onListFor: both('Why it is here', '理由'),
  nextAction: both('Next action', '次の一手'),
  orMore: (n: string) => both(`${n} or more`, `${n}以上`),
  wholeList: (n: string) => both(`The whole list (${n})`, `すべて見る（${n}件）`),
  emptyList: both('No account is on this list.', '該当する顧客はありません。'),
  absent: both(
    'This account is no longer in the data.',
    'この顧客は現在のデータに含まれていません。',
  ),
  mergedInto: both('Merged into', '統合先'),
  lastChanged: (date: string) =>
    both(`Result last changed on ${date}`, `結果が最後に変わった日：${date}`),
  holds: (date: string) => both(`holds as of ${date}`, `${date}時点でも同じ`),
  confidence: (share: string) =>
    both(`${share} of its points are backed by data`, `配点の${share}にデータの裏付けあり`),
  scorecard: (label: string, version: string) =>
    both(`${label}, version ${version}`, `${label}（バージョン ${version}）`),
  noScorecard: both(
    'No scorecard applies to this account.',
    'この顧客に該当するスコアカードはありません。',
  ),
  noPoints: both('No points', '点数なし'),
  outOf: (points: string, scale: string) =>
    both(`${points} of ${scale} points`, `${scale}点中${points}点`),
  tooLittleData: both('Too little data for a band.', 'データ不足のため、バンドはありません。'),
  notScored: (reason: string) =>
    both(
      `Could not be scored: ${reason}. The result before is kept.`,
      `算出できなかったため、前回の結果を残しています（${reason}）。`,
    ),
  waitingForData: both(
    'Waiting for data: the band rests on the last known values.',
    'データ待ちのため、直近の値でバンドを判定しています。',
  ),
  /** A day and how long it has been. */
  ago: (date: string, days: number) =>
    both(`${date} (${days} ${days === 1 ? 'day' : 'days'} ago)`, `${date}（${days}日前）`),
  waitingSince: (date: string, stayed: boolean) =>
    stayed
      ? both(
          `Waiting for data since ${date}: by the last known values, the band stays.`,
          `${date}以降のデータ待ち：直近の値により、バンドを維持しています。`,
        )
      : both(
          `Waiting for data since ${date}: the band rests on the last known values.`,
          `${date}以降のデータ待ち：直近の値でバンドを判定しています。`,
        ),
  unknownSince: (date: string) =>
    both(
      `No band: there is no data since ${date}, and it could change the band.`,
      `${date}以降のデータが届いていません。内容によってバンドが変わるため、判定していません。`,
    ),
  bandPoints: (points: string) =>
    both(
      `The band rests on ${points} points, with the last known values.`,
      `バンドは、直近の値を含めた${points}点で判定しています。`,
    ),
  scaled: (earned: string, available: string, factor: string) =>
    both(
      `${earned} of the ${available} points that could be earned, times ${factor}: what has no data is left out.`,
      `データのある${available}点中${earned}点を${factor}倍（データのない項目は除外）。`,
    ),
  heldByHysteresis: both(
    'Close to a boundary: the band before is kept.',
    '境界に近いため、前回のバンドを維持しています。',
  ),
  capped: (label: string) => both(`Capped: ${label}.`, `バンドの上限を適用：${label}。`),
  setBy: (author: string, until: string) =>
    both(`Set by ${author} until ${until}`, `${author} が設定（${until}まで）`),
  computed: (label: string) => both(`computed: ${label}`, `算出結果：${label}`),
  trends: {
    rising: both('Rising', '上昇'),
    steady: both('Steady', '横ばい'),
    falling: both('Falling', '下降'),
  },
  axes: both('By axis', '軸別の内訳'),
  why: both('Why it changed', '変化の理由'),
  weighs: both('What holds the score down', 'スコアを下げている要因'),
  since: (date: string, from: string) =>
    both(`Since ${date} (${from} points)`, `${date}（${from}点）から`),
  fromBand: (label: string) => both(`was ${label}`, `前回は${label}`),
  split: {
    behaviour: both('What the customer did', '顧客の行動'),
    data: both('Data that arrived, is late or ended', 'データの有無'),
    phase: both('Another scorecard applies', 'スコアカードの切り替え'),
    rules: both('Changed rules', 'ルールの変更'),
  },
  causes: {
    behaviour: both('behaviour', '行動'),
    data: both('data', 'データ'),
    rules: both('rules', 'ルール'),
    phase: both('scorecard', 'スコアカード'),
    others: both('several', '複数'),
    scaling: both('data of other measures', '他項目のデータ有無'),
  },
  before: both('Before', '前回'),
  now: both('Now', '今回'),
  effect: both('Effect', '影響'),
  cause: both('Cause', '要因'),
  measures: both('Measures', '評価項目'),
  measure: both('Measure', '項目'),
  value: both('Value', '値'),
  earned: both('Earned', '獲得点'),
  partOfScore: both('Part of the score', 'スコアへの寄与'),
  nextStep: both('Next step', '次の段階'),
  nextStepAt: (value: string, gain: string) => both(`${value}: +${gain}`, `${value}で+${gain}`),
  missing: both('no current data', '現在のデータなし'),
  lastKnown: (value: string) => both(`last known ${value}`, `直近の値 ${value}`),
  leftOut: both('left out', '対象外'),
  hypothesis: both('Hypothesis', '仮説'),
  hypothesisHelp: both('Not yet proven by outcomes', '実績による検証がまだ済んでいない基準です'),
  allHypotheses: both(
    'Every threshold here is a hypothesis: not yet proven by outcomes.',
    'ここにある基準はすべて仮説で、実績による検証はまだ済んでいません。',
  ),
  hints: both('To consider', '確認のヒント'),
  reference: both('For reference, not scored', '参考情報（スコアには含みません）'),
  history: both('History', '推移'),
  historyOf: (score: string) => both(`${score} over time`, `${score}の推移`),
  historyRange: (from: string, to: string, low: string, high: string) =>
    both(
      `${from} to ${to}, between ${low} and ${high} points`,
      `${from}から${to}まで、${low}点から${high}点の間`,
    ),
  noHistory: both('No history yet.', '履歴はまだありません。'),
  date: both('Date', '日付'),
  points: both('Points', '点数'),
  dashed: both('Dashed: days without a run.', '破線: スコアを計算していない日'),
  figures: both('As a table', '表で見る'),
  yes: both('Yes', 'はい'),
  no: both('No', 'いいえ'),
  none: both('–', '–'),
  attributes: {
    owner: both('Owner', '担当'),
    plan: both('Plan', 'プラン'),
    segment: both('Segment', '企業規模'),
    industry: both('Industry', '業種'),
    region: both('Region', '地域'),
    created_on: both('Created', '登録日'),
    renewal_on: both('Renewal', '更新日'),
    mrr: both('MRR', 'MRR'),
    salesforce_id: both('Salesforce id', 'Salesforce ID'),
    url: both('Page', '関連ページ'),
  } as Record<string, Label>,
  unit: (value: string, unit: string, isOne: boolean) =>
    both(
      `${value} ${isOne ? unit.replace(/s$/, '') : unit}`,
      counters[unit] ? `${value}${counters[unit]}` : `${value} ${unit}`,
    ),
  errorTitles: {
    404: both('Nothing here', '見つかりません'),
    400: both('That does not work', '表示できません'),
  } as Record<number, Label>,
  errorTitle: both('Something went wrong', '問題が発生しました'),
  errorTexts: {
    404: both(
      'There is nothing at this address, or it is no longer there.',
      'お探しのものは見つからないか、すでに削除されています。',
    ),
    400: both(
      'The address or a filter holds something that is not understood.',
      'アドレスまたは絞り込み条件に読み取れないものがあります。',
    ),
  } as Record<number, Label>,
  errorText: both('Please try again in a moment.', 'しばらくしてからもう一度お試しください。'),
  back: both('To the portfolio', '全体の状況へ'),
};

const en = inLanguage(pairs, 'en');
export type Texts = typeof en;
export const texts: Record<Lang, Texts> = { en, ja: inLanguage(pairs, 'ja') };
