# Pins: an alert on the absence of success, queries that need no metric to be known yet, a rate
# limit where log entries are matched, and the services that are ours and no others.

mock_provider "google" {}

variables {
  counters              = { scored = { event = "shard-scored", field = "scored" } }
  notification_channels = ["projects/acme-health/notificationChannels/1"]
  prefix                = "kenko-eu"
  project_id            = "acme-health"
  services              = { api = "kenko-eu-api", score = "kenko-eu-score" }
}

run "defaults" {
  assert {
    condition     = strcontains(google_logging_metric.counted["runs-finished"].filter, "resource.labels.service_name = (\"kenko-eu-api\" OR \"kenko-eu-score\")")
    error_message = "Entries of other deployments do not count."
  }
  assert {
    condition     = strcontains(google_logging_metric.counted["runs-finished"].filter, "NOT jsonPayload.run : \"-backfill-\"")
    error_message = "A backfill is no daily run."
  }
  assert {
    condition = (
      strcontains(google_monitoring_alert_policy.queried["no-finished-run"].conditions[0].condition_prometheus_query_language[0].query, "[26h]") &&
      strcontains(google_monitoring_alert_policy.queried["no-finished-run"].conditions[0].condition_prometheus_query_language[0].query, "logging_googleapis_com:user_kenko_eu_runs_finished{")
    )
    error_message = "26 hours without a finished run raise an alert."
  }
  assert {
    condition = alltrue([
      for policy in google_monitoring_alert_policy.queried :
      policy.conditions[0].condition_prometheus_query_language[0].disable_metric_validation == true
    ])
    error_message = "A metric that was just made is not known yet."
  }
  assert {
    condition = alltrue([
      for policy in google_monitoring_alert_policy.matched :
      length(policy.alert_strategy[0].notification_rate_limit) == 1
    ])
    error_message = "A matched log entry needs a rate limit."
  }
  assert {
    condition     = google_logging_metric.summed["scored"].value_extractor == "EXTRACT(jsonPayload.scored)"
    error_message = "What entries carry is summed."
  }
  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.matched), values(google_monitoring_alert_policy.measured), values(google_monitoring_alert_policy.queried)) :
      policy.notification_channels == tolist(["projects/acme-health/notificationChannels/1"]) && length(policy.documentation[0].content) > 80
    ])
    error_message = "Every alert goes to somebody, and says what to do."
  }
}

run "a_comparison_that_does_not_finish" {
  assert {
    condition     = !contains(keys(google_monitoring_alert_policy.queried), "reconcile-overdue")
    error_message = "Without Salesforce nothing is overdue."
  }
}

run "a_comparison_that_does_not_finish_with_salesforce" {
  variables {
    services   = { api = "kenko-eu-api", reconcile = "kenko-eu-reconcile" }
    thresholds = { reconciled_hours = 200 }
  }
  assert {
    condition = (
      strcontains(google_monitoring_alert_policy.queried["reconcile-overdue"].conditions[0].condition_prometheus_query_language[0].query, "logging_googleapis_com:user_kenko_eu_reconciled{") &&
      strcontains(google_monitoring_alert_policy.queried["reconcile-overdue"].conditions[0].condition_prometheus_query_language[0].query, "[200h])) or vector(0)) < 0.5")
    )
    error_message = "That none has finished for so long raises an alert, also where nothing was ever counted."
  }
  assert {
    condition     = strcontains(google_logging_metric.counted["reconciled"].filter, "(\"reconciled\" OR \"records-differ\")")
    error_message = "A comparison has finished whatever it found."
  }
}

run "refuses_services_without_the_api" {
  command = plan
  variables {
    services = { score = "kenko-eu-score" }
  }
  expect_failures = [var.services]
}

run "refuses_a_threshold_of_nothing" {
  command = plan
  variables {
    thresholds = { api_errors = 0 }
  }
  expect_failures = [var.thresholds]
}
