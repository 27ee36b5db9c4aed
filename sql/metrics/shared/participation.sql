-- What people of an account took part in. Most never do, which is known: no row means none.
SELECT
  account_id,
  COUNT(CASE WHEN kind = 'event' AND took_part_on > DATE_SUB(@date, INTERVAL 182 DAY) THEN 1 END) AS events_attended_182d,
  COUNT(CASE WHEN kind = 'community' AND took_part_on > DATE_SUB(@date, INTERVAL 182 DAY) THEN 1 END) AS community_posts_182d,
  COUNT(CASE WHEN kind = 'case_study' AND took_part_on > DATE_SUB(@date, INTERVAL 365 DAY) THEN 1 END) AS case_studies_365d,
  COUNT(CASE WHEN kind = 'co_creation' AND took_part_on > DATE_SUB(@date, INTERVAL 365 DAY) THEN 1 END) AS co_creations_365d
FROM participations
GROUP BY account_id
