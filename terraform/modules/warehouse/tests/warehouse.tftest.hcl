# Pins: layouts as sql/tables has them, a partition filter, protection against a layout that
# cannot be changed in place, and roles on datasets and tables, never on the project.

mock_provider "google" {
  source = "../../tests/mocks"
}

variables {
  dataset        = "kenko"
  location       = "asia-northeast1"
  prefix         = "kenko"
  project_id     = "acme-health"
  tables_folder  = "../../../sql/tables"
  views_folder   = "../../../sql/views"
  appenders      = { sync-salesforce = { member = "serviceAccount:kenko-sync-salesforce@acme-health.iam.gserviceaccount.com", tables = ["sync_log"] } }
  readers        = { api = { member = "serviceAccount:kenko-api@acme-health.iam.gserviceaccount.com", tables = ["score_history"] } }
  source_readers = { score = "serviceAccount:kenko-score@acme-health.iam.gserviceaccount.com" }
  sources = {
    "acme-data.mart" = { dataset = "mart", project_id = "acme-data" }
    "warehouse"      = { dataset = "warehouse", project_id = "acme-health" }
  }
  writers = {
    publish-shard = { member = "serviceAccount:kenko-publish-shard@acme-health.iam.gserviceaccount.com" }
    score         = { member = "serviceAccount:kenko-score@acme-health.iam.gserviceaccount.com", shares_jobs = true }
  }
}

run "defaults" {
  assert {
    condition = (
      google_bigquery_table.this["score_history"].time_partitioning[0].field == "date" &&
      google_bigquery_table.this["score_history"].require_partition_filter == true &&
      google_bigquery_table.this["score_history"].clustering == tolist(["account_id", "score"])
    )
    error_message = "History is partitioned by date, clustered, and never read without a date."
  }
  assert {
    condition     = google_bigquery_table.this["score_history"].deletion_protection == true && google_bigquery_dataset.this.delete_contents_on_destroy == false
    error_message = "By default, history cannot be lost."
  }
  assert {
    condition = {
      for column in jsondecode(google_bigquery_table.this["score_history"].schema) : column.name => "${column.type} ${column.mode}"
      if contains(["date", "points", "confidence", "waiting_for_data", "contributions"], column.name)
      } == {
      confidence       = "FLOAT NULLABLE"
      contributions    = "INTEGER REPEATED"
      date             = "DATE REQUIRED"
      points           = "INTEGER NULLABLE"
      waiting_for_data = "BOOLEAN NULLABLE"
    }
    error_message = "Types are BigQuery's own names, arrays are repeated."
  }
  assert {
    condition = (
      google_project_iam_member.writer_jobs["score"].role == "projects/acme-health/roles/kenko_jobs" &&
      google_project_iam_member.writer_jobs["publish-shard"].role == "roles/bigquery.jobUser"
    )
    error_message = "Only those who share jobs look up those of others."
  }
  assert {
    condition = keys(google_bigquery_dataset_iam_member.source_reader) == ["score:acme-data.mart", "score:warehouse"] && alltrue([
      for grant in google_bigquery_dataset_iam_member.source_reader : grant.role == "roles/bigquery.dataViewer"
    ])
    error_message = "The team's data is read, and nothing else."
  }
}

run "views_and_logs" {
  assert {
    condition     = strcontains(google_bigquery_table.view["latest_scores"].view[0].query, "FROM `acme-health.kenko.score_history`")
    error_message = "A view reads the tables of this dataset."
  }
  assert {
    condition     = startswith(google_bigquery_table.view["latest_scores"].description, "The newest result of every account and score") && !strcontains(google_bigquery_table.view["latest_scores"].description, "--")
    error_message = "A view says what it is."
  }
  assert {
    condition     = { for name, grant in google_bigquery_table_iam_member.table_user : name => grant.role } == { "api:score_history" = "roles/bigquery.dataViewer", "sync-salesforce:sync_log" = "roles/bigquery.dataEditor" }
    error_message = "Who reads one table reads it, who appends to one appends to it."
  }
}

run "history_that_ends" {
  command = plan
  variables {
    history_days      = 800
    delete_protection = false
  }
  assert {
    condition     = google_bigquery_table.this["score_history"].time_partitioning[0].expiration_ms == 69120000000
    error_message = "800 days in milliseconds."
  }
  assert {
    condition     = google_bigquery_table.this["score_history"].deletion_protection == false && google_bigquery_dataset.this.delete_contents_on_destroy == true
    error_message = "Without protection, everything can be destroyed."
  }
}

run "refuses_a_dataset_with_a_hyphen" {
  command = plan
  variables {
    dataset = "kenko-eu"
  }
  expect_failures = [var.dataset]
}

run "refuses_history_shorter_than_a_year" {
  command = plan
  variables {
    history_days = 90
  }
  expect_failures = [var.history_days]
}
