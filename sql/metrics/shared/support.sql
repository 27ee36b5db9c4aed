-- Inquiries. A ticket closed after @date is still open: closed_on may be filled in later.
SELECT
  account_id,
  COUNT(CASE WHEN opened_on > DATE_SUB(@date, INTERVAL 28 DAY) THEN 1 END) AS tickets_28d,
  COUNT(CASE WHEN opened_on > DATE_SUB(@date, INTERVAL 90 DAY) AND kind = 'bug' THEN 1 END) AS bug_tickets_90d,
  COUNT(CASE WHEN opened_on > DATE_SUB(@date, INTERVAL 90 DAY) AND kind = 'request' THEN 1 END) AS requests_90d,
  COUNT(CASE WHEN severity IN ('high', 'urgent') AND (closed_on IS NULL OR closed_on > @date) THEN 1 END) AS severe_tickets_open,
  SAFE_DIVIDE(
    SUM(CASE WHEN closed_on <= @date AND closed_on > DATE_SUB(@date, INTERVAL 90 DAY) THEN DATE_DIFF(closed_on, opened_on, DAY) END),
    COUNT(CASE WHEN closed_on <= @date AND closed_on > DATE_SUB(@date, INTERVAL 90 DAY) THEN 1 END)
  ) AS days_to_close_90d
FROM tickets
WHERE opened_on > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
