-- Signs that a customer wants more. Looks back a year: see usage.sql.
SELECT
  account_id,
  COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 28 DAY) AND kind = 'explore' THEN local_date END) AS explore_days_28d,
  COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN user_id END)
    - COUNT(DISTINCT CASE WHEN local_date <= DATE_SUB(@date, INTERVAL 28 DAY) AND local_date > DATE_SUB(@date, INTERVAL 56 DAY) THEN user_id END) AS active_users_gained_28d
FROM events
WHERE local_date > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
