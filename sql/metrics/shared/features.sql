-- What is used, and by how many people. Looks back a year: see usage.sql.
SELECT
  account_id,
  COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN user_id END) AS active_users_28d,
  COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 28 DAY) AND NOT IFNULL(is_option, FALSE) THEN feature END) AS features_used_28d,
  COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 56 DAY) AND is_option THEN feature END) AS options_used_56d,
  COUNT(CASE WHEN local_date > DATE_SUB(@date, INTERVAL 28 DAY) AND kind = 'create' THEN 1 END) AS creations_28d,
  COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 28 DAY) AND kind = 'share' THEN user_id END) AS sharing_users_28d
FROM events
WHERE local_date > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
