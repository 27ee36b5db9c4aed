-- Every change of a score's points or band, with its split: rules, phase, data and behaviour sum to it.
-- NULL parts: the account had no scorecard on one of the two dates.
SELECT
  date,
  account_id,
  score,
  phase,
  scorecard,
  before_date,
  before_band,
  band,
  band IS DISTINCT FROM before_band AS band_changed,
  before_points / 100 AS before_points,
  points / 100 AS points,
  (points - before_points) / 100 AS change,
  change_rules / 100 AS change_rules,
  COALESCE(change_phase, 0) / 100 AS change_phase,
  change_data / 100 AS change_data,
  change_behaviour / 100 AS change_behaviour
FROM `${dataset}.score_history`
WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 400 DAY)
  AND state = 'scored'
  AND before_date IS NOT NULL
  AND (points IS DISTINCT FROM before_points OR band IS DISTINCT FROM before_band)
