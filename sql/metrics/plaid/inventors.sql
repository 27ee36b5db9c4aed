-- Who uses the product often, and who makes things with several of its features. Looks back a year:
-- an account that stopped has zeros.
SELECT
  account_id,
  COUNT(CASE WHEN days_28d >= 5 THEN 1 END) AS heavy_users_28d,
  COUNT(CASE WHEN features_56d >= 2 THEN 1 END) AS inventive_users_56d,
  SUM(created_56d) AS initiatives_56d
FROM (
  SELECT
    account_id,
    user_id,
    COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN local_date END) AS days_28d,
    COUNT(DISTINCT CASE WHEN local_date > DATE_SUB(@date, INTERVAL 56 DAY) AND kind = 'create' THEN feature END) AS features_56d,
    COUNT(CASE WHEN local_date > DATE_SUB(@date, INTERVAL 56 DAY) AND kind = 'create' THEN 1 END) AS created_56d
  FROM events
  WHERE local_date > DATE_SUB(@date, INTERVAL 366 DAY) AND user_id IS NOT NULL
  GROUP BY account_id, user_id
) AS people
GROUP BY account_id
