/** Reads the scores of a pack with their bands and scorecards. */
import type { Band, Score, Scorecard } from '../pack/pack.ts';
import { hundredths } from '../pack/points.ts';
import { isNone, type Report, requireUnique, suggestion } from '../problems.ts';
import type { BandsFile, PackFile, ScorecardFile } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';
import type { PackScope } from './scope.ts';
import { readMetric } from './scope.ts';
import { readScorecard, type ScorecardContext } from './scorecard.ts';

interface ScoreFiles {
  pack: YamlDocument<PackFile>;
  bands: YamlDocument<BandsFile> | undefined;
  scorecards: readonly YamlDocument<ScorecardFile>[];
}

export function readScores({ pack, bands, scorecards }: ScoreFiles, scope: PackScope): Score[] {
  const written = pack.data.scores;
  const ids = written.map(({ id }) => id);
  const noScore = 'no score of pack.yaml';
  for (const id of Object.keys(bands?.data ?? {})) {
    if (!ids.includes(id)) bands?.report([id], `is ${noScore}${suggestion(id, ids)}`);
  }
  for (const { data, report } of scorecards) {
    if (!ids.includes(data.score)) report(['score'], isNone(data.score, noScore, ids));
  }
  requireUnique(ids, 'score ids are unique', pack.below('scores'));
  return written.map((score, i) => {
    const report = pack.below('scores', i);
    const scale = hundredths(score.points);
    const read = bands ? readBands(bands, score.id, scale) : [];
    const hysteresis = hundredths(score.hysteresis);
    const narrowest = Math.min(...read.map(({ from }, b) => (read[b + 1]?.from ?? scale) - from));
    // Of bands that overlap or leave the scale, that is said, and their width means nothing.
    if (hysteresis > 0 && narrowest > 0 && hysteresis >= narrowest) {
      report(
        ['hysteresis'],
        `is ${score.hysteresis}, but the narrowest band is ${narrowest / 100} points wide: make it smaller than that`,
      );
    }
    if (score.headline !== undefined) {
      readMetric(score.headline, scope.metrics, (message) => report(['headline'], message));
    }
    const { headline, trend } = score;
    const own = scorecards.filter(({ data }) => data.score === score.id);
    return {
      id: score.id,
      label: score.label,
      purpose: score.purpose ?? null,
      scale,
      minConfidence: score.min_confidence,
      hysteresis,
      trend: trend ? { days: trend.days, change: hundredths(trend.change) } : null,
      headline: headline ?? null,
      bands: read,
      scorecards: scorecardsOf(score.id, own, { ...scope, scale, bands: read }, report),
      place: pack.placeOf('scores', i),
      bandsPlace: bands?.placeOf(score.id) ?? { file: pack.file, line: 1 },
    };
  });
}

/** In the order tried: those with a condition, then the one for all. */
function scorecardsOf(
  score: string,
  documents: readonly YamlDocument<ScorecardFile>[],
  context: ScorecardContext,
  report: Report,
): Scorecard[] {
  const cards = documents.map((document) => ({ document, card: readScorecard(document, context) }));
  const ids = cards.map(({ card }) => card.id);
  const general = cards.filter(({ document }) => document.data.applies_to === undefined);
  for (const [i, { document, card }] of cards.entries()) {
    if (ids.indexOf(card.id) < i) {
      document.report(
        ['scorecard'],
        `is ${card.id} again: scorecards of a score have their own names`,
      );
    }
  }
  for (const { document } of general.slice(1)) {
    document.report(
      [],
      `can never apply, since ${general[0]?.card.id} applies to all accounts too: give it applies_to`,
    );
  }
  if (cards.length === 0)
    report([], `has no scorecard: add one under scorecards/ with score: ${score}`);
  return [...cards.filter((card) => !general.includes(card)), ...general.slice(0, 1)].map(
    ({ card }) => card,
  );
}

function readBands(document: YamlDocument<BandsFile>, score: string, scale: number): Band[] {
  const report = document.below(score);
  const written = document.data[score];
  if (!written) {
    report([], `is missing: list the bands of the score ${score}`);
    return [];
  }
  requireUnique(
    written.map(({ id }) => id),
    'band ids are unique within a score',
    report,
  );
  for (const [i, { id, from }] of written.entries()) {
    const before = written[i - 1];
    if (id === 'unknown')
      report([i, 'id'], 'is unknown, which means too little data: choose another name');
    if (!before && from !== 0) {
      report([i, 'from'], `is ${from}, which leaves a gap below it: the lowest band starts at 0`);
    } else if (before && from <= before.from) {
      report(
        [i, 'from'],
        `is ${from}, which overlaps ${before.id} from ${before.from}: list bands in ascending order`,
      );
    } else if (hundredths(from) > scale) {
      report(
        [i, 'from'],
        `is ${from}, above the ${scale / 100} points of the score: no account can reach ${id}`,
      );
    }
  }
  return written.map(({ id, from, label }) => ({ id, from: hundredths(from), label }));
}
