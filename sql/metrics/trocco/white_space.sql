-- Options that others use and this account does not: where it could grow. Looks back a year.
SELECT
  used.account_id AS account_id,
  offered.options - used.options AS options_unused_56d
FROM (
  SELECT account_id, COUNT(DISTINCT CASE WHEN is_option AND local_date > DATE_SUB(@date, INTERVAL 56 DAY) THEN feature END) AS options
  FROM events
  WHERE local_date > DATE_SUB(@date, INTERVAL 366 DAY)
  GROUP BY account_id
) AS used
CROSS JOIN (
  SELECT COUNT(DISTINCT CASE WHEN is_option THEN feature END) AS options
  FROM events
  WHERE local_date > DATE_SUB(@date, INTERVAL 366 DAY)
) AS offered
