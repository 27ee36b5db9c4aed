/** What people entered, in both languages. */
import type { EntryDocument } from '../../records/entries.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import { both, plain, wordLabel } from '../../scorecard/meaning/texts.ts';

type Intervention = Extract<EntryDocument, { kind: 'intervention' }>;

const done: Record<Intervention['did'], Label> = {
  consultation: both('Consultation', '個別相談'),
  call: both('Call', '電話'),
  meeting: both('Meeting', '打ち合わせ'),
  mail: both('Mail', 'メール'),
  training: both('Training', 'トレーニング'),
  seminar: both('Seminar', 'セミナー'),
  community: both('Community', 'コミュニティ'),
  proposal: both('Proposal', '提案'),
  other: both('Other', 'その他'),
};

const asked: Record<NonNullable<Intervention['answer']>['question'], Label> = {
  about_to_churn: both('about to churn', '解約を検討'),
  wants_more: both('wants more', '拡大を希望'),
};

const answered: Record<NonNullable<Intervention['answer']>['value'], Label> = {
  yes: both('yes', 'はい'),
  no: both('no', 'いいえ'),
  unclear: both('unclear', '不明'),
};

export function assessmentText({ of, value }: { of: string; value: string }): Label {
  const [what, how] = [wordLabel(of), wordLabel(value)];
  return both(`${what.en}: ${how.en}`, `${what.ja}：${how.ja}`);
}

/** A kind that is not ours is shown as it is. */
export const actionText = (did: string): Label =>
  Object.entries(done).find(([kind]) => kind === did)?.[1] ?? plain(did);

export const questionText = (question: keyof typeof asked): Label => asked[question];

export const answerValueText = (value: keyof typeof answered): Label => answered[value];

export function answerText({ question, value }: NonNullable<Intervention['answer']>): Label {
  const [what, how] = [asked[question], answered[value]];
  return both(`${what.en}: ${how.en}`, `${what.ja}：${how.ja}`);
}

export function summaryOf(entry: EntryDocument): Label {
  switch (entry.kind) {
    case 'assessment': {
      const { en, ja } = assessmentText(entry);
      return both(`${en} (until ${entry.until})`, `${ja}（${entry.until}まで）`);
    }
    case 'intervention': {
      const what = done[entry.did];
      if (!entry.answer) return what;
      const { en, ja } = answerText(entry.answer);
      return both(`${what.en} (${en})`, `${what.ja}（${ja}）`);
    }
    case 'note':
      return entry.url ? both('Link', 'リンク') : both('Note', 'メモ');
  }
}
