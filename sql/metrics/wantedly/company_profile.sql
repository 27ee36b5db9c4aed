-- How far the company profile is filled in, after its latest change.
SELECT
  account_id,
  SAFE_DIVIDE(sections_filled, sections_total) AS profile_filled
FROM profile_updates
QUALIFY ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY updated_on DESC, sections_filled DESC, sections_total DESC) = 1
