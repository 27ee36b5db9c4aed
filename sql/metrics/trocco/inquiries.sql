-- Inquiries of the kinds that the shared group does not count apart.
SELECT
  account_id,
  COUNT(CASE WHEN kind = 'question' AND opened_on > DATE_SUB(@date, INTERVAL 90 DAY) THEN 1 END) AS question_tickets_90d
FROM tickets
WHERE opened_on > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
