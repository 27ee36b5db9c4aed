-- Accounts that Salesforce refuses as they are, and why: the latest attempt for each, which is
-- repeated when the content or the mapping changes.
SELECT account_id, `at` AS parked_at, record_id, code, reason, run, content_hash
FROM (
  SELECT account_id, `at`, record_id, outcome, code, reason, run, content_hash
  FROM `${dataset}.sync_log`
  WHERE date >= DATE_SUB(CURRENT_DATE(), INTERVAL 400 DAY)
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY account_id
    ORDER BY `at` DESC, outcome, content_hash, run, code, reason, record_id
  ) = 1
) AS latest
WHERE outcome = 'parked'
