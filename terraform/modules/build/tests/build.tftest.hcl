# Pins: an archive named by its content, a private bucket, and a builder whose roles lie on the
# one repository and the one bucket.

mock_provider "google" {
  source = "../../tests/mocks"
}

variables {
  archive    = "/dist/functions-0123456789abcdef.zip"
  prefix     = "kenko"
  project_id = "acme-health"
  region     = "asia-northeast1"
}

run "defaults" {
  assert {
    condition     = output.source.object == "functions-0123456789abcdef.zip"
    error_message = "Another archive has to be another object, else functions do not notice."
  }
  assert {
    condition = (
      google_storage_bucket.source.name == "acme-health-kenko-source" &&
      google_storage_bucket.source.public_access_prevention == "enforced" &&
      google_storage_bucket.source.uniform_bucket_level_access == true
    )
    error_message = "The bucket is nobody else's."
  }
  assert {
    condition     = google_storage_bucket.source.force_destroy == false
    error_message = "By default, archives keep the bucket from being deleted."
  }
  assert {
    condition     = length(google_project_iam_member.builder_copies.condition) == 1
    error_message = "On the project, the builder reads the buckets of Cloud Functions only."
  }
  assert {
    condition     = output.project_number == 123456789012
    error_message = "The budget needs the project's number."
  }
}

run "without_protection" {
  command = plan
  variables {
    delete_protection = false
  }
  assert {
    condition     = google_storage_bucket.source.force_destroy == true
    error_message = "Without protection, destroy deletes the archives too."
  }
}

run "refuses_what_is_no_archive" {
  command = plan
  variables {
    archive = "dist/functions"
  }
  expect_failures = [var.archive]
}
