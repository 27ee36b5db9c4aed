-- Contract period: how long a term is, and whether it is the first one. A month has at most 31
-- days, and renewals are dated a few days off.
SELECT
  account_id,
  MAX(term_months) AS contract_months,
  LOGICAL_AND(DATE_DIFF(renewal_on, started_on, DAY) <= term_months * 31 + 10) AS first_term
FROM contracts
WHERE status = 'active' AND started_on <= @date
GROUP BY account_id
