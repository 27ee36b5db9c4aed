# Pins: what a deployment is made of that says nothing but where; names that the code knows; and
# nothing of Salesforce, of the internet, of budgets, unless it is asked for.

mock_provider "google" {
  source = "./tests/mocks"
}
mock_provider "google-beta" {
  source = "./tests/mocks"
}

variables {
  bundle_manifest    = "./tests/bundle/functions.json"
  grant_wait_seconds = 0
  project_id         = "acme-health"
  region             = "asia-northeast1"
  source_dataset     = "warehouse"
  warehouse_location = "asia-northeast1"

  # `terraform test` cannot apply where an ephemeral variable is left out.
  oauth_client_secret      = "unused"
  salesforce_client_secret = "unused"
  salesforce_private_key   = "unused"
  slack_token              = "unused"
}

run "smallest" {
  assert {
    condition     = keys(output.service_accounts) == ["api", "notify", "notify-event", "publish-shard", "score", "score-shard", "sweep"]
    error_message = "Without Salesforce, nothing that works with it alone."
  }
  assert {
    condition     = output.dataset == "kenko" && output.database == "kenko-snapshots"
    error_message = "Names follow the prefix."
  }
  assert {
    condition     = output.jobs == { daily = "kenko-daily", sweep = "kenko-sweep" }
    error_message = "There is a daily job and a sweep; intraday only where it is asked for."
  }
  assert {
    condition     = length(google_billing_budget.this) == 0 && length(module.secret) == 0
    error_message = "No budget and no secret."
  }
  assert {
    condition     = keys(local.environment_of_api) == ["KENKO_API_AUDIENCES", "KENKO_API_IDENTITY"]
    error_message = "Nobody may do anything in the API unless somebody is named."
  }
  assert {
    condition     = output.api_url == "https://kenko-api-123456789012.asia-northeast1.run.app" && output.api_address == null
    error_message = "The API is called at the address that follows from its name."
  }
  assert {
    condition     = length(module.identity_aware_proxy) == 0
    error_message = "No load balancer where nobody asks for one."
  }
  assert {
    condition     = length(terraform_data.grants_in_force) == 0
    error_message = "No wait where none is wanted."
  }
}

run "another_prefix" {
  command = plan
  variables {
    prefix = "kenko-eu"
  }
  assert {
    condition     = output.dataset == "kenko_eu" && output.database == "kenko-eu-snapshots"
    error_message = "Two deployments share a project without sharing a name."
  }
}

run "another_pack" {
  command = plan
  variables {
    pack = "retail"
  }
  assert {
    condition     = local.scores == ["health"]
    error_message = "Indexes are made for the scores of the pack."
  }
}

run "a_dataset_of_another_project" {
  command = plan
  variables {
    source_dataset          = "acme-data.mart"
    further_source_datasets = ["raw"]
  }
  assert {
    condition = local.sources == {
      "acme-data.mart" = { project_id = "acme-data", dataset = "mart" }
      "raw"            = { project_id = "acme-health", dataset = "raw" }
    }
    error_message = "A dataset is named with its project or is of this one."
  }
}
