-- What became of accounts in Salesforce, by day and outcome. The log may hold a row twice, so
-- accounts are counted, not rows: one that was tried again counts once for each outcome it had.
SELECT date, outcome, code, COUNT(DISTINCT account_id) AS accounts, MAX(`at`) AS last_at
FROM `${dataset}.sync_log`
WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 400 DAY)
GROUP BY date, outcome, code
