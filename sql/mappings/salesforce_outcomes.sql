-- The table outcomes from Salesforce's closed opportunities, as Fivetran copies them into a dataset called
-- salesforce: a renewal that was lost is a churn, with its reason from a picklist. Copy it, and change what is
-- yours: the column of the account's id, the types of opportunities, the picklist.
SELECT account_id, outcome_on, kind, mrr, CAST(NULL AS DATE) AS notice_on,
  CASE WHEN kind = 'churned' THEN
    -- On the left the picklist's values in small letters, on the right your own list. Others stay as they are.
    CASE LOWER(TRIM(loss_reason))
      WHEN 'price too high' THEN 'price'
      WHEN 'budget cut' THEN 'price'
      WHEN 'missing functionality' THEN 'missing feature'
      WHEN 'poor support' THEN 'support'
      WHEN 'not adopted' THEN 'not used'
      WHEN 'champion left' THEN 'key person left'
      WHEN 'chose competitor' THEN 'competitor'
      WHEN 'company closed' THEN 'out of business'
      ELSE LOWER(NULLIF(TRIM(loss_reason), ''))
    END
  END AS reason
FROM (
  SELECT
    account.kenko_account_id_c AS account_id,
    opportunity.close_date AS outcome_on,
    CASE
      WHEN opportunity.is_won AND opportunity.type = 'New Business' THEN 'contracted'
      WHEN opportunity.is_won AND opportunity.type = 'Renewal' THEN 'renewed'
      WHEN opportunity.is_won AND opportunity.type = 'Upsell' THEN 'expanded'
      -- New business and upsells that were lost end no contract.
      WHEN NOT opportunity.is_won AND opportunity.type = 'Renewal' THEN 'churned'
    END AS kind,
    -- Where the amount is that of a year.
    CAST(ROUND(opportunity.amount * 100 / 12) / 100 AS NUMERIC) AS mrr,
    opportunity.loss_reason_c AS loss_reason,
    opportunity.id AS id
  FROM salesforce.opportunity AS opportunity
  JOIN salesforce.account AS account ON account.id = opportunity.account_id
  WHERE opportunity.is_closed AND NOT opportunity.is_deleted
) AS closed
WHERE kind IS NOT NULL AND account_id IS NOT NULL
-- Two renewals of one account and day are one outcome.
QUALIFY ROW_NUMBER() OVER (PARTITION BY account_id, outcome_on, kind ORDER BY mrr DESC, id) = 1
