/** The scorecards for json-rules-engine: one rule per step, whose events are summed up. */
import { Engine, type RuleProperties } from 'json-rules-engine';
import type { Cap, Measure, Scorecard } from '../../functions/scorecard/language/pack/pack.ts';
import type { Row } from './interpreter.ts';
import { health, pack } from './scores.ts';

export interface JsonRulesResult {
  points: number | null;
  band: string;
  /** By measure; -1 where left out. */
  earnedPoints: number[];
}

/** Facts of one account; json-rules-engine knows neither missing values nor quotients. */
export function factsOf({ metrics }: Row): Record<string, number | boolean | string | null> {
  const { active_users, seats } = metrics;
  const known = typeof active_users === 'number' && typeof seats === 'number' && seats !== 0;
  return { ...metrics, seat_utilisation: known ? active_users / seats : null };
}

/** One engine for each scorecard, ready to run. */
export function jsonRules(): (row: Row) => Promise<JsonRulesResult> {
  const engines = new Map(health.scorecards.map((card) => [card.id, engineFor(card)]));
  return async (row) => {
    const engine = engines.get(String(row.account.segment));
    const card = health.scorecards.find(({ id }) => id === row.account.segment);
    if (!engine || !card) throw new Error('no scorecard applies');
    const { events } = await engine.run(factsOf(row));
    const earnedPoints = card.measures.map(() => -1);
    let atMost = health.bands.length - 1;
    let backed = 0;
    for (const { type, params } of events) {
      if (type === 'cap') atMost = Math.min(atMost, Number(params?.atMost));
      else {
        earnedPoints[Number(params?.index)] = Number(params?.earned);
        backed += Number(params?.backed);
      }
    }
    for (const [index, measure] of card.measures.entries()) {
      if (measure.earning.by !== 'linear') continue;
      const value = row.metrics[measure.metric];
      if (typeof value !== 'number') continue;
      earnedPoints[index] = linear(measure, measure.earning, value);
      backed += measure.points;
    }
    let earned = 0;
    let available = 0;
    let total = 0;
    for (const [index, { points }] of card.measures.entries()) {
      total += points;
      const part = earnedPoints[index] ?? -1;
      if (part < 0) continue;
      earned += part;
      available += points;
    }
    const points = available === 0 ? null : Math.round((health.scale * earned) / available);
    if (points === null || backed / total < health.minConfidence) {
      return { points, band: 'unknown', earnedPoints };
    }
    const band = health.bands.findLastIndex(({ from }) => points >= from);
    return { points, band: health.bands[Math.min(band, atMost)]?.id ?? '', earnedPoints };
  };
}

function engineFor({ measures, caps }: Scorecard): Engine {
  return new Engine(
    [...measures.flatMap((measure, index) => rulesOf(measure, index)), ...caps.map(capRule)],
    { allowUndefinedFacts: true },
  );
}

function linear(
  { points }: Measure,
  { from, to }: { from: number; to: number },
  value: number,
): number {
  return Math.round(points * Math.min(1, Math.max(0, (value - from) / (to - from))));
}

/** Every step is a rule of its own; a missing value may be one, too. */
function rulesOf({ earning, metric, points, missing }: Measure, index: number): RuleProperties[] {
  const rule = (all: { operator: string; value: unknown }[], earned: number, backed: number) => ({
    conditions: { all: all.map((condition) => ({ fact: metric, ...condition })) },
    event: { type: 'measure', params: { index, earned, backed } },
  });
  const rules: RuleProperties[] = [];
  if (missing !== null) rules.push(rule([{ operator: 'equal', value: null }], missing, 0));
  if (earning.by === 'lookup') {
    const values = pack.metrics.get(metric)?.values ?? [false, true];
    for (const [i, value] of values.entries()) {
      rules.push(rule([{ operator: 'equal', value }], earning.points[i] ?? 0, points));
    }
  } else if (earning.by === 'steps') {
    const { thresholds } = earning;
    for (const [i, from] of thresholds.entries()) {
      const next = thresholds[i + 1];
      const above = i === 0 ? [] : [{ operator: 'greaterThanInclusive', value: from }];
      const below = { operator: 'lessThan', value: next ?? Number.MAX_VALUE };
      rules.push(rule([...above, below], earning.points[i] ?? 0, points));
    }
  }
  return rules;
}

/** json-rules-engine has no CEL: the two caps, said in its own words. */
function capRule({ id, atMost }: Cap): RuleProperties {
  const condition =
    id === 'overdue'
      ? { fact: 'days_overdue', operator: 'greaterThan', value: 60 }
      : { fact: 'key_users', operator: 'equal', value: 0 };
  return { conditions: { all: [condition] }, event: { type: 'cap', params: { atMost } } };
}
