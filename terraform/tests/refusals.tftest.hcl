# Pins: every value that cannot work is refused in one sentence, before anything is made.

mock_provider "google" {
  source = "./tests/mocks"
}
mock_provider "google-beta" {
  source = "./tests/mocks"
}

variables {
  bundle_manifest          = "./tests/bundle/functions.json"
  grant_wait_seconds       = 0
  project_id               = "acme-health"
  region                   = "asia-northeast1"
  salesforce_client_secret = "unused"
  salesforce_private_key   = "unused"
  source_dataset           = "warehouse"
  warehouse_location       = "asia-northeast1"
}

run "refuses_a_threshold_of_nothing" {
  command = plan
  variables {
    alert_thresholds = { api_errors = 0 }
  }
  expect_failures = [var.alert_thresholds]
}

run "refuses_everybody_as_a_member" {
  command = plan
  variables {
    api_access = { members = ["allUsers"] }
  }
  expect_failures = [var.api_access]
}

run "refuses_an_unknown_ingress" {
  command = plan
  variables {
    api_access = { ingress = "ALLOW_SOME" }
  }
  expect_failures = [var.api_access]
}

run "refuses_a_budget_of_a_part" {
  command = plan
  variables {
    budget = { amount = 0.5, billing_account = "012345-6789AB-CDEF01" }
  }
  expect_failures = [var.budget]
}

run "refuses_a_billing_account_by_name" {
  command = plan
  variables {
    budget = { amount = 200, billing_account = "Our account" }
  }
  expect_failures = [var.budget]
}

run "refuses_a_currency_sign" {
  command = plan
  variables {
    budget = { amount = 200, billing_account = "012345-6789AB-CDEF01", currency = "$" }
  }
  expect_failures = [var.budget]
}

run "refuses_sizes_of_an_unknown_function" {
  command = plan
  variables {
    functions = { scores = { memory = "2Gi" } }
  }
  expect_failures = [var.functions]
}

run "refuses_a_table_as_a_further_dataset" {
  command = plan
  variables {
    further_source_datasets = ["acme-data.mart.accounts"]
  }
  expect_failures = [var.further_source_datasets]
}

run "refuses_a_wait_of_an_hour" {
  command = plan
  variables {
    grant_wait_seconds = 3600
  }
  expect_failures = [var.grant_wait_seconds]
}

run "refuses_a_label_with_capitals" {
  command = plan
  variables {
    labels = { Team = "cs" }
  }
  expect_failures = [var.labels]
}

run "refuses_fewer_bytes_than_bigquery_bills" {
  command = plan
  variables {
    max_bytes_billed = 1048576
  }
  expect_failures = [var.max_bytes_billed]
}

run "refuses_a_channel_by_name" {
  command = plan
  variables {
    notification_channels = ["#cs-alerts"]
  }
  expect_failures = [var.notification_channels]
}

run "refuses_an_address_without_a_host" {
  command = plan
  variables {
    notification_emails = ["on-call"]
  }
  expect_failures = [var.notification_emails]
}

run "refuses_a_pack_that_is_not_there" {
  command = plan
  variables {
    pack = "wholesale"
  }
  expect_failures = [var.pack]
}

run "refuses_a_long_prefix" {
  command = plan
  variables {
    prefix = "kenko-production"
  }
  expect_failures = [var.prefix]
}

run "refuses_googles_own_prefix" {
  command = plan
  variables {
    prefix = "google"
  }
  expect_failures = [var.prefix]
}

run "refuses_a_project_by_number" {
  command = plan
  variables {
    project_id = "123456789012"
  }
  expect_failures = [var.project_id]
}

run "refuses_a_multi_region" {
  command = plan
  variables {
    region = "asia"
  }
  expect_failures = [var.region]
}

run "refuses_dead_letters_kept_for_longer_than_pubsub" {
  command = plan
  variables {
    retention = { dead_letter_days = 32 }
  }
  expect_failures = [var.retention]
}

run "refuses_history_shorter_than_a_year" {
  command = plan
  variables {
    retention = { history_days = 90 }
  }
  expect_failures = [var.retention]
}

run "refuses_a_login_url_with_a_path" {
  command = plan
  variables {
    salesforce = { client_id = "key", login_url = "https://acme.my.salesforce.com/services" }
  }
  expect_failures = [var.salesforce]
}

run "refuses_another_audience" {
  command = plan
  variables {
    salesforce = { client_id = "key", login_url = "https://acme.my.salesforce.com", username = "a@b.c", audience = "https://acme.my.salesforce.com" }
  }
  expect_failures = [var.salesforce]
}

run "refuses_a_cron_expression_of_four_fields" {
  command = plan
  variables {
    schedules = { daily = { cron = "5 * * *" } }
  }
  expect_failures = [var.schedules]
}

run "refuses_version_0" {
  command = plan
  variables {
    salesforce_secret_version = 0
  }
  expect_failures = [var.salesforce_secret_version]
}

run "refuses_a_table_as_the_source_dataset" {
  command = plan
  variables {
    source_dataset = "acme-data.mart.accounts"
  }
  expect_failures = [var.source_dataset]
}

run "refuses_an_unknown_location" {
  command = plan
  variables {
    warehouse_location = "tokyo"
  }
  expect_failures = [var.warehouse_location]
}

run "refuses_client_credentials_without_a_secret" {
  command = plan
  variables {
    salesforce               = { client_id = "key", login_url = "https://acme.my.salesforce.com" }
    salesforce_client_secret = null
  }
  expect_failures = [var.salesforce_client_secret]
}

run "refuses_a_jwt_without_a_private_key" {
  command = plan
  variables {
    salesforce             = { client_id = "key", login_url = "https://acme.my.salesforce.com", username = "kenko@acme.example" }
    salesforce_private_key = null
  }
  expect_failures = [var.salesforce_private_key]
}
