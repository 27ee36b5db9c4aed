-- When NPS was last asked for, answered or not. It is asked 30 and 90 days after the start.
SELECT
  account_id,
  DATE_DIFF(@date, MAX(CASE WHEN kind = 'nps' THEN asked_on END), DAY) AS days_since_nps_request
FROM surveys
WHERE asked_on <= @date AND asked_on > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
