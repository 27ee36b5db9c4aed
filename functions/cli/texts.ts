/** What the command line says to people who read scores. */
import { both, inLanguage } from '../scorecard/meaning/texts.ts';

export const texts = {
  account: both('account', '顧客'),
  action: both('next action', '次の一手'),
  accounts: both('accounts', '顧客数'),
  average: both('average', '平均'),
  axis: both('axis', '軸'),
  backToSales: both('back to sales', '営業に差し戻し'),
  band: both('band', 'バンド'),
  because: both('Why', '理由'),
  behaviour: both('behaviour', '利用状況'),
  capped: both('Capped', '上限を適用'),
  change: both('Change', '変化'),
  confidence: both('data behind it', 'データの裏付け'),
  data: both('data', 'データ'),
  doctorSum: (problems: number, warnings: number, unchecked: number) =>
    both(
      `${problems} problems, ${warnings} warnings, ${unchecked} not checked.`,
      `問題 ${problems} 件、注意 ${warnings} 件、未確認 ${unchecked} 件`,
    ),
  earned: both('points', '点'),
  enteredOn: (day: string) => both(`entered ${day}`, `${day}に入力`),
  hypothesis: both('hypothesis', '仮説'),
  lastKnown: both('last known', '直近の値'),
  lateSources: both('Late sources, complete through', '遅れているデータ（この日まで揃っています）'),
  left: both('left', '対象外になりました'),
  mergedInto: (account: string) => both(`merged into ${account}`, `${account} に統合されました`),
  list: both('list', 'リスト'),
  measure: both('measure', '項目'),
  missing: both('missing', 'データなし'),
  more: (n: number) =>
    both(`${n} more: --all shows them.`, `ほかに${n}件あります。--all ですべて表示します。`),
  moreEntries: both(
    'There are more: --all shows them.',
    'ほかにもあります。--all ですべて表示します。',
  ),
  movers: both('Biggest movers', '変化の大きい顧客'),
  name: both('name', '名称'),
  noHandOvers: both('No hand-overs.', '引き継ぎはありません。'),
  noPoints: (scorecard: string) =>
    both(
      `Nothing is known of what "${scorecard}" measures.`,
      `「${scorecard}」の指標のデータが一つもありません。`,
    ),
  noScore: both('No scorecard applies.', '適用されるスコアカードがありません。'),
  no: both('no', 'いいえ'),
  nothingLogged: both('Nothing yet.', '記録はまだありません。'),
  people: both('people say', '担当者の見立て'),
  question: both('question', '質問'),
  team: both('team', 'チーム'),
  log: both('Lately', '最近の対応'),
  yes: both('yes', 'はい'),
  none: both('No accounts.', '該当する顧客はありません。'),
  notSynced: both('not written to Salesforce yet', 'Salesforce には未反映です'),
  olderHandOvers: both(
    'There are older ones: --owner narrows the list.',
    'さらに古い引き継ぎがあります。--owner で絞り込めます。',
  ),
  outOf: both('of', '/'),
  outcomes: {
    ok: both('ok', '正常'),
    warning: both('warning', '注意'),
    problem: both('problem', '問題'),
    'not-checked': both('not checked', '未確認'),
  },
  override: (band: string, author: string, until: string, reason: string) =>
    both(
      `Set to ${band} by ${author} until ${until}: ${reason}`,
      `${author} が ${until} まで「${band}」に設定: ${reason}`,
    ),
  owner: both('owner', '担当'),
  phase: both('phase', 'フェーズ'),
  reference: both('For reference (not scored)', '参考値（採点対象外）'),
  rules: both('rules', 'ルール'),
  salesforce: both('Salesforce', 'Salesforce'),
  score: both('score', 'スコア'),
  crmStates: {
    synced: both('synced', '反映済み'),
    pending: both('pending', '反映待ち'),
    parked: both('parked', '反映できません'),
  },
  since: both('since', '比較日'),
  steadyByMargin: both(
    'Within the margin of the boundary: the band stays.',
    '境界の許容幅の内側なので、バンドは変わりません。',
  ),
  unclear: both('unclear', '不明'),
  value: both('value', '値'),
  /** A day and how long it has been. */
  ago: (date: string, days: number) =>
    both(`${date} (${days} ${days === 1 ? 'day' : 'days'} ago)`, `${date}（${days}日前）`),
  waiting: (date: string, stayed: boolean) =>
    stayed
      ? both(
          `Waiting for data since ${date}: by the last known values, the band stays.`,
          `${date}以降のデータ待ち: 直近の値により、バンドを維持しています。`,
        )
      : both(
          `Waiting for data since ${date}: the band rests on the last known values.`,
          `${date}以降のデータ待ち: 直近の値でバンドを判定しています。`,
        ),
  unknownSince: (date: string) =>
    both(
      `No band: there is no data since ${date}, and it could change the band.`,
      `${date}以降のデータが届いていません。内容によってバンドが変わるため、判定していません。`,
    ),
  bandPoints: (points: number) =>
    both(
      `The band rests on ${points} points, with the last known values.`,
      `バンドは、直近の値を含めた${points}点で判定しています。`,
    ),
  scaled: (earned: number, available: number, factor: string) =>
    both(
      `${earned} of the ${available} points that could be earned, times ${factor}: what has no data is left out.`,
      `データのある${available}点中${earned}点を${factor}倍（データのない項目は除外）`,
    ),
  withdrawn: (setBy: string, author: string, reason: string) =>
    both(
      `The band that ${setBy} set is taken back by ${author}: ${reason}`,
      `${setBy} が設定したバンドを ${author} が取り消しました: ${reason}`,
    ),
  whatHelps: both('Hints', 'ヒント'),
};

export const words = { en: inLanguage(texts, 'en'), ja: inLanguage(texts, 'ja') };
