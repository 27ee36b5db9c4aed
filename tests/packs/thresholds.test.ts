/** A pack's examples pin its thresholds and limits: whoever moves one without meaning to is stopped. */
import { describe, expect, it } from 'vitest';
import type { Measure, Pack } from '../../functions/scorecard/language/pack/pack.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { runRuleTests } from '../../functions/scorecard/meaning/rule-tests.ts';
import { packNames, readPackFiles } from '../../functions/wiring/deployed-files.ts';

/** The measure with one of its thresholds moved up or down, by half the way to the next one. */
function moved(measure: Measure, whole: boolean): Measure[] {
  const { earning } = measure;
  if (earning.by === 'linear') {
    const by = (earning.to - earning.from) / 4;
    return [
      { ...measure, earning: { ...earning, from: earning.from + by } },
      { ...measure, earning: { ...earning, to: earning.to - by } },
    ];
  }
  if (earning.by === 'lookup') return [];
  const { thresholds } = earning;
  return thresholds.flatMap((threshold, k) => {
    const [lower, upper = threshold + (Math.abs(threshold) || 1)] = [
      thresholds[k - 1],
      thresholds[k + 1],
    ];
    // Of a metric that is never below the first threshold, all earn at least its points.
    if (lower === undefined) return [];
    return [(upper - threshold) / 2, (lower - threshold) / 2].map((by) => {
      // Of a count, half a step more or less is the same step.
      const shift = whole ? Math.sign(by) * Math.ceil(Math.abs(by)) : by;
      return {
        ...measure,
        earning: { ...earning, thresholds: thresholds.with(k, threshold + shift) },
      };
    });
  });
}

/** The pack with one measure in place of its own, and the examples beside its scorecard. */
function withMeasure(pack: Pack, scorecard: string, measure: Measure): Pack {
  return {
    ...pack,
    scores: pack.scores.map((score) => ({
      ...score,
      scorecards: score.scorecards.map((card) =>
        card.id === scorecard
          ? {
              ...card,
              measures: card.measures.map((one) => (one.id === measure.id ? measure : one)),
            }
          : card,
      ),
    })),
    tests: pack.tests.filter((tests) => tests.scorecard === scorecard),
  };
}

/** The pack with the limit of one band moved. */
function withLimit(pack: Pack, score: string, band: number, by: number): Pack {
  return {
    ...pack,
    scores: pack.scores.map((one) =>
      one.id === score
        ? {
            ...one,
            bands: one.bands.map((limit, i) =>
              i === band ? { ...limit, from: limit.from + by } : limit,
            ),
          }
        : one,
    ),
  };
}

describe.each(packNames())('the examples of %s', (name) => {
  it('N4: stop every threshold that is moved', () => {
    const pack = parsePack(readPackFiles(name));
    const survivors: string[] = [];
    let tried = 0;
    for (const card of pack.scores.flatMap(({ scorecards }) => scorecards))
      for (const measure of card.measures)
        for (const changed of moved(measure, pack.metrics.get(measure.metric)?.type === 'int')) {
          tried += 1;
          const { failed } = runRuleTests(withMeasure(pack, card.id, changed));
          if (failed === 0) survivors.push(`${card.id} ${JSON.stringify(changed.earning)}`);
        }
    expect(tried).toBeGreaterThan(20);
    expect(survivors).toEqual([]);
  });

  it('N4: stop every limit of a band that is moved', () => {
    const pack = parsePack(readPackFiles(name));
    const survivors = pack.scores.flatMap(({ id, bands, scale }) =>
      bands.flatMap((band, i) =>
        (i === 0 ? [] : [-1, 1])
          .map((way) => 0.08 * scale * way)
          .filter((by) => runRuleTests(withLimit(pack, id, i, by)).failed === 0)
          .map((by) => `${id}: ${band.id} by ${by}`),
      ),
    );
    expect(survivors).toEqual([]);
  });
});
