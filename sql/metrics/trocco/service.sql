-- How the service is for the customer. Coverage is that of the latest day within four weeks.
SELECT
  account_id,
  SAFE_DIVIDE(SUM(display_ms), COUNT(display_ms)) AS display_ms_28d,
  SAFE_DIVIDE(SUM(transferred_mb), MAX(free_mb)) AS free_quota_share_28d,
  SAFE_DIVIDE(
    MAX(CASE WHEN latest = 1 THEN sources_covered END),
    MAX(CASE WHEN latest = 1 THEN sources_needed END)
  ) AS source_coverage
FROM (
  SELECT
    account_id,
    display_ms,
    transferred_mb,
    free_mb,
    sources_covered,
    sources_needed,
    ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY service_date DESC, sources_needed DESC, sources_covered DESC) AS latest
  FROM service_daily
  WHERE service_date > DATE_SUB(@date, INTERVAL 28 DAY)
) AS days
GROUP BY account_id
