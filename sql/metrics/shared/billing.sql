-- Money. NUMERIC is summed as it is; unpaid days count from the oldest due date.
SELECT
  account_id,
  SUM(CASE WHEN status = 'active' THEN mrr END) AS mrr,
  IFNULL(DATE_DIFF(@date, MIN(CASE WHEN overdue_since <= @date THEN overdue_since END), DAY), 0) AS days_overdue
FROM contracts
WHERE status = 'active' AND started_on <= @date
GROUP BY account_id
