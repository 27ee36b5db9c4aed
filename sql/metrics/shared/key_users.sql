-- Whether the people who carry the product still use it themselves.
SELECT
  carriers.account_id AS account_id,
  DATE_DIFF(@date, MAX(events.local_date), DAY) AS days_since_key_user,
  COUNT(DISTINCT CASE WHEN events.local_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN events.local_date END) AS key_user_days_28d
FROM (
  SELECT DISTINCT account_id, user_id
  FROM users
  WHERE role IN ('key_user', 'admin') AND joined_on <= @date AND (left_on IS NULL OR left_on > @date)
) AS carriers
JOIN events ON events.account_id = carriers.account_id AND events.user_id = carriers.user_id
WHERE events.local_date > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY carriers.account_id
