-- The latest answer to each question within a year. An answer may come after @date.
SELECT
  account_id,
  MAX(CASE WHEN kind = 'nps' THEN score END) AS nps_latest,
  MAX(CASE WHEN kind = 'csat' THEN score END) AS csat_latest
FROM (
  SELECT account_id, kind, score
  FROM surveys
  WHERE answered_on <= @date AND answered_on > DATE_SUB(@date, INTERVAL 365 DAY) AND score IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY account_id, kind ORDER BY answered_on DESC, asked_on DESC, score DESC) = 1
) AS latest
GROUP BY account_id
