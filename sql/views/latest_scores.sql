-- The newest result of every account and score, as computed; people's overrides are not applied.
-- Empty once two weeks have gone by without a run: better nothing than old scores.
SELECT
  date,
  account_id,
  score,
  state,
  reason,
  phase,
  scorecard,
  version,
  band,
  points / 100 AS points,
  earned / 100 AS earned,
  available / 100 AS available,
  confidence,
  cap,
  waiting_for_data,
  held_by_hysteresis,
  trend,
  before_date,
  before_band,
  before_points / 100 AS before_points,
  (points - before_points) / 100 AS change,
  change_rules / 100 AS change_rules,
  COALESCE(change_phase, 0) / 100 AS change_phase,
  change_data / 100 AS change_data,
  change_behaviour / 100 AS change_behaviour
FROM `${dataset}.score_history`
WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 14 DAY)
  AND state <> 'absent'
  AND date = (
    SELECT MAX(date)
    FROM `${dataset}.score_history`
    WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 14 DAY)
  )
