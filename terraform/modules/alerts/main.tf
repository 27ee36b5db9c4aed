# Alert policies. Each says in its notification what it means and what to do; terraform/README.md
# has the same under "Alerts".
#
# A metric that was just made is unknown to Cloud Monitoring for some minutes, and a policy on it
# is refused; so policies match log entries, or are PromQL, whose metrics need not exist yet.

locals {
  matched = {
    accounts-not-published = {
      severity = "ERROR"
      event    = "jsonPayload.event = \"accounts-not-published\""
      every    = "86400s"
      means    = "Some accounts cannot be written as they are, and keep what was shown of them before; all others are published."
      remedy   = "The entry names table, column and the first account: a text that is far too long, or no valid one. Mend it in the source; the next run publishes the account. `GET /v1/runs/{id}` lists them."
    }
    not-configured = {
      severity = "CRITICAL"
      event    = "jsonPayload.event = \"not-configured\""
      every    = "3600s"
      means    = "A function refuses every request, because its environment lacks something; its log entry names the variable."
      remedy   = "Somebody changed the function by hand, or deployed an archive that needs newer Terraform files: run `terraform apply` of the same commit as the archive."
    }
    records-differ = {
      severity = "WARNING"
      event    = "jsonPayload.event = \"records-differ\""
      every    = "43200s"
      means    = "At night, Salesforce did not hold what Kenko wrote, refuses some accounts, or has no record of them. What can be mended was sent again."
      remedy   = "The entry counts each sort: `differing` means that something else writes Kenko's fields, `missing` that accounts have no record, `moved` that the external id stands on another record now, `left` that one is nobody's any more, `parked` that a row is refused. The document in `reconciliations` names examples."
    }
    records-left = {
      severity = "ERROR"
      event    = "jsonPayload.event = \"records-left\""
      every    = "43200s"
      means    = "So many records in Salesforce that are nobody's show scores that it looks like a mistake: they lost the id of their account, or were copied from an account's. They were not emptied."
      remedy   = "`left` counts those that show an account: was the external id field overwritten by an import? Put the ids back, and the next comparison is content. If it was meant, or records were imported with Kenko's fields, empty those. `unclaimed` counts records of nobody's that show anything there; over 10,000, people use one of the fields: give it `by_hand: keep` in `salesforce.yaml`."
    }
    rows-not-scored = {
      severity = "WARNING"
      event    = "jsonPayload.event = \"rows-not-scored\""
      every    = "86400s"
      means    = "Some accounts could not be scored and keep their previous result."
      remedy   = "`SELECT account_id, reason FROM score_history WHERE date = ... AND state = 'error'` says why; mend the data or the rule."
    }
    run-expired = {
      severity = "ERROR"
      event    = "jsonPayload.event = \"run-expired\""
      every    = "3600s"
      means    = "Nobody decided about a held run for a week, so it was thrown away."
      remedy   = "Its changes come again with every further run: look at `run-held`, and decide."
    }
    run-failed = {
      severity = "CRITICAL"
      event    = "jsonPayload.event = \"run-failed\""
      every    = "300s"
      means    = "A run ended without effect; everybody still sees the results before."
      remedy   = "The entry's reason names the table, column or rule. Mend it, then run the daily job again: the same slot starts over."
    }
    run-held = {
      severity = "ERROR"
      event    = "jsonPayload.event = \"run-held\""
      every    = "300s"
      means    = "More accounts would be gone, in another band or unknown than the pack's breaker allows in one run, or a source lost its rows, so nothing was published."
      remedy   = "The entry's reason has the numbers and names the tables. Look at what changed: a feed, a mapping, a rule. If it is meant, `POST /v1/runs/{id}/release`; if not, mend it, `POST /v1/runs/{id}/discard`, and run again."
    }
    run-stuck = {
      severity = "CRITICAL"
      event    = "jsonPayload.event = \"run-stuck\""
      every    = "3600s"
      means    = "A run that is scored does not come to its end: it has been closing or publishing for over an hour without progress, and later runs wait for it."
      remedy   = "The entry's reason is what it last failed by. Mend that, and `sweep` goes on within ten minutes. Where the copy into the history fails for good (`copy-failed`), `POST /v1/runs/{id}/discard` lets the next run begin."
    }
    run-withheld = {
      severity = "ERROR"
      event    = "jsonPayload.event = \"run-withheld\""
      every    = "43200s"
      means    = "Most accounts are unknown, as they have been since the pack's first run, so nothing was written to Salesforce; the API and the dashboard show the run."
      remedy   = "The entry's reason names the tables and metrics that are missing. Mend that, and the next run writes all accounts. If it is meant, `POST /v1/runs/{id}/release`."
    }
    salesforce-headroom = {
      severity = "WARNING"
      event    = "jsonPayload.event = \"sync-delayed\" AND jsonPayload.code = \"daily-limit\""
      every    = "21600s"
      means    = "The org's daily API calls are nearly used up; Kenko leaves the rest to others and waits."
      remedy   = "Nothing is lost: what waits is sent as calls come free. Find what else uses them (Salesforce Setup, System Overview), or buy more calls."
    }
    salesforce-login = {
      severity = "CRITICAL"
      event    = "jsonPayload.event = \"credentials-refused\""
      every    = "3600s"
      means    = "Salesforce refuses Kenko's login or its calls, so nothing is written there."
      remedy   = "`jsonPayload.code` says which. Check the connected app, its user's permissions and its certificate's end; rotate the secret (README, \"Secrets\"). What waits is sent by itself afterwards."
    }
    scorecard-aged = {
      severity = "WARNING"
      event    = "jsonPayload.event = \"scorecard-aged\""
      every    = "86400s"
      means    = "Points of a score have stood far, for eight weeks, from where they stood when its scorecards were tuned or accepted. It is said once."
      remedy   = "The entry names the metrics that moved as far. Has a feed changed, or the customers? Mend the feed; or hold the score against new outcomes (kenko evidence report --deployed), and tune or accept it again."
    }
    source-stale = {
      severity = "WARNING"
      event    = "jsonPayload.event = \"source-stale\""
      every    = "43200s"
      means    = "A source table has no complete data for the run's day: its measures are as of its last complete day, and missing beyond max_age."
      remedy   = "Find out why the feed of the table in `jsonPayload.table` is late. When it has arrived, run the daily job again: the date is revised."
    }
  }

  # Where there is no Salesforce, nothing is compared with it.
  queried = { for name, alert in local.all_queried : name => alert if name != "reconcile-overdue" || contains(keys(var.services), "reconcile") }

  all_queried = {
    accounts-parked = {
      severity = "WARNING"
      query    = "sum(increase(${local.promql.accounts-parked}{monitored_resource=\"cloud_run_revision\"}[24h])) > ${var.thresholds.parked_accounts}"
      means    = "Over ${var.thresholds.parked_accounts} accounts were refused by Salesforce within a day; each is tried again at night, and when its content or the mapping changes."
      remedy   = "`jsonPayload.code` of the entries `account-parked` says why: a validation rule, a missing field permission, a record that is gone. Mend it there or in salesforce.yaml."
    }
    no-finished-run = {
      severity = "CRITICAL"
      query    = "(sum(increase(${local.promql.runs-finished}{monitored_resource=\"cloud_run_revision\"}[${var.thresholds.finished_run_hours}h])) or vector(0)) < 0.5"
      means    = "No run has finished for ${var.thresholds.finished_run_hours} hours: scores grow old, whatever the reason. Also on the first day, until a run has finished."
      remedy   = "Look for `run-failed`, `run-held`, dead letters; look whether the daily job is paused or its calls fail (Cloud Scheduler). Then run it: `gcloud scheduler jobs run`."
    }
    reconcile-overdue = {
      severity = "ERROR"
      query    = "(sum(increase(${local.promql.reconciled}{monitored_resource=\"cloud_run_revision\"}[${var.thresholds.reconciled_hours}h])) or vector(0)) < 0.5"
      means    = "No comparison with Salesforce has come to its end for ${var.thresholds.reconciled_hours} hours: what people change there, and what was lost on the way, is not noticed. Also on the first days, until the first night."
      remedy   = "The newest entry `reconcile-progressed` says how far it is, and `request-failed` or `sync-delayed` of `reconcile` what stops it: a login, no calls left, an error. Look whether the jobs `reconcile` and `reconcile-resume` are paused (Cloud Scheduler). It goes on where it stopped, every half hour."
    }
    requests-failed = {
      severity = "ERROR"
      query    = "sum(increase(${local.promql.requests-failed}{monitored_resource=\"cloud_run_revision\"}[15m])) > ${var.thresholds.failed_requests}"
      means    = "Over ${var.thresholds.failed_requests} requests or messages failed within 15 minutes by an error of ours; messages are delivered again."
      remedy   = "The entries `request-failed` carry function, code and reason. If it began with a deployment, roll back (README, \"Rollback\")."
    }
  }

  api = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${var.services["api"]}\""
  measured = {
    api-errors = {
      severity  = "ERROR"
      filter    = "${local.api} AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = var.thresholds.api_errors
      means     = "The API answered over ${var.thresholds.api_errors} requests with 5xx within 5 minutes."
      remedy    = "The entries `request-failed` of the API say why. If it began with a deployment, roll back (README, \"Rollback\")."
    }
    api-latency = {
      severity  = "WARNING"
      filter    = "${local.api} AND metric.type = \"run.googleapis.com/request_latencies\""
      aligner   = "ALIGN_PERCENTILE_95"
      reducer   = "REDUCE_MAX"
      threshold = var.thresholds.api_latency_ms
      means     = "One request in twenty takes longer than ${var.thresholds.api_latency_ms} ms."
      remedy    = "Look at instances and cold starts on the dashboard: raise `functions.api.min_instances` or `max_instances`. Histories read BigQuery and take a second or two."
    }
  }
}

resource "google_monitoring_alert_policy" "matched" {
  for_each = local.matched

  project               = var.project_id
  display_name          = "${var.prefix}: ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = var.notification_channels
  user_labels           = var.labels

  conditions {
    display_name = "A log entry ${each.key}"
    condition_matched_log {
      filter = "${local.ours} AND ${each.value.event}"
    }
  }

  alert_strategy {
    auto_close = "86400s"
    # Required with log entries: one notification for all entries of this time.
    notification_rate_limit {
      period = each.value.every
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${each.value.means}\n\n${each.value.remedy}"
  }
}

resource "google_monitoring_alert_policy" "queried" {
  for_each = local.queried

  project               = var.project_id
  display_name          = "${var.prefix}: ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = var.notification_channels
  user_labels           = var.labels

  conditions {
    display_name = each.key
    condition_prometheus_query_language {
      query                     = each.value.query
      duration                  = "300s"
      evaluation_interval       = "300s"
      disable_metric_validation = true
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${each.value.means}\n\n${each.value.remedy}"
  }

  depends_on = [google_logging_metric.counted]
}

resource "google_monitoring_alert_policy" "measured" {
  for_each = local.measured

  project               = var.project_id
  display_name          = "${var.prefix}: ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = var.notification_channels
  user_labels           = var.labels

  conditions {
    display_name = each.key
    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "300s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${each.value.means}\n\n${each.value.remedy}"
  }
}
