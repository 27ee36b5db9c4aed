# Pins: HTTP functions without event triggers, internal unless said otherwise, called by one
# identity of their own; and sizes that Google takes.

mock_provider "google" {
  source = "../../tests/mocks"
}

variables {
  description           = "Scores one shard"
  name                  = "score-shard"
  prefix                = "kenko"
  project_id            = "acme-health"
  region                = "asia-northeast1"
  service_account_email = "kenko-score-shard@acme-health.iam.gserviceaccount.com"
  source_code = {
    bucket     = "acme-health-kenko-source"
    builder    = "projects/acme-health/serviceAccounts/kenko-build@acme-health.iam.gserviceaccount.com"
    object     = "functions-0123456789abcdef.zip"
    repository = "projects/acme-health/locations/asia-northeast1/repositories/kenko-functions"
  }
}

run "defaults" {
  assert {
    condition     = length(google_cloudfunctions2_function.this.event_trigger) == 0
    error_message = "An event trigger has no dead letters."
  }
  assert {
    condition = (
      google_cloudfunctions2_function.this.build_config[0].runtime == "nodejs24" &&
      google_cloudfunctions2_function.this.build_config[0].entry_point == "score-shard"
    )
    error_message = "The function of that name runs on the runtime that the tests run on."
  }
  assert {
    condition     = google_cloudfunctions2_function.this.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "Nobody outside reaches a function unless that is wanted."
  }
  assert {
    condition     = google_service_account.caller["this"].account_id == "kenko-to-score-shard"
    error_message = "It is called by an identity of its own."
  }
  assert {
    condition     = [for grant in google_cloud_run_service_iam_member.invoker : grant.role] == ["roles/run.invoker"]
    error_message = "Only its caller may call it."
  }
  assert {
    condition     = output.uri == google_cloudfunctions2_function.this.service_config[0].uri
    error_message = "It is called at the address of its Cloud Run service."
  }
}

run "people_call_it" {
  variables {
    has_caller = false
    ingress    = "ALLOW_ALL"
    invokers   = { everybody = "allUsers" }
  }
  assert {
    condition     = output.caller == null
    error_message = "Where nothing of Google's calls it, there is no identity for that."
  }
  assert {
    condition     = google_cloud_run_service_iam_member.invoker["everybody"].member == "allUsers"
    error_message = "Those who may call it may call it."
  }
}

run "secrets_by_reference" {
  command = plan
  variables {
    environment = { KENKO_PACK = "saas" }
    secrets     = { KENKO_SALESFORCE_PRIVATE_KEY = { secret = "kenko-salesforce-private-key", version = "3" } }
  }
  assert {
    condition = (
      google_cloudfunctions2_function.this.service_config[0].secret_environment_variables[0].secret == "kenko-salesforce-private-key" &&
      google_cloudfunctions2_function.this.service_config[0].secret_environment_variables[0].version == "3"
    )
    error_message = "A secret is named with its version: a new one is a new revision."
  }
}

run "refuses_a_long_name" {
  command = plan
  variables {
    name = "sync-salesforce-now"
  }
  expect_failures = [var.name]
}

run "refuses_an_unknown_ingress" {
  command = plan
  variables {
    ingress = "ALLOW_SOME"
  }
  expect_failures = [var.ingress]
}

run "refuses_a_timeout_beyond_an_hour" {
  command = plan
  variables {
    resources = { timeout_seconds = 3601 }
  }
  expect_failures = [var.resources]
}

run "refuses_too_many_requests_at_once" {
  command = plan
  variables {
    resources = { concurrency = 1001 }
  }
  expect_failures = [var.resources]
}

run "refuses_several_requests_on_a_part_of_a_cpu" {
  command = plan
  variables {
    resources = { concurrency = 2, cpu = "0.5" }
  }
  expect_failures = [var.resources]
}

run "refuses_more_instances_at_least_than_at_most" {
  command = plan
  variables {
    resources = { min_instances = 4, max_instances = 3 }
  }
  expect_failures = [var.resources]
}

run "refuses_memory_without_a_unit" {
  command = plan
  variables {
    resources = { memory = "512" }
  }
  expect_failures = [var.resources]
}
