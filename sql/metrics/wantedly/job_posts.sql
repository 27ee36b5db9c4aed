-- Job posts. One that is taken down after @date is still public: closed_on may be filled in later.
SELECT
  account_id,
  COUNT(CASE WHEN closed_on IS NULL OR closed_on > @date THEN 1 END) AS jobs_public,
  COUNT(CASE WHEN published_on > DATE_SUB(@date, INTERVAL 28 DAY) THEN 1 END) AS jobs_published_28d,
  COUNT(CASE WHEN published_on > DATE_SUB(@date, INTERVAL 28 DAY) THEN 1 END)
    - COUNT(CASE WHEN published_on <= DATE_SUB(@date, INTERVAL 28 DAY) AND published_on > DATE_SUB(@date, INTERVAL 56 DAY) THEN 1 END) AS jobs_published_gained_28d
FROM postings
WHERE published_on > DATE_SUB(@date, INTERVAL 366 DAY)
GROUP BY account_id
