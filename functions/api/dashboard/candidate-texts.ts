/** The texts of the page of a candidate, a version of the rules that is only looked at. */
import { both } from '../../scorecard/meaning/texts.ts';

export const candidateTexts = {
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
};
