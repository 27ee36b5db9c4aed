# Pins: every value that cannot work is refused, before anything is made. One run breaks a rule of
# as many variables as it can, since each run plans the whole.

mock_provider "google" {
  source = "./tests/mocks"
}
mock_provider "google-beta" {
  source = "./tests/mocks"
}

variables {
  bundle_manifest          = "./tests/bundle/functions.json"
  grant_wait_seconds       = 0
  oauth_client_secret      = "unused"
  project_id               = "acme-health"
  region                   = "asia-northeast1"
  salesforce_client_secret = "unused"
  salesforce_private_key   = "unused"
  slack_token              = "unused"
  source_dataset           = "warehouse"
  warehouse_location       = "asia-northeast1"
}

run "malformed_values" {
  command = plan
  variables {
    alert_thresholds          = { api_errors = 0 }
    budget                    = { amount = 0.5, billing_account = "012345-6789AB-CDEF01" }
    further_source_datasets   = ["acme-data.mart.accounts"] # a table
    grant_wait_seconds        = 3600
    labels                    = { Team = "cs" }
    max_bytes_billed          = 1048576 # less than BigQuery bills
    notification_channels     = ["#cs-alerts"]
    notification_emails       = ["on-call"]
    pack                      = "wholesale"        # there is no such pack
    prefix                    = "kenko-production" # too long for account ids
    project_id                = "123456789012"     # a number
    region                    = "asia"
    retention                 = { dead_letter_days = 32 }
    salesforce                = { client_id = "key", login_url = "https://acme.my.salesforce.com/services" }
    salesforce_secret_version = 0
    schedules                 = { daily = { cron = "5 * * *" } }
    slack_token_version       = 1.5
    source_dataset            = "acme-data.mart.accounts" # a table
    warehouse_location        = "tokyo"
  }
  expect_failures = [
    var.alert_thresholds,
    var.budget,
    var.further_source_datasets,
    var.grant_wait_seconds,
    var.labels,
    var.max_bytes_billed,
    var.notification_channels,
    var.notification_emails,
    var.pack,
    var.prefix,
    var.project_id,
    var.region,
    var.retention,
    var.salesforce,
    var.salesforce_secret_version,
    var.schedules,
    var.slack_token_version,
    var.source_dataset,
    var.warehouse_location,
  ]
}

run "second_rules" {
  command = plan
  variables {
    budget     = { amount = 200, billing_account = "Our account" }
    prefix     = "google"
    retention  = { history_days = 90 }
    salesforce = { client_id = "key", login_url = "https://acme.my.salesforce.com", username = "a@b.c", audience = "https://acme.my.salesforce.com" }
  }
  expect_failures = [var.budget, var.prefix, var.retention, var.salesforce]
}

run "third_rules" {
  command = plan
  variables {
    budget                   = { amount = 200, billing_account = "012345-6789AB-CDEF01", currency = "$" }
    functions                = { scores = { memory = "2Gi" } } # there is no such function
    salesforce               = { client_id = "key", login_url = "https://acme.my.salesforce.com" }
    salesforce_client_secret = null
    slack                    = true
    slack_token              = null
  }
  expect_failures = [var.budget, var.functions, var.salesforce_client_secret, var.slack_token]
}

run "no_bundle" {
  command = plan
  variables {
    bundle_manifest = "./tests/functions.json"
  }
  expect_failures = [output.bundle]
}

# It holds neither the pack nor the function sweep.
run "a_bundle_of_another_commit" {
  command = plan
  variables {
    bundle_manifest = "./tests/old-bundle/functions.json"
    pack            = "retail"
  }
  expect_failures = [output.bundle]
}

run "no_private_key" {
  command = plan
  variables {
    salesforce             = { client_id = "key", login_url = "https://acme.my.salesforce.com", username = "kenko@acme.example" }
    salesforce_private_key = null
  }
  expect_failures = [var.salesforce_private_key]
}
