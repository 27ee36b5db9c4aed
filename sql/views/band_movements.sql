-- How many accounts went from one band to another, by day. Beside the pack's bands there are
-- "unknown" (too little data), "unscored" (no scorecard applies), "new" and "absent" (the account
-- came, or left).
SELECT date, score, from_band, to_band, COUNT(*) AS accounts
FROM (
  SELECT
    date,
    score,
    IF(before_date IS NULL, 'new', IFNULL(before_band, 'unscored')) AS from_band,
    IF(state = 'absent', 'absent', IFNULL(band, 'unscored')) AS to_band
  FROM `${dataset}.score_history`
  WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 400 DAY)
    AND state <> 'error'
) AS results
WHERE from_band <> to_band
GROUP BY date, score, from_band, to_band
