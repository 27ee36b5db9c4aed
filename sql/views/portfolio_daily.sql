-- The portfolio by day, score, phase and band. Means are made of sums: points_sum over
-- accounts_with_points, summed over whatever rows a report groups.
SELECT
  date,
  score,
  phase,
  IFNULL(band, 'unscored') AS band,
  COUNT(*) AS accounts,
  COUNT(points) AS accounts_with_points,
  SUM(points) / 100 AS points_sum,
  SAFE_DIVIDE(SUM(points), COUNT(points)) / 100 AS points_mean,
  COUNTIF(trend = 'rising') AS rising,
  COUNTIF(trend = 'falling') AS falling,
  COUNTIF(cap IS NOT NULL) AS capped,
  COUNTIF(held_by_hysteresis) AS held_by_hysteresis
FROM `${dataset}.score_history`
WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 400 DAY)
  AND state <> 'absent'
GROUP BY date, score, phase, band
