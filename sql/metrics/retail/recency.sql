-- When a customer bought, and how that compares with the usual gap between purchase days.
SELECT
  account_id,
  DATE_DIFF(@date, MAX(purchase_date), DAY) AS days_since_last_purchase,
  DATE_DIFF(@date, MIN(purchase_date), DAY) AS days_since_first_purchase,
  COUNT(DISTINCT purchase_date) AS purchase_days,
  SAFE_DIVIDE(
    DATE_DIFF(MAX(purchase_date), MIN(purchase_date), DAY),
    COUNT(DISTINCT purchase_date) - 1
  ) AS usual_gap_days,
  SAFE_DIVIDE(
    DATE_DIFF(@date, MAX(purchase_date), DAY) * (COUNT(DISTINCT purchase_date) - 1),
    DATE_DIFF(MAX(purchase_date), MIN(purchase_date), DAY)
  ) AS gaps_since_last_purchase
FROM purchases
WHERE purchase_date <= @date
GROUP BY account_id
