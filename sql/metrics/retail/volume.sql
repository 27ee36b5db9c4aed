-- How much a customer bought.
SELECT
  account_id,
  COUNT(*) AS purchases_total,
  COUNT(CASE WHEN purchase_date > DATE_SUB(@date, INTERVAL 182 DAY) THEN 1 END) AS purchases_182d,
  COUNT(DISTINCT CASE WHEN purchase_date > DATE_SUB(@date, INTERVAL 91 DAY) THEN purchase_date END) AS purchase_days_91d,
  COUNT(DISTINCT CASE WHEN purchase_date > DATE_SUB(@date, INTERVAL 182 DAY) THEN purchase_date END) AS purchase_days_182d,
  SUM(quantity) AS items_total,
  SUM(amount) AS spend_total,
  SUM(CASE WHEN purchase_date > DATE_SUB(@date, INTERVAL 182 DAY) THEN amount ELSE 0 END) AS spend_182d
FROM purchases
WHERE purchase_date <= @date
GROUP BY account_id
