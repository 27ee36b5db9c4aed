/**
 * The same scores as one `CREATE TABLE AS` in DuckDB: what a team that knows SQL would write,
 * with the thresholds in the text. Generated from the pack, since nobody would type it.
 */
import type { Measure, Scorecard } from '../../functions/scorecard/language/pack/pack.ts';
import { engine, firstDate } from './pack.ts';
import { health, pack } from './scores.ts';

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** What a measure earns, in hundredths; -1 where it is left out. */
function earnedOf({ earning, metric, missing, points }: Measure): string {
  const none = missing ?? -1;
  switch (earning.by) {
    case 'linear': {
      const share = `(${metric} - ${earning.from}) / (${earning.to} - ${earning.from})`;
      const clamped = `least(1, greatest(0, ${share}))`;
      return `CASE WHEN ${metric} IS NULL THEN ${none} ELSE CAST(floor(${points} * ${clamped} + 0.5) AS INTEGER) END`;
    }
    case 'lookup': {
      const values = pack.metrics.get(metric)?.values?.map(text) ?? ['FALSE', 'TRUE'];
      const entries = values.map((value, i) => `WHEN ${value} THEN ${earning.points[i]}`);
      return `CASE ${metric} ${entries.join(' ')} ELSE ${none} END`;
    }
    case 'steps': {
      const entries = earning.thresholds.map((from, i) => ({
        from,
        points: earning.points[i] ?? 0,
      }));
      // The highest that holds counts; below the first there is `below`.
      const cases = entries.reverse().map((e) => `WHEN ${metric} >= ${e.from} THEN ${e.points}`);
      return `CASE ${cases.join(' ')} WHEN ${metric} IS NULL THEN ${none} ELSE ${earning.below} END`;
    }
  }
}

/** By scorecard where they differ, else the one text. */
function byCard(of: (card: Scorecard) => string): string {
  const cases = health.scorecards.map((card) => ({ id: card.id, sql: of(card) }));
  const [first] = cases;
  if (first && cases.every(({ sql }) => sql === first.sql)) return first.sql;
  const whens = cases.map(({ id, sql }) => `WHEN ${text(id)} THEN ${sql}`);
  return `CASE account_segment ${whens.join(' ')} END`;
}

const measures = health.scorecards[0]?.measures ?? [];
const indexes = measures.map((_, i) => i);
const sum = (terms: readonly string[]): string => terms.join(' + ');

/** Most that a measure can earn, by scorecard. */
const weight = (index: number): string =>
  byCard((card) => String(card.measures[index]?.points ?? 0));
const mayMiss = (index: number): boolean => (measures[index]?.missing ?? null) !== null;

/** Values of the metrics as the history keeps them: numbers, enums by position. */
function inputsOf(order: readonly string[]): string {
  return order
    .map((id) => {
      const { type, values } = pack.metrics.get(id) ?? {};
      const value =
        type === 'enum'
          ? `CASE ${id} ${(values ?? []).map((v, i) => `WHEN ${text(v)} THEN ${i}`).join(' ')} END`
          : id;
      return `coalesce(CAST(${value} AS DOUBLE), 'nan'::DOUBLE)`;
    })
    .join(', ');
}

/**
 * Writes `table` with the columns of the history from `inputs`.
 * @param order ids of the metrics in the order of a row's `inputs`
 */
export function sqlScores(table: string, inputs: string, order: readonly string[]): string {
  const { bands, scale, minConfidence } = health;
  const band = (points: string): string =>
    sum(bands.slice(1).map(({ from }) => `CAST(${points} >= ${from} AS INTEGER)`));
  const names = bands.map(({ id }) => text(id)).join(', ');
  return `CREATE OR REPLACE TABLE ${table} AS
WITH measured AS (
  SELECT *, active_users / nullif(seats, 0) AS seat_utilisation FROM ${inputs}
), earning AS (
  SELECT *,
    ${indexes.map((i) => `${byCard((card) => earnedOf(card.measures[i] as Measure))} AS e${i}`).join(',\n    ')}
  FROM measured
), weighing AS (
  SELECT *,
    ${indexes.map((i) => `CASE WHEN e${i} < 0 THEN 0 ELSE ${weight(i)} END AS w${i}`).join(',\n    ')}
  FROM earning
), summing AS (
  SELECT *,
    [${indexes.map((i) => `CAST(e${i} AS BIGINT)`).join(', ')}] AS earned_points,
    ${sum(indexes.map((i) => `greatest(e${i}, 0)`))} AS earned,
    ${sum(indexes.map((i) => `w${i}`))} AS available,
    ${sum(indexes.map((i) => (mayMiss(i) ? `CASE WHEN ${measures[i]?.metric} IS NULL THEN 0 ELSE w${i} END` : `w${i}`)))} AS backed
  FROM weighing
), scoring AS (
  SELECT *,
    CASE WHEN available > 0 THEN CAST(floor(${scale} * CAST(earned AS DOUBLE) / available + 0.5) AS BIGINT) END AS points,
    backed / ${scale} AS confidence,
    CASE WHEN days_overdue > 60 THEN 1 WHEN key_users = 0 THEN 2 ELSE ${bands.length - 1} END AS most
  FROM summing
), banding AS (
  SELECT *,
    CASE WHEN points IS NULL OR confidence < ${minConfidence} THEN NULL ELSE ${band('points')} END AS level,
    available NOT IN (0, ${scale}) AND earned > 0 AS scaled
  FROM scoring
), parting AS (
  SELECT *,
    ${indexes.map((i) => `CASE WHEN NOT scaled OR e${i} < 0 THEN e${i} ELSE ${scale} * e${i} // available END AS p${i}`).join(',\n    ')}
  FROM banding
), remaining AS (
  SELECT *,
    CASE WHEN scaled THEN points - (${sum(indexes.map((i) => `greatest(p${i}, 0)`))}) ELSE 0 END AS rest,
    ${indexes.map((i) => `CASE WHEN NOT scaled OR e${i} < 0 THEN -1 ELSE (${scale} * e${i} % available) * 100 + ${99 - i} END AS r${i}`).join(',\n    ')}
  FROM parting
), sharing AS (
  SELECT *,
    CASE WHEN rest > 0 THEN list_reverse_sort([${indexes.map((i) => `r${i}`).join(', ')}])[CAST(rest AS INTEGER)] END AS least_up
  FROM remaining
)
SELECT
  DATE '${firstDate}' AS date, account_id, '${health.id}' AS score, 'scored' AS state,
  CAST(NULL AS VARCHAR) AS reason,
  CASE WHEN days_since_start < 90 THEN 'onboarding' END AS phase,
  account_segment AS scorecard, '1.0.0' AS version,
  CASE WHEN level IS NULL THEN 'unknown' ELSE [${names}][least(level, most) + 1] END AS band,
  points, CAST(earned AS BIGINT) AS earned, CAST(available AS BIGINT) AS available, confidence,
  CASE WHEN level > most THEN CASE most WHEN 1 THEN 'overdue' ELSE 'no_key_user' END END AS cap,
  FALSE AS waiting_for_data, FALSE AS held_by_hysteresis, CAST(NULL AS VARCHAR) AS trend,
  CASE WHEN rest = 0 THEN [${indexes.map((i) => `CAST(p${i} AS BIGINT)`).join(', ')}]
    ELSE [${indexes.map((i) => `CAST(p${i} + CAST(r${i} >= least_up AS INTEGER) AS BIGINT)`).join(', ')}] END AS contributions,
  earned_points,
  [${inputsOf(order)}] AS inputs,
  concat_ws(',', ${order.map((id, i) => `CASE WHEN ${id} IS NULL THEN '${i}' END`).join(', ')}) AS missing,
  CAST(NULL AS DATE) AS before_date, CAST(NULL AS VARCHAR) AS before_band,
  CAST(NULL AS BIGINT) AS before_points, CAST(NULL AS BIGINT) AS change_rules,
  CAST(NULL AS BIGINT) AS change_data, CAST(NULL AS BIGINT) AS change_behaviour,
  '${pack.hash}' AS rules_hash, '${engine}' AS engine_hash,
  CAST(hash(inputs, account_segment) >> 1 AS BIGINT) AS input_hash,
  CAST(hash(account_segment, phase, points, earned, available, cap, contributions, earned_points) >> 1 AS BIGINT) AS result_hash,
  '' AS known_on,
  CAST(json_object('segment', account_segment) AS VARCHAR) AS account,
  CAST(NULL AS BIGINT) AS change_phase, CAST(NULL AS BIGINT) AS band_points
FROM sharing`;
}
