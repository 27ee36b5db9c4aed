-- How much a customer bought.
SELECT
  account_id,
  COUNT(*) AS purchases_total,
  COUNT(DISTINCT CASE WHEN purchase_date > DATE_SUB(@date, INTERVAL 182 DAY) THEN purchase_date END) AS purchase_days_182d,
  SUM(amount) AS spend_total
FROM purchases
WHERE purchase_date <= @date
GROUP BY account_id
