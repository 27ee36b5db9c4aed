-- How much the product is used. Looks back a year, so that an account that stopped (0) differs
-- from one that was never measured (NULL).
SELECT
  account_id,
  COUNT(DISTINCT CASE WHEN usage_date > DATE_SUB(@date, INTERVAL 28 DAY) AND active_users > 0 THEN usage_date END) AS active_days_28d,
  SUM(CASE WHEN usage_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN IFNULL(minutes, 0) ELSE 0 END) AS minutes_28d,
  SUM(CASE WHEN usage_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN IFNULL(actions, 0) ELSE 0 END) AS actions_28d,
  SAFE_DIVIDE(
    SUM(CASE WHEN usage_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN errors END),
    SUM(CASE WHEN usage_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN actions END)
  ) AS error_rate_28d,
  DATE_DIFF(@date, MAX(CASE WHEN active_users > 0 THEN usage_date END), DAY) AS days_since_last_use
FROM usage_daily
WHERE usage_date > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
