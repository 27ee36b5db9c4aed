/** What people read where they act on a page, in both languages. */
import { both } from '../../../scorecard/meaning/texts.ts';

export const actingTexts = {
  signedInAs: (name: string) => both(`Signed in as ${name}`, `${name} でログイン中`),
  act: both('Record and act', '対応と記録'),
  forms: {
    intervention: both('Log what you did', '対応を記録'),
    note: both('Add a note or a link', 'メモ・リンクを追加'),
    assessment: both('Enter a judgement', '評価を記録'),
    override: both('Set the band', 'バンドを設定'),
    withdrawal: both('Take the set band back', 'バンドの設定を取り消す'),
    acknowledgement: both('I look after it', '対応を始める'),
  },
  fields: {
    did: both('What', '対応'),
    on: both('On', '日付'),
    words: both('In words', '内容'),
    asked: both('What a call found out', '電話で確認できたこと'),
    answer: both('Answer', '回答'),
    of: both('What is judged', '評価項目'),
    judgement: both('Judgement', '評価'),
    lastDay: both('Last day', '最終日'),
    link: both('Link', 'リンク'),
    reason: both('Why', '理由'),
    remark: both('Remark', '補足'),
  },
  optional: both('optional', '任意'),
  chooseOne: both('Choose', '選択してください'),
  nothingAsked: both('Nothing', 'なし'),
  save: both('Save', '保存'),
  takeBack: both('Take back', '取り消す'),
  tick: both('Done', '完了にする'),
  sendBack: both('Not known: back to sales', '情報不足：営業に差し戻す'),
  overrideHelp: both(
    'It is shown in place of the computed band until the end of the last day; the computed one stays visible.',
    '最終日の終わりまで、算出したバンドの代わりに表示します。算出したバンドも並べて表示します。',
  ),
  done: {
    enterIntervention: both('What you did is logged.', '対応を記録しました。'),
    enterNote: both('The note is kept.', 'メモを保存しました。'),
    enterAssessment: both(
      'The judgement is kept; the next run counts it.',
      '評価を記録しました。次回の実行から採点に使われます。',
    ),
    enterOverride: both('The band is set.', 'バンドを設定しました。'),
    withdrawOverride: both(
      'The computed band is shown again.',
      '算出したバンドの表示に戻しました。',
    ),
    acknowledgeEpisode: both(
      'You look after it; this page shows it in a moment.',
      '対応中として受け付けました。まもなくこのページに反映されます。',
    ),
    tickItem: both('The checklist is up to date.', '引き継ぎ事項を更新しました。'),
  },
};

/** Operations of the API that a page has a form for. */
export type FormName = keyof typeof actingTexts.done;
export const formNames = Object.keys(actingTexts.done) as FormName[];
