/** The lists of a pack, as parsed, and those of a pack that writes none. */

import type { Expression } from '../cel/expressions.ts';
import type { WorklistsFile } from '../schema/worklists.ts';
import type { Label } from './catalogue.ts';
import type { Lot } from './signals.ts';

export interface WorklistReason {
  id: string;
  label: Label;
  when: Expression;
  action: Label;
  /** Whom it holds back is not on the list for this reason. */
  lot: Lot | null;
}

export interface Worklist {
  id: string;
  label: Label;
  /** Null: every account. */
  when: Expression | null;
  reasons: WorklistReason[];
  /** Null: all are equal. */
  sort: Expression | null;
  score: string;
}

export interface Worklists {
  lists: Worklist[];
  /** Metrics that they read. */
  metrics: string[];
  /** Identifies the lists: 16 hex digits. */
  hash: string;
}

type List = WorklistsFile[number];

/** What of a score its usual lists depend on. */
interface Scored {
  id: string;
  bands: readonly { id: string }[];
  purpose: string | null;
  trend: object | null;
}

/**
 * What the scores are for says whom to look at: accounts to save by the first score about churn,
 * accounts to grow by the first about upsell.
 */
export function usualWorklists(
  scores: readonly Scored[],
  attributes: readonly string[],
): WorklistsFile {
  const churn = scores.find(({ purpose }) => purpose === 'churn');
  const upsell = scores.find(({ purpose }) => purpose === 'upsell');
  const sort = attributes.includes('mrr') ? { sort: 'account.mrr' } : {};
  return [
    ...(churn ? [{ ...save(churn), ...sort }] : []),
    ...(upsell ? [{ ...grow(upsell), ...sort }] : []),
  ];
}

/** Two of five bands, one of two or three. */
const endOf = ({ bands }: Scored): number => Math.max(1, Math.floor(bands.length * 0.4));

function save(score: Scored): List {
  const falling: List['reasons'] = [
    {
      id: 'falling',
      label: { en: 'Falling', ja: '下降傾向' },
      when: `now.${score.id}.trend == "falling"`,
      action: {
        en: 'Look at what fell and ask how work is going.',
        ja: '下がった指標を確認し、状況をうかがう。',
      },
    },
  ];
  return {
    id: 'save',
    label: { en: 'Accounts to save', ja: '解約を防ぎたい顧客' },
    score: score.id,
    reasons: [
      {
        id: 'low',
        label: { en: 'Low score', ja: 'スコアが低い' },
        when: `now.${score.id}.level <= ${endOf(score)}`,
        action: {
          en: 'Call them and ask what is in the way.',
          ja: '電話で、困っていることをうかがう。',
        },
      },
      ...(score.trend ? falling : []),
    ],
  };
}

function grow(score: Scored): List {
  return {
    id: 'grow',
    label: { en: 'Accounts to grow', ja: '提案の機会がある顧客' },
    score: score.id,
    reasons: [
      {
        id: 'ready',
        label: { en: 'Wish for more', ja: '拡大への意欲が高い' },
        when: `now.${score.id}.level > ${score.bands.length - endOf(score)}`,
        action: {
          en: 'Find out what they are after, then decide whether to propose.',
          ja: '関心の内容を確かめたうえで、提案するかどうかを判断する。',
        },
      },
    ],
  };
}
