-- Whether the gaps between purchase days grow: the latest gap against the mean of those before.
SELECT
  account_id,
  SAFE_DIVIDE(
    SUM(CASE WHEN newest = 1 THEN gap END) * COUNT(CASE WHEN newest > 1 THEN gap END),
    SUM(CASE WHEN newest > 1 THEN gap END)
  ) AS gap_ratio
FROM (
  SELECT
    account_id,
    DATE_DIFF(purchase_date, LAG(purchase_date) OVER (PARTITION BY account_id ORDER BY purchase_date), DAY) AS gap,
    ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY purchase_date DESC) AS newest
  FROM (SELECT DISTINCT account_id, purchase_date FROM purchases WHERE purchase_date <= @date) AS purchase_days
) AS gaps_by_day
GROUP BY account_id
