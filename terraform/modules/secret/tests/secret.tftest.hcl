# Pins: a value that is in no state, a version that follows `value_version`, one reader each.

mock_provider "google" {
  source = "../../tests/mocks"
}

variables {
  name          = "salesforce-private-key"
  prefix        = "kenko"
  project_id    = "acme-health"
  readers       = { sync-salesforce = "serviceAccount:kenko-sync-salesforce@acme-health.iam.gserviceaccount.com" }
  value         = "a secret"
  value_version = 1
}

run "defaults" {
  assert {
    condition     = google_secret_manager_secret_version.this.secret_data == null && google_secret_manager_secret_version.this.secret_data_wo == null
    error_message = "The value is handed over and not kept."
  }
  assert {
    condition     = google_secret_manager_secret.this.deletion_protection == true
    error_message = "By default, a secret is not deleted."
  }
  assert {
    condition     = output.version.secret == "kenko-salesforce-private-key" && output.version.version == "1"
    error_message = "Functions name secret and version."
  }
  assert {
    condition     = [for grant in google_secret_manager_secret_iam_member.reader : grant.role] == ["roles/secretmanager.secretAccessor"]
    error_message = "Readers read the value, and that is all."
  }
}

run "refuses_a_version_that_is_no_number_from_1" {
  command = plan
  variables {
    value_version = 0
  }
  expect_failures = [var.value_version]
}
