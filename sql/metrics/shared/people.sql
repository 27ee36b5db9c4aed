-- Who is there, and who left. Days are compared with @date, since a row may name a day ahead.
SELECT
  account_id,
  COUNT(DISTINCT CASE WHEN joined_on <= @date AND (left_on IS NULL OR left_on > @date) THEN user_id END) AS registered_users,
  COUNT(DISTINCT CASE WHEN role IN ('key_user', 'admin') AND joined_on <= @date AND (left_on IS NULL OR left_on > @date) THEN user_id END) AS key_users,
  COUNT(DISTINCT CASE WHEN role IN ('key_user', 'admin') AND left_on <= @date AND left_on > DATE_SUB(@date, INTERVAL 90 DAY) THEN user_id END) AS key_users_left_90d,
  COUNT(DISTINCT CASE WHEN joined_on <= @date AND joined_on > DATE_SUB(@date, INTERVAL 28 DAY) THEN user_id END) AS users_joined_28d
FROM users
GROUP BY account_id
