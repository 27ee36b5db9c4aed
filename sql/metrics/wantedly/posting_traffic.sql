-- How job posts do. Looks back a year, so that nothing now (0) differs from never measured (NULL).
SELECT
  account_id,
  SUM(CASE WHEN traffic_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN IFNULL(page_views, 0) ELSE 0 END) AS page_views_28d,
  SUM(CASE WHEN traffic_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN IFNULL(entries, 0) ELSE 0 END) AS entries_28d
FROM posting_daily
WHERE traffic_date > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
