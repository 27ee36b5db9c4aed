/** The texts of how far the comparison with Salesforce is. */
import { both } from '../../scorecard/meaning/texts.ts';

export const comparisonTexts = {
  comparison: both('Comparison with Salesforce', 'Salesforceとの照合'),
  comparisonLead: both(
    'Every night each record is compared with the latest results, and mended where it differs.',
    '毎晩、すべてのレコードを最新の結果と照合し、違いがあれば直します。',
  ),
  neverCompared: both('None has come to its end lately.', '最近完了した照合はありません。'),
  comparing: both('Under way', '進行状況'),
  comparisonState: {
    running: both('Under way', '照合中'),
    waiting: both(
      'Waiting until Salesforce takes calls again',
      'SalesforceのAPI呼び出し枠が空くのを待っています',
    ),
  },
  comparisonStep: {
    accounts: both('1 of 4: accounts and their records', '1/4 顧客とそのレコード'),
    records: both('2 of 4: all other records', '2/4 そのほかのレコード'),
    judging: both('3 of 4: records of no account', '3/4 どの顧客のものでもないレコード'),
    emptying: both('4 of 4: clearing those', '4/4 そのレコードの値の消去'),
  },
  comparedSoFar: (n: string, isOne: boolean) =>
    both(`${n} ${isOne ? 'account' : 'accounts'} compared so far`, `${n}件を照合済み`),
  comparisonBegan: both('Began', '開始'),
  comparisonSeen: both('Last progress', '最後に進んだ時刻'),
  lastCompared: both('Last finished', '前回の完了'),
  found: {
    compared: both('Compared', '照合した顧客'),
    differing: both('Differed: sent again', '違いがあり再送'),
    kept: both('A value of a person kept', '手入力の値を維持'),
    unsent: both('Not sent before: sent', '未送信のため送信'),
    parked: both('Refused by Salesforce', 'Salesforceが拒否'),
    missing: both('Without a record', 'レコードなし'),
    moved: both('On another record now: sent there', '別のレコードに移動し送信'),
    left: both('Still on a record of no account', 'どの顧客のものでもないレコードに残存'),
    orphans: both('Records that name no account', '顧客のないIDを持つレコード'),
    typed: both('Records of no account filled in by people', '顧客以外のレコードへの手入力'),
  },
};
