/** Reads the scores of a pack with their bands and scorecards. */
import type { Band, Score, Scorecard } from '../pack/pack.ts';
import { hundredths } from '../pack/points.ts';
import { type Problem, suggestion } from '../problems.ts';
import type { BandsFile, PackFile, ScorecardFile } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';
import type { PackScope } from './scope.ts';
import { readMetric } from './scope.ts';
import { readScorecard } from './scorecard.ts';

interface ScoreFiles {
  pack: YamlDocument<PackFile>;
  bands: YamlDocument<BandsFile> | undefined;
  scorecards: readonly YamlDocument<ScorecardFile>[];
}

export function readScores(
  { pack, bands, scorecards }: ScoreFiles,
  scope: PackScope,
  problems: Problem[],
): Score[] {
  const written = pack.data.scores;
  const ids = written.map(({ id }) => id);
  for (const id of Object.keys(bands?.data ?? {})) {
    if (bands && !ids.includes(id)) {
      problems.push(bands.problem([id], `is no score of pack.yaml${suggestion(id, ids)}`));
    }
  }
  for (const document of scorecards) {
    const { score } = document.data;
    if (!ids.includes(score)) {
      problems.push(
        document.problem(
          ['score'],
          `is ${score}, which is no score of pack.yaml${suggestion(score, ids)}`,
        ),
      );
    }
  }
  return written.map((score, i) => {
    const report = (path: PropertyKey[], message: string) =>
      problems.push(pack.problem(['scores', i, ...path], message));
    if (ids.indexOf(score.id) < i) report(['id'], `is ${score.id} again: score ids are unique`);
    const scale = hundredths(score.points);
    const read = bands ? readBands(bands, score.id, scale, problems) : [];
    const hysteresis = hundredths(score.hysteresis);
    const narrowest = Math.min(...read.map(({ from }, b) => (read[b + 1]?.from ?? scale) - from));
    if (hysteresis > 0 && hysteresis >= narrowest) {
      report(
        ['hysteresis'],
        `is ${score.hysteresis}, but the narrowest band is ${narrowest / 100} points wide: make it smaller than that`,
      );
    }
    if (score.headline !== undefined) {
      readMetric(score.headline, scope.metrics, (message) => report(['headline'], message));
    }
    const { headline, trend } = score;
    return {
      id: score.id,
      label: score.label,
      purpose: score.purpose ?? null,
      scale,
      minConfidence: score.min_confidence,
      hysteresis,
      trend: trend ? { days: trend.days, change: hundredths(trend.change) } : null,
      headline: headline !== undefined && scope.metrics.has(headline) ? headline : null,
      bands: read,
      scorecards: scorecardsOf(
        score.id,
        scorecards,
        { scope, scale, bands: read, problems },
        report,
      ),
      place: { file: pack.file, line: pack.lineOf(['scores', i]) },
      bandsPlace: { file: bands?.file ?? pack.file, line: bands?.lineOf([score.id]) ?? 1 },
    };
  });
}

function scorecardsOf(
  score: string,
  documents: readonly YamlDocument<ScorecardFile>[],
  context: { scope: PackScope; scale: number; bands: Band[]; problems: Problem[] },
  report: (path: PropertyKey[], message: string) => void,
): Scorecard[] {
  const { scope, ...rest } = context;
  const conditional: Scorecard[] = [];
  const general: Scorecard[] = [];
  const seen = new Set<string>();
  for (const document of documents) {
    const { data } = document;
    if (data.score !== score) continue;
    const card = readScorecard(document, { ...rest, metrics: scope.metrics, scope: scope.scope });
    if (seen.has(card.id)) {
      context.problems.push(
        document.problem(
          ['scorecard'],
          `is ${card.id} again: scorecards of a score have their own names`,
        ),
      );
    }
    seen.add(card.id);
    if (data.applies_to !== undefined) conditional.push(card);
    else if (general.length === 0) general.push(card);
    else {
      context.problems.push(
        document.problem(
          [],
          `can never apply, since ${general[0]?.id} applies to all accounts too: give it applies_to`,
        ),
      );
    }
  }
  if (seen.size === 0)
    report([], `has no scorecard: add one under scorecards/ with score: ${score}`);
  return [...conditional, ...general];
}

function readBands(
  document: YamlDocument<BandsFile>,
  score: string,
  scale: number,
  problems: Problem[],
): Band[] {
  const report = (path: PropertyKey[], message: string) =>
    problems.push(document.problem([score, ...path], message));
  const written = document.data[score];
  if (!written) {
    report([], `is missing: list the bands of the score ${score}`);
    return [];
  }
  const seen = new Set<string>();
  for (const [i, { id, from }] of written.entries()) {
    const before = written[i - 1];
    if (seen.has(id)) report([i, 'id'], `is ${id} again: band ids are unique within a score`);
    if (id === 'unknown')
      report([i, 'id'], 'is unknown, which means too little data: choose another name');
    seen.add(id);
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
