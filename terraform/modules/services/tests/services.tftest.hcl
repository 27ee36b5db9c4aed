# Pins: APIs that stay enabled when Kenko goes, and Resource Manager before everything that is
# granted on the project.

mock_provider "google" {}
mock_provider "google-beta" {
  source = "../../tests/mocks"
}

variables {
  project_id = "acme-health"
  apis       = ["cloudresourcemanager.googleapis.com", "pubsub.googleapis.com", "run.googleapis.com"]
}

run "apis" {
  assert {
    condition     = keys(google_project_service.first) == ["cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com"]
    error_message = "What enables APIs and grants roles has to be enabled first."
  }
  assert {
    condition     = keys(google_project_service.this) == ["pubsub.googleapis.com", "run.googleapis.com"]
    error_message = "Every other API is enabled once."
  }
  assert {
    condition     = alltrue([for api in google_project_service.this : api.disable_on_destroy == false])
    error_message = "An API that others may use stays enabled."
  }
  assert {
    condition     = output.pubsub_agent == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "The agent is a member of bindings."
  }
}

run "refuses_a_name_that_is_no_api" {
  command = plan
  variables {
    apis = ["pubsub.googleapis.com", "run"]
  }
  expect_failures = [var.apis]
}

run "refuses_a_list_without_pubsub" {
  command = plan
  variables {
    apis = ["run.googleapis.com"]
  }
  expect_failures = [var.apis]
}
