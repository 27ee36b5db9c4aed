# A job that calls a function at its times.

resource "google_cloud_scheduler_job" "this" {
  project     = var.project_id
  region      = var.region
  name        = "${var.prefix}-${var.name}"
  description = var.description
  schedule    = var.schedule.cron
  time_zone   = var.schedule.time_zone
  paused      = var.schedule.paused

  # A call that takes longer counts as failed and is made again, while the first still runs.
  attempt_deadline = "${var.deadline_seconds}s"

  # A slot is one run however often it is called, so a failed call is simply made again.
  retry_config {
    retry_count          = var.retry_count
    min_backoff_duration = "30s"
    max_backoff_duration = "600s"
    max_doublings        = 5
  }

  http_target {
    uri         = var.target.uri
    http_method = "POST"
    body        = base64encode(jsonencode(var.body))
    # Scheduler's own default is octet-stream.
    headers = {
      "Content-Type" = "application/json"
    }
    oidc_token {
      service_account_email = var.target.caller.email
      audience              = var.target.uri
    }
  }
}
