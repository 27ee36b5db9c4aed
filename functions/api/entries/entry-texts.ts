/** What people entered, in both languages. */
import type { EntryDocument } from '../../records/entries.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import { wordLabel } from '../../scorecard/meaning/judgement-words.ts';

type Intervention = Extract<EntryDocument, { kind: 'intervention' }>;

const done: Record<Intervention['did'], Label> = {
  consultation: { en: 'Consultation', ja: '個別相談' },
  call: { en: 'Call', ja: '電話' },
  meeting: { en: 'Meeting', ja: '打ち合わせ' },
  mail: { en: 'Mail', ja: 'メール' },
  training: { en: 'Training', ja: 'トレーニング' },
  seminar: { en: 'Seminar', ja: 'セミナー' },
  community: { en: 'Community', ja: 'コミュニティ' },
  proposal: { en: 'Proposal', ja: '提案' },
  other: { en: 'Other', ja: 'その他' },
};

const asked: Record<NonNullable<Intervention['answer']>['question'], Label> = {
  about_to_churn: { en: 'about to churn', ja: '解約を検討' },
  wants_more: { en: 'wants more', ja: '拡大を希望' },
};

const answered: Record<NonNullable<Intervention['answer']>['value'], Label> = {
  yes: { en: 'yes', ja: 'はい' },
  no: { en: 'no', ja: 'いいえ' },
  unclear: { en: 'unclear', ja: '不明' },
};

export function assessmentText({ of, value }: { of: string; value: string }): Label {
  const [what, how] = [wordLabel(of), wordLabel(value)];
  return { en: `${what.en}: ${how.en}`, ja: `${what.ja}：${how.ja}` };
}

/** A kind that is not ours is shown as it is. */
export const actionText = (did: string): Label =>
  Object.entries(done).find(([kind]) => kind === did)?.[1] ?? { en: did, ja: did };

export const questionText = (question: keyof typeof asked): Label => asked[question];

export function answerText({ question, value }: NonNullable<Intervention['answer']>): Label {
  const [what, how] = [asked[question], answered[value]];
  return { en: `${what.en}: ${how.en}`, ja: `${what.ja}：${how.ja}` };
}

export function summaryOf(entry: EntryDocument): Label {
  switch (entry.kind) {
    case 'assessment': {
      const { en, ja } = assessmentText(entry);
      return { en: `${en} (until ${entry.until})`, ja: `${ja}（${entry.until}まで）` };
    }
    case 'intervention': {
      const what = done[entry.did];
      if (!entry.answer) return what;
      const { en, ja } = answerText(entry.answer);
      return { en: `${what.en} (${en})`, ja: `${what.ja}（${ja}）` };
    }
    case 'note':
      return entry.url ? { en: 'Link', ja: 'リンク' } : { en: 'Note', ja: 'メモ' };
  }
}
