# Pins: a JSON body with its content type, retries (Cloud Scheduler's default is none), and a
# token for the address without a path.

mock_provider "google" {}

variables {
  deadline_seconds = 1800
  description      = "Scores every account"
  name             = "daily"
  prefix           = "kenko"
  project_id       = "acme-health"
  region           = "asia-northeast1"
  schedule         = { cron = "0 5 * * *", time_zone = "Asia/Tokyo" }
  target = {
    caller = { email = "kenko-to-score@acme-health.iam.gserviceaccount.com", id = "projects/acme-health/serviceAccounts/kenko-to-score@acme-health.iam.gserviceaccount.com" }
    uri    = "https://kenko-score-abc-an.a.run.app"
  }
}

run "defaults" {
  assert {
    condition     = output.job == "kenko-daily" && google_cloud_scheduler_job.this.time_zone == "Asia/Tokyo"
    error_message = "The job runs at its time in its zone."
  }
  assert {
    condition = (
      base64decode(google_cloud_scheduler_job.this.http_target[0].body) == "{}" &&
      google_cloud_scheduler_job.this.http_target[0].headers["Content-Type"] == "application/json"
    )
    error_message = "The body is JSON and says so."
  }
  assert {
    condition     = google_cloud_scheduler_job.this.retry_config[0].retry_count == 5
    error_message = "A failed call is made again."
  }
  assert {
    condition     = google_cloud_scheduler_job.this.http_target[0].oidc_token[0].audience == "https://kenko-score-abc-an.a.run.app"
    error_message = "Cloud Run takes tokens for its address only."
  }
  assert {
    condition     = google_cloud_scheduler_job.this.attempt_deadline == "1800s"
    error_message = "It waits as long as the function may take."
  }
}

run "a_body" {
  command = plan
  variables {
    body = { resume = true }
  }
  assert {
    condition     = base64decode(google_cloud_scheduler_job.this.http_target[0].body) == "{\"resume\":true}"
    error_message = "The function is asked for what the body says."
  }
}

run "paused" {
  command = plan
  variables {
    schedule = { cron = "0 5 * * *", time_zone = "Asia/Tokyo", paused = true }
  }
  assert {
    condition     = google_cloud_scheduler_job.this.paused == true
    error_message = "A paused job is paused."
  }
}

run "refuses_a_deadline_beyond_half_an_hour" {
  command = plan
  variables {
    deadline_seconds = 1801
  }
  expect_failures = [var.deadline_seconds]
}

run "refuses_no_retries" {
  command = plan
  variables {
    retry_count = 0
  }
  expect_failures = [var.retry_count]
}

run "refuses_a_cron_expression_of_four_fields" {
  command = plan
  variables {
    schedule = { cron = "5 * * *", time_zone = "Asia/Tokyo" }
  }
  expect_failures = [var.schedule]
}
