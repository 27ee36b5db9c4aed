/** Why a result is what it is, and why it differs from another: read from stored rows alone. */

import { dateOf } from '../../calendar.ts';
import type { HistoryRow } from '../engine/history-row.ts';
import { knownDaysReader } from '../engine/known-days.ts';
import type { MeasureLayout, RulesLayout, ScorecardLayout, ScoreLayout } from '../engine/layout.ts';
import type {
  ExplainedMeasure,
  MeasureDelta,
  ResultChange,
  ScoreExplanation,
  ShownMetric,
  ShownValue,
} from './explanation.ts';
import { plain, unknownBand } from './texts.ts';

/** A row with the layout that reads it. */
interface Reading {
  layout: RulesLayout;
  score: ScoreLayout;
  /** Undefined where no scorecard applied, or the layout is of other rules. */
  card: ScorecardLayout | undefined;
  row: HistoryRow;
  missing: ReadonlySet<number>;
  /** Days, by position, of values that are not from the row's own date. */
  days: ReadonlyMap<number, number>;
}

/**
 * Explains one row. `layout` must be of the row's rules hash; with another one (an error row
 * that kept an older result) only what the row itself says is explained.
 * @throws Error where the layout does not know the score
 */
export function explainResult(layout: RulesLayout, row: HistoryRow): ScoreExplanation {
  const reading = read(layout, row);
  const { score, card } = reading;
  const phase = layout.phases.find(({ id }) => id === row.phase);
  const band = [...score.bands, unknownBand].find(({ id }) => id === row.band);
  const cap = card?.caps.find(({ id }) => id === row.cap);
  const measures = card?.measures.map((measure, i) => explainMeasure(reading, measure, i)) ?? [];
  return {
    score: score.id,
    label: score.label,
    date: row.date,
    state: row.state,
    reason: row.reason,
    phase: row.phase === null ? null : { id: row.phase, label: phase?.label ?? plain(row.phase) },
    scorecard:
      row.scorecard === null
        ? null
        : {
            id: row.scorecard,
            version: row.version ?? '',
            label: card?.label ?? plain(row.scorecard),
          },
    scale: score.scale,
    points: row.points,
    earned: row.earned,
    available: row.available,
    confidence: row.confidence,
    band: row.band === null ? null : { id: row.band, label: band?.label ?? plain(row.band) },
    cap: row.cap === null ? null : { id: row.cap, label: cap?.label ?? plain(row.cap) },
    waiting_for_data: row.waiting_for_data ?? false,
    held_by_hysteresis: row.held_by_hysteresis ?? false,
    trend: row.trend,
    band_points: row.band_points,
    waiting_since: row.waiting_for_data ? waitingSince(reading) : null,
    stayed: row.band !== null && row.band === row.before_band,
    axes: axesOf(reading, measures),
    measures,
    reference: (card?.reference ?? []).map(({ metric, input }) => show(reading, metric, input)),
    headline:
      score.headline && inputsFit(reading)
        ? show(reading, score.headline.metric, score.headline.input)
        : null,
    change: changeOf(row),
  };
}

function read(layout: RulesLayout, row: HistoryRow): Reading {
  const score = layout.scores.find(({ id }) => id === row.score);
  if (!score) throw new Error(`the rules ${layout.rules_hash} have no score ${row.score}`);
  const ofThese = layout.rules_hash === row.rules_hash;
  return {
    layout,
    score,
    card: ofThese ? score.scorecards.find(({ id }) => id === row.scorecard) : undefined,
    row,
    missing: new Set(row.missing ? row.missing.split(',').map(Number) : []),
    days: daysOf(row.known_on),
  };
}

const daysOf = knownDaysReader();

/** The day that the value of late data is from; null for what is not awaited. */
function knownOn({ row, missing, days }: Reading, input: number): string | null {
  if (!missing.has(input) || (row.inputs[input] ?? null) === null) return null;
  const day = days.get(input);
  return day === undefined ? row.date : dateOf(day);
}

/** The oldest day of what the scorecard's measures wait for, or else of anything awaited. */
function waitingSince(reading: Reading): string | null {
  const oldest = (inputs: readonly number[]): string | undefined =>
    inputs.flatMap((input) => knownOn(reading, input) ?? []).sort()[0];
  const measured = reading.card?.measures.map(({ input }) => input) ?? [];
  return oldest(measured) ?? oldest([...reading.missing]) ?? null;
}

function inputsFit({ layout, row }: Reading): boolean {
  return layout.rules_hash === row.rules_hash && row.inputs.length > 0;
}

function explainMeasure(reading: Reading, measure: MeasureLayout, index: number): ExplainedMeasure {
  const { row, layout, missing } = reading;
  const earned = leftOut(row.earned_points[index]);
  const state = missing.has(measure.input) ? 'missing' : 'ok';
  return {
    id: measure.id,
    axis: measure.axis,
    label: measure.label,
    metric: measure.metric,
    unit: layout.metrics[measure.metric]?.unit ?? null,
    value: inputValue(reading, measure.metric, measure.input),
    state,
    known_on: knownOn(reading, measure.input),
    earned,
    available: earned === null ? 0 : measure.points,
    contribution: leftOut(row.contributions[index]),
    hypothesis: measure.hypothesis,
    hints: measure.hints,
    next: state === 'ok' ? nextStep(reading, measure, earned ?? 0) : null,
  };
}

function leftOut(value: number | undefined): number | null {
  return value === undefined || value < 0 ? null : value;
}

/** The value as people know it. */
function inputValue({ layout, row }: Reading, metric: string, input: number): ShownValue {
  const value = row.inputs[input] ?? null;
  return shownAs(layout, metric, value);
}

export function shownAs(layout: RulesLayout, metric: string, value: number | null): ShownValue {
  const known = layout.metrics[metric];
  if (value === null) return null;
  if (known?.type === 'bool') return value === 1;
  return known?.type === 'enum' ? (known.values?.[value] ?? null) : value;
}

function show(reading: Reading, metric: string, input: number): ShownMetric {
  const known = reading.layout.metrics[metric];
  return {
    metric,
    label: known?.label ?? plain(metric),
    unit: known?.unit ?? null,
    value: inputValue(reading, metric, input),
    current: !reading.missing.has(input),
  };
}

function axesOf({ card, score, row }: Reading, measures: readonly ExplainedMeasure[]) {
  return (card?.axes ?? []).map(({ id, label }) => {
    const own = measures.filter(({ axis }) => axis === id);
    const sum = (pick: (measure: ExplainedMeasure) => number) =>
      own.reduce((total, measure) => total + pick(measure), 0);
    const share = row.available ? sum(({ available }) => available) / row.available : 0;
    return {
      id,
      label,
      points: sum(({ contribution }) => contribution ?? 0),
      available: Math.round(score.scale * share),
    };
  });
}

function nextStep(
  { layout, row }: Reading,
  measure: MeasureLayout,
  earned: number,
): ExplainedMeasure['next'] {
  const value = row.inputs[measure.input] ?? null;
  if (value === null || earned >= measure.points) return null;
  const { earning } = measure;
  const metric = layout.metrics[measure.metric];
  const step = (to: number, points: number) => ({
    value: shownAs(layout, measure.metric, to),
    gain: points - earned,
  });
  if (earning.by === 'linear') return step(earning.to, measure.points);
  if (earning.by === 'lookup') {
    const better = earning.points
      .map((points, position) => ({ points, position }))
      .filter(({ points }) => points > earned)
      .sort((a, b) => Math.abs(a.position - value) - Math.abs(b.position - value))[0];
    return better ? step(better.position, better.points) : null;
  }
  const { thresholds, points } = earning;
  if (metric?.direction === 'lower') {
    // Anything below the threshold of a worse step earns what the step before it earns.
    for (let i = thresholds.length - 1; i > 0; i--) {
      const threshold = thresholds[i] ?? 0;
      const gained = points[i - 1] ?? 0;
      if (threshold > value || gained <= earned) continue;
      return step(metric.type === 'int' ? Math.ceil(threshold) - 1 : threshold, gained);
    }
    return null;
  }
  const next = thresholds.findIndex((at, i) => at > value && (points[i] ?? 0) > earned);
  return next < 0 ? null : step(thresholds[next] ?? 0, points[next] ?? 0);
}

function changeOf(row: HistoryRow): ResultChange | null {
  const { before_date, before_points, points, change_rules, change_data, change_behaviour } = row;
  const phase = row.change_phase ?? 0;
  if (before_date === null || before_points === null || points === null) return null;
  if (change_rules === null || change_data === null || change_behaviour === null) return null;
  return {
    since: before_date,
    from: before_points,
    from_band: row.before_band,
    total: points - before_points,
    rules: change_rules,
    phase,
    data: change_data,
    behaviour: change_behaviour,
  };
}

/**
 * What each measure did to the score between two rows of one account and score, the biggest
 * first; measures that did nothing are left out. The deltas sum to the change of points.
 */
export function compareRows(
  layoutNow: RulesLayout,
  rowNow: HistoryRow,
  layoutBefore: RulesLayout,
  rowBefore: HistoryRow,
): MeasureDelta[] {
  if (rowNow.points === null || rowBefore.points === null) return [];
  const now = read(layoutNow, rowNow);
  const before = read(layoutBefore, rowBefore);
  if (!now.card || !before.card) return [];
  const deltas: MeasureDelta[] = [];
  for (const [i, measure] of now.card.measures.entries()) {
    const j = before.card.measures.findIndex(({ id }) => id === measure.id);
    const then = before.card.measures[j];
    deltas.push(deltaOf(now, { measure, index: i }, before, then && { measure: then, index: j }));
  }
  for (const [j, measure] of before.card.measures.entries()) {
    if (now.card.measures.some(({ id }) => id === measure.id)) continue;
    deltas.push(deltaOf(now, undefined, before, { measure, index: j }));
  }
  return deltas
    .filter(({ delta }) => delta !== 0)
    .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
}

interface Placed {
  measure: MeasureLayout;
  index: number;
}

function deltaOf(
  now: Reading,
  here: Placed | undefined,
  before: Reading,
  there: Placed | undefined,
): MeasureDelta {
  const measure = (here ?? there)?.measure;
  if (!measure) throw new Error('a measure is in neither scorecard');
  const contribution = (reading: Reading, placed: Placed | undefined) =>
    placed ? leftOut(reading.row.contributions[placed.index]) : null;
  const value = (reading: Reading, placed: Placed | undefined) =>
    placed && !reading.missing.has(placed.measure.input)
      ? inputValue(reading, placed.measure.metric, placed.measure.input)
      : null;
  const was = contribution(before, there);
  const is = contribution(now, here);
  const known = (here ? now : before).layout.metrics[measure.metric];
  return {
    id: measure.id,
    label: measure.label,
    metric: measure.metric,
    unit: known?.unit ?? null,
    direction: known?.direction ?? 'none',
    before: value(before, there),
    now: value(now, here),
    before_contribution: was,
    now_contribution: is,
    delta: (is ?? 0) - (was ?? 0),
    cause: causeOf(now, here, before, there),
    hints: measure.hints,
  };
}

function causeOf(
  now: Reading,
  here: Placed | undefined,
  before: Reading,
  there: Placed | undefined,
): MeasureDelta['cause'] {
  if (!here || !there || !earnsAlike(here.measure, there.measure)) {
    return now.row.rules_hash === before.row.rules_hash ? 'phase' : 'rules';
  }
  const gone = now.missing.has(here.measure.input);
  if (gone !== before.missing.has(there.measure.input)) return 'data';
  const earnedNow = now.row.earned_points[here.index];
  return earnedNow === before.row.earned_points[there.index] ? 'scaling' : 'behaviour';
}

function earnsAlike(a: MeasureLayout, b: MeasureLayout): boolean {
  return (
    a.metric === b.metric &&
    a.points === b.points &&
    a.missing === b.missing &&
    JSON.stringify(a.earning) === JSON.stringify(b.earning)
  );
}
