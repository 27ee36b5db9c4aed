-- What learners do, over 28 days and since the school year began in April. Sums of learners are
-- divided once, so that a class that joins in the middle counts from its first day.
SELECT
  account_id,
  SAFE_DIVIDE(
    SUM(CASE WHEN study_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN active_learners END),
    SUM(CASE WHEN study_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN registered_learners END)
  ) AS learner_activity_28d,
  SAFE_DIVIDE(
    SUM(CASE WHEN study_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN answers END),
    MAX(CASE WHEN study_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN registered_learners END)
  ) AS answers_per_learner_28d,
  COUNT(DISTINCT CASE WHEN study_date > DATE_SUB(@date, INTERVAL 28 DAY) AND active_learners > 0 THEN study_date END) AS study_days_28d,
  SAFE_DIVIDE(
    COUNT(DISTINCT CASE WHEN study_date >= school_year AND active_learners > 0 THEN DATE_TRUNC(study_date, WEEK) END),
    COUNT(DISTINCT CASE WHEN study_date >= school_year THEN DATE_TRUNC(study_date, WEEK) END)
  ) AS school_year_weeks_used,
  MAX(CASE WHEN study_date > DATE_SUB(@date, INTERVAL 28 DAY) THEN registered_learners END) AS registered_learners
FROM (
  SELECT
    account_id,
    study_date,
    registered_learners,
    active_learners,
    answers,
    DATE_ADD(DATE_TRUNC(DATE_SUB(@date, INTERVAL 3 MONTH), YEAR), INTERVAL 3 MONTH) AS school_year
  FROM learning_daily
  WHERE study_date > DATE_SUB(@date, INTERVAL 366 DAY)
) AS days
GROUP BY account_id
