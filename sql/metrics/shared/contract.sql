-- Terms in force. An active contract outranks a trial. Of several, the next renewal counts; one that
-- passed counts only where none is ahead.
SELECT
  account_id,
  CASE WHEN COUNT(CASE WHEN status = 'active' THEN 1 END) > 0 THEN 'active' WHEN COUNT(CASE WHEN status = 'trial' THEN 1 END) > 0 THEN 'trial' ELSE 'ended' END AS contract_status,
  DATE_DIFF(@date, MIN(CASE WHEN status = 'active' THEN started_on END), DAY) AS days_since_start,
  DATE_DIFF(
    COALESCE(
      MIN(CASE WHEN status = 'active' AND renewal_on >= @date THEN renewal_on END),
      MAX(CASE WHEN status = 'active' THEN renewal_on END)
    ),
    @date,
    DAY
  ) AS days_to_renewal,
  NULLIF(SUM(CASE WHEN status IN ('active', 'trial') THEN seats END), 0) AS seats
FROM contracts
WHERE started_on <= @date
GROUP BY account_id
