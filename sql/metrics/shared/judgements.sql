-- The latest judgement of each kind that still counts.
SELECT
  account_id,
  MAX(CASE WHEN kind = 'proficiency' THEN value END) AS admin_proficiency,
  MAX(CASE WHEN kind = 'embeddedness' THEN value END) AS embeddedness,
  MAX(CASE WHEN kind = 'sponsorship' THEN value END) AS sponsorship
FROM (
  SELECT account_id, kind, value, assessed_on, valid_until
  FROM assessments
  WHERE assessed_on <= @date
  QUALIFY ROW_NUMBER() OVER (PARTITION BY account_id, kind ORDER BY assessed_on DESC, value ASC, valid_until DESC) = 1
) AS latest
WHERE IFNULL(valid_until, DATE_ADD(assessed_on, INTERVAL 365 DAY)) >= @date
GROUP BY account_id
