-- The last 28 days against the 28 before them: whole weeks, so that weekends cancel out.
SELECT
  account_id,
  SAFE_DIVIDE(
    SUM(CASE WHEN usage_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN minutes ELSE 0 END),
    SUM(CASE WHEN usage_date <= DATE_SUB(@date, INTERVAL 28 DAY) THEN minutes END)
  ) AS minutes_ratio_28d,
  SAFE_DIVIDE(
    SUM(CASE WHEN usage_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN active_users ELSE 0 END),
    SUM(CASE WHEN usage_date <= DATE_SUB(@date, INTERVAL 28 DAY) THEN active_users END)
  ) AS user_days_ratio_28d
FROM usage_daily
WHERE usage_date > DATE_SUB(@date, INTERVAL 56 DAY)
GROUP BY account_id
