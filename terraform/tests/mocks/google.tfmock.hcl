# Values as Google gives them, where the shape matters to what reads them.

mock_resource "google_service_account" {
  defaults = {
    email  = "somebody@acme-health.iam.gserviceaccount.com"
    id     = "projects/acme-health/serviceAccounts/somebody@acme-health.iam.gserviceaccount.com"
    member = "serviceAccount:somebody@acme-health.iam.gserviceaccount.com"
    name   = "projects/acme-health/serviceAccounts/somebody@acme-health.iam.gserviceaccount.com"
  }
}

mock_resource "google_artifact_registry_repository" {
  defaults = {
    id   = "projects/acme-health/locations/asia-northeast1/repositories/kenko-functions"
    name = "kenko-functions"
  }
}

mock_resource "google_cloudfunctions2_function" {
  defaults = {
    service_config = {
      uri = "https://kenko-score-abc-an.a.run.app"
    }
  }
}

mock_resource "google_monitoring_notification_channel" {
  defaults = {
    id   = "projects/acme-health/notificationChannels/12345"
    name = "projects/acme-health/notificationChannels/12345"
  }
}

mock_resource "google_project_iam_custom_role" {
  defaults = {
    name = "projects/acme-health/roles/kenko_jobs"
  }
}

mock_resource "google_pubsub_topic" {
  defaults = {
    id = "projects/acme-health/topics/kenko-score-shards"
  }
}

mock_resource "google_secret_manager_secret" {
  defaults = {
    id = "projects/acme-health/secrets/kenko-salesforce-private-key"
  }
}

mock_resource "google_secret_manager_secret_version" {
  defaults = {
    version = "1"
  }
}

mock_resource "google_storage_bucket" {
  defaults = {
    project_number = 123456789012
  }
}
