# What the functions log, as metrics: every entry has an `event` whose name stays
# (functions/log.ts).

locals {
  ours = join(" AND ", [
    "resource.type = \"cloud_run_revision\"",
    "resource.labels.service_name = (${join(" OR ", [for service in sort(values(var.services)) : "\"${service}\""])})",
  ])

  # Events that are counted. A backfill that finishes says nothing about the daily run.
  counted = {
    accounts-parked = "jsonPayload.event = \"account-parked\""
    reconciled      = "jsonPayload.event = (\"reconciled\" OR \"records-differ\")"
    requests-failed = "jsonPayload.event = \"request-failed\""
    runs-failed     = "jsonPayload.event = \"run-failed\""
    runs-finished   = "jsonPayload.event = \"run-finished\" AND NOT jsonPayload.run : \"-backfill-\""
    sync-delayed    = "jsonPayload.event = \"sync-delayed\""
  }

  # How PromQL calls a log-based metric.
  # https://cloud.google.com/monitoring/promql/promql-mapping
  promql = {
    for name in concat(keys(local.counted), keys(var.counters)) :
    name => "logging_googleapis_com:user_${replace("${var.prefix}-${name}", "-", "_")}"
  }
}

resource "google_logging_metric" "counted" {
  for_each = local.counted

  project     = var.project_id
  name        = "${var.prefix}-${each.key}"
  description = "Log entries of Kenko: ${each.value}"
  filter      = "${local.ours} AND ${each.value}"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }
}

# A number that entries carry. Only a distribution extracts one; its sum is what counts.
resource "google_logging_metric" "summed" {
  for_each = var.counters

  project         = var.project_id
  name            = "${var.prefix}-${each.key}"
  description     = "Sum of ${each.value.field} over entries ${each.value.event} of Kenko"
  filter          = "${local.ours} AND jsonPayload.event = \"${each.value.event}\""
  value_extractor = "EXTRACT(jsonPayload.${each.value.field})"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "1"
  }
  bucket_options {
    exponential_buckets {
      growth_factor      = 4
      num_finite_buckets = 12
      scale              = 1
    }
  }
}
