/**
 * Findings that need data: how many accounts a measure is known for, whether it tells them
 * apart, whether two say the same, and whether well-known accounts come out as they must.
 */

import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import { type Finding, findingList, type Report } from '../scorecard/language/lint/findings.ts';
import type { Measure, Pack, Score, Scorecard } from '../scorecard/language/pack/pack.ts';
import { pointsOf } from '../scorecard/language/pack/points.ts';
import { explainResult } from '../scorecard/meaning/explain.ts';
import type { ExplainedMeasure } from '../scorecard/meaning/explanation.ts';
import { percent } from '../scorecard/meaning/texts.ts';
import { rankCorrelation } from './rank-correlation.ts';

/** What rules made of some data. */
export interface ScoredAccounts {
  date: string;
  layout: RulesLayout;
  /** By score. */
  rows: ReadonlyMap<string, readonly HistoryRow[]>;
  /** Days between each group's last complete day and the date; null: not provided. */
  groupAges: Readonly<Record<string, number | null>>;
}

/** With fewer accounts, shares and correlations say little. */
const fewestAccounts = 20;
/** Known for fewer accounts than this, a measure compares what cannot be compared. */
const wantedCoverage = 0.8;
/** Where more accounts than this earn the same, a measure hardly tells them apart. */
const sameForNearlyAll = 0.95;
/** Two measures that rank accounts this much alike count one thing twice. */
const sameRanking = 0.95;

export function dataFindings(pack: Pack, scored: ScoredAccounts): Finding[] {
  const { report, sorted } = findingList();
  for (const score of pack.scores) {
    const rows = (scored.rows.get(score.id) ?? []).filter(({ state }) => state === 'scored');
    checkBands(score, rows, report);
    for (const card of score.scorecards) {
      const own = rows.filter(({ scorecard }) => scorecard === card.id);
      const columns = columnsOf(scored.layout, card, own);
      for (const measure of card.measures) {
        checkFreshness(pack, measure, scored, report);
        checkMeasure(pack, measure, columns.get(measure.id) ?? [], score, report);
      }
      checkTwins(card, columns, report);
      checkUse(card, own.length, rows.length, report);
    }
  }
  checkExemplars(pack, scored, report);
  return sorted();
}

/** What every account got for each measure, in the order of the rows. */
function columnsOf(
  layout: RulesLayout,
  card: Scorecard,
  rows: readonly HistoryRow[],
): Map<string, ExplainedMeasure[]> {
  const columns = new Map<string, ExplainedMeasure[]>(card.measures.map(({ id }) => [id, []]));
  for (const row of rows) {
    for (const measure of explainResult(layout, row).measures)
      columns.get(measure.id)?.push(measure);
  }
  return columns;
}

function checkFreshness(
  { metrics }: Pack,
  { id, metric: metricId, maxAge, place }: Measure,
  { groupAges, date }: ScoredAccounts,
  report: Report,
): void {
  const metric = metrics.get(metricId);
  if (metric?.kind !== 'measured') return;
  const age = groupAges[metric.group] ?? null;
  if (age === null) {
    report(
      'no-data',
      'warning',
      place,
      `The measure ${id} has no data at all: a table of the group ${metric.group} is missing or empty`,
      'Provide the table, or remove the measure',
    );
  } else if (age > (maxAge ?? 0)) {
    const so = maxAge === null ? 'and counts all the same' : 'so it is missing for every account';
    report(
      'stale-input',
      'warning',
      place,
      `The data of the measure ${id} ends ${age} days before ${date}, ${so}`,
      'Repair the feed, or do not score what is not refreshed',
    );
  }
}

function checkMeasure(
  pack: Pack,
  measure: Measure,
  column: readonly ExplainedMeasure[],
  score: Score,
  report: Report,
): void {
  if (column.length < fewestAccounts) return;
  const { id, points, place } = measure;
  const known = column.filter(({ state }) => state === 'ok');
  const coverage = known.length / column.length;
  const weight = `${pointsOf(points)} of ${pointsOf(score.scale)} points`;
  if (coverage > 0 && coverage < wantedCoverage) {
    // The more points hang on it, the more scores are not comparable.
    const lost = ((1 - coverage) * points) / score.scale;
    report(
      'thin-data',
      measure.missing === 0 || lost >= 0.01 ? 'warning' : 'hint',
      place,
      `The measure ${id} (${weight}) is known for ${percent(coverage, 'en')} of ${column.length} accounts${thinMeans(measure)}`,
      measure.missing === 0
        ? 'Use missing: exclude, or show the metric as reference'
        : 'Score what is known of nearly every account, and show this one as reference',
    );
  }
  if (known.length < fewestAccounts) return;
  const shares = sharesOf(known.map(({ earned }) => earned ?? 0));
  const [usual = 0, share = 0] = shares[0] ?? [];
  if (share === 1) {
    report(
      'never-moves',
      'warning',
      place,
      `The measure ${id} (${weight}) gives all ${known.length} accounts ${pointsOf(usual)} points, so it tells nobody apart`,
      'Move its steps to where accounts differ, or remove it',
    );
  } else if (share >= sameForNearlyAll) {
    report(
      'rarely-moves',
      'hint',
      place,
      `The measure ${id} (${weight}) is known, but gives ${percent(share, 'en')} of the accounts ${pointsOf(usual)} points: it speaks of few`,
      'Fine for a rare alarm; otherwise move its steps, or use a cap or a signal instead',
    );
  }
  checkSteps(pack, measure, known, report);
}

function thinMeans({ missing, points }: Measure): string {
  if (missing === null)
    return '; the rest are measured by what is left, so scores compare less well';
  return missing === 0
    ? ', and the rest earn nothing, as if not asked yet were bad'
    : `, and the rest earn ${pointsOf(missing)} of ${pointsOf(points)} points without being known`;
}

/** Values with their shares, the most frequent first. */
function sharesOf(values: readonly number[]): [value: number, share: number][] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([value, count]) => [value, count / values.length]);
}

function checkSteps(
  { metrics }: Pack,
  { id, metric, earning, place }: Measure,
  known: readonly ExplainedMeasure[],
  report: Report,
): void {
  if (earning.by !== 'steps') return;
  const values = known.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const { thresholds } = earning;
  const idle = thresholds.filter((from, i) => {
    const to = thresholds[i + 1] ?? Number.POSITIVE_INFINITY;
    return !values.some((value) => value >= from && value < to);
  });
  if (idle.length === 0) return;
  report(
    'unreached-step',
    'hint',
    place,
    `No account is on the step${idle.length > 1 ? 's' : ''} ${idle.join(', ')} of ${id}: ${metrics.get(metric)?.label.en ?? metric} goes from ${Math.min(...values)} to ${Math.max(...values)}`,
    'Put steps where accounts are',
  );
}

function checkTwins(
  card: Scorecard,
  columns: ReadonlyMap<string, readonly ExplainedMeasure[]>,
  report: Report,
): void {
  for (const [i, measure] of card.measures.entries()) {
    for (const other of card.measures.slice(0, i)) {
      if (other.metric === measure.metric) continue;
      const pairs = pairsOf(columns.get(other.id) ?? [], columns.get(measure.id) ?? []);
      if (pairs.length < fewestAccounts) continue;
      const correlation = rankCorrelation(pairs);
      if (correlation === undefined || Math.abs(correlation) < sameRanking) continue;
      report(
        'same-ranking',
        'warning',
        measure.place,
        `The measures ${other.id} and ${measure.id} rank ${pairs.length} accounts nearly alike (rank correlation ${correlation.toFixed(2)}), so ${pointsOf(other.points + measure.points)} points hang on one thing`,
        'Keep the one that people understand better',
      );
    }
  }
}

/** Numbers of two measures, where both are known. */
function pairsOf(
  a: readonly ExplainedMeasure[],
  b: readonly ExplainedMeasure[],
): [number, number][] {
  return a.flatMap(({ state, value }, i): [number, number][] => {
    const other = b[i];
    if (state !== 'ok' || other?.state !== 'ok') return [];
    return typeof value === 'number' && typeof other.value === 'number'
      ? [[value, other.value]]
      : [];
  });
}

function checkUse(card: Scorecard, accounts: number, all: number, report: Report): void {
  if (accounts > 0 || all < fewestAccounts) return;
  report(
    'unused-scorecard',
    'hint',
    card.place,
    `The scorecard ${card.id} applies to none of ${all} accounts`,
    'Look at its applies_to, and at those tried before it',
  );
}

/** A band that holds more accounts than this says little of each. */
const crowded = 0.7;

function checkBands(score: Score, rows: readonly HistoryRow[], report: Report): void {
  if (rows.length < fewestAccounts) return;
  const counts = new Map<string | null, number>();
  for (const { band } of rows) counts.set(band, (counts.get(band) ?? 0) + 1);
  for (const { id } of score.bands) {
    const share = (counts.get(id) ?? 0) / rows.length;
    if (share > 0 && share < crowded) continue;
    report(
      share === 0 ? 'empty-band' : 'crowded-band',
      'hint',
      score.bandsPlace,
      share === 0
        ? `None of ${rows.length} accounts is in the band ${id} of ${score.id}`
        : `${percent(share, 'en')} of ${rows.length} accounts are in the band ${id} of ${score.id}, so it says little of each`,
      'Move the boundaries to where accounts differ',
    );
  }
  const unknown = (counts.get('unknown') ?? 0) / rows.length;
  if (unknown < 1 - wantedCoverage) return;
  report(
    'many-unknown',
    'warning',
    score.place,
    `${percent(unknown, 'en')} of ${rows.length} accounts have too little data for a band of ${score.id}: the first aim is a rough picture of all`,
    'Score what is known of nearly every account',
  );
}

function checkExemplars(pack: Pack, { rows }: ScoredAccounts, report: Report): void {
  for (const { account, score: id, atLeast, atMost, why, place } of pack.exemplars) {
    const row = rows.get(id)?.find(({ account_id }) => account_id === account);
    if (!row || row.state === 'absent') {
      report(
        'exemplar-absent',
        'block',
        place,
        `There is no account ${account} in this data, so the exemplar checks nothing`,
        'Name an account that is in the data, or remove the exemplar',
      );
      continue;
    }
    const { band } = row;
    if (band === null) {
      report(
        'exemplar-unscored',
        'warning',
        place,
        `The exemplar ${account} has no ${id} score in this data, so it checks nothing`,
        'Name an account that has one',
      );
      continue;
    }
    const bands = pack.scores.find((score) => score.id === id)?.bands ?? [];
    const position = (name: string | null): number => bands.findIndex((b) => b.id === name);
    // Too little data (-1) is below every band that an account must reach.
    const tooLow = atLeast !== null && position(band) < position(atLeast);
    const tooHigh = atMost !== null && position(band) > position(atMost);
    if (!tooLow && !tooHigh) continue;
    report(
      'exemplar',
      'block',
      place,
      `${account} is ${band}, but must be ${tooLow ? `at least ${atLeast}` : `at most ${atMost}`}: ${why}`,
      'Change the rules until it comes out as people know it, or the exemplar where the account changed',
    );
  }
}
