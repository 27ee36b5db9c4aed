import type { Command } from '@commander-js/extra-typings';
import type { ScoreComparison } from '../../evidence/compare-rules.ts';
import {
  type CandidateMove,
  type CandidateScore,
  candidateAnswer,
  candidateMoves,
} from '../../records/api/candidate.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { hundredths } from '../../scorecard/language/pack/points.ts';
import { both, inLanguage } from '../../scorecard/meaning/texts.ts';
import { systemClock } from '../../system-clock.ts';
import { language, withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { readList } from '../session/http-client.ts';
import { openExisting, using } from '../session/open-session.ts';
import type { Session } from '../session/session.ts';
import { causeText, diffText } from './diff-text.ts';

type Candidate = NonNullable<ReturnType<typeof candidateAnswer.parse>['candidate']>;

const texts = {
  none: (pack: string) =>
    both(
      `There is no candidate; the files of one stand in rules/${pack}/candidate.`,
      `候補のルールはありません。rules/${pack}/candidate に置いたファイルが候補になります。`,
    ),
  same: both(
    'The candidate scores as the live rules do: points, bands and phases are the same.',
    '候補の点数・バンド・フェーズは、運用中のルールと同じです。',
  ),
  waiting: both(
    'The candidate is compared after the next run of the live rules.',
    '候補は、運用中のルールによる次回の実行の後に比較されます。',
  ),
  failed: (date: string, why: string) =>
    both(
      `The candidate could not be compared on ${date}: ${why}`,
      `${date} のデータでは候補を比較できませんでした: ${why}`,
    ),
  live: both('live', '運用中'),
  candidate: both('candidate', '候補'),
  account: both('account', '顧客'),
  name: both('name', '名前'),
  score: both('score', 'スコア'),
  because: both('because of', '主な要因'),
  leftOut: (n: number) =>
    both(`${n} more would move and are not kept.`, `このほか ${n} 件のバンドが変わります。`),
  sentNowhere: both(
    'Nothing of it is sent: not to Salesforce, not to Slack, not into the history.',
    '候補の結果は、Salesforce・Slack・履歴のいずれにも反映されません。',
  ),
};

/** `kenko rules candidate`: whom a version that is only looked at would move. */
export function addCandidate(rules: Command): void {
  withState(rules.command('candidate'))
    .description('whom the candidate beside the live rules would move between bands, and why')
    .option('--all', 'every account that it would move, by id, instead of the comparison')
    .addOption(language())
    .action(async ({ all, json, lang = 'en', ...options }) => {
      await using(await openExisting(options), async (session) => {
        const candidate = await compared(session);
        if (all) {
          const path = '/v1/candidate/accounts';
          const { pages } = await readList(session, path, candidateMoves, { all });
          const moves = pages.flatMap((page) => page.moves);
          const leftOut = pages.reduce((sum, page) => sum + page.left_out, 0);
          if (json) printJson({ moves, left_out: leftOut });
          else print(movesText(moves, leftOut, lang));
        } else if (json) printJson({ candidate });
        else print(candidateText(options.pack, candidate, lang));
      });
    });
}

const pollMs = 200;

/** What is due is compared first, where this process is the one that does it. */
async function compared(session: Session): Promise<Candidate | null> {
  const ask = async () => candidateAnswer.parse(await session.get('/v1/candidate')).candidate;
  let found = await ask();
  if (found?.state === 'waiting' || found?.state === 'in-work') {
    await session.sweep();
    found = await ask();
    while (found?.state === 'in-work') {
      await systemClock.sleep(pollMs);
      found = await ask();
    }
  }
  return found;
}

export function candidateText(pack: string, candidate: Candidate | null, lang: Lang): string {
  const text = inLanguage(texts, lang);
  if (!candidate) return text.none(pack);
  const { state, failure, comparison } = candidate;
  if (failure) return text.failed(failure.date, failure.message);
  if (!comparison) return state === 'same' ? text.same : text.waiting;
  const diff = diffText(
    {
      pack,
      old: text.live,
      new: text.candidate,
      date: comparison.date,
      data: 'own',
      same_rules: false,
      scores: comparison.scores.map(comparisonOf),
    },
    lang,
  );
  return `${diff}\n\n${text.sentNowhere}`;
}

export function movesText(moves: readonly CandidateMove[], leftOut: number, lang: Lang): string {
  const text = inLanguage(texts, lang);
  const standing = ({ band, points }: CandidateMove['live']) =>
    `${band?.label[lang] ?? '–'} (${points ?? '–'})`;
  const list = table(
    [text.account, text.name, text.score, text.live, text.candidate, text.because],
    moves.map(({ account, name, score, live, candidate, why, causes }) => [
      ...[account, name, score, standing(live), standing(candidate)],
      causeText({ why, causes: causes.map(inHundredths) }, lang),
    ]),
  );
  return leftOut > 0 ? `${list}\n\n${text.leftOut(leftOut)}` : list;
}

const inHundredths = (cause: CandidateMove['causes'][number]) => ({
  ...cause,
  delta: hundredths(cause.delta),
});

/** As the core counts: in hundredths. */
function comparisonOf({ moved: _, ...found }: CandidateScore): ScoreComparison {
  const orNull = (points: number | null) => (points === null ? null : hundredths(points));
  return {
    ...found,
    bands: found.bands.map(({ live, candidate, ...band }) => ({
      ...band,
      before: live,
      after: candidate,
    })),
    movers: found.movers.map(({ name, live, candidate, ...mover }) => ({
      ...mover,
      account: name === null ? mover.account : `${name} (${mover.account})`,
      from: live.band?.id ?? null,
      to: candidate.band?.id ?? null,
      from_points: orNull(live.points),
      to_points: orNull(candidate.points),
      causes: mover.causes.map(inHundredths),
    })),
    measures: found.measures.map((measure) => {
      const mean = hundredths(measure.mean);
      return { ...measure, mean, sum: mean * measure.accounts };
    }),
  };
}
