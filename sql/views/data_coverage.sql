-- How much data stood behind the scores, by day and scorecard: confidence, inputs without a
-- current value, bands that wait for data, rows that could not be scored.
SELECT
  date,
  score,
  scorecard,
  version,
  COUNT(*) AS accounts,
  SAFE_DIVIDE(CAST(SUM(CAST(confidence AS NUMERIC)) AS FLOAT64), COUNT(confidence)) AS confidence_mean,
  MIN(confidence) AS confidence_lowest,
  COUNTIF(confidence < 0.5) AS below_half,
  COUNTIF(band = 'unknown') AS band_unknown,
  COUNTIF(waiting_for_data) AS waiting_for_data,
  COUNTIF(missing <> '') AS with_missing_inputs,
  SUM(IF(missing = '', 0, LENGTH(missing) - LENGTH(REPLACE(missing, ',', '')) + 1)) AS missing_inputs,
  COUNTIF(state = 'error') AS not_scored
FROM `${dataset}.score_history`
WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 400 DAY)
  AND state <> 'absent'
GROUP BY date, score, scorecard, version
