# Pins: every option together, JWT and client credentials, and secrets that no state holds.

mock_provider "google" {
  source = "./tests/mocks"
}
mock_provider "google-beta" {
  source = "./tests/mocks"
}

variables {
  api_access = {
    identity             = "iap"
    domain               = "kenko.acme.example"
    members              = ["group:cs@acme.example"]
    editors              = ["domain:acme.example"]
    operators            = ["user:ops@acme.example"]
    oauth_client         = "123456789012-web.apps.googleusercontent.com"
    programmatic_clients = ["123456789012-desktop.apps.googleusercontent.com"]
  }
  budget                  = { amount = 200, billing_account = "012345-6789AB-CDEF01" }
  bundle_manifest         = "./tests/bundle/functions.json"
  functions               = { api = { min_instances = 1 } }
  further_source_datasets = ["acme-data.raw"]
  grant_wait_seconds      = 0
  labels                  = { team = "customer-success" }
  oauth_client_secret     = "a client secret"
  notification_channels   = ["projects/acme-health/notificationChannels/77"]
  notification_emails     = ["on-call@acme.example"]
  project_id              = "acme-health"
  region                  = "asia-northeast1"
  retention               = { dead_letter_days = 14, history_days = 800 }
  salesforce = {
    audience  = "https://test.salesforce.com"
    client_id = "consumer-key"
    login_url = "https://acme.my.salesforce.com"
    username  = "kenko@acme.example"
  }
  salesforce_client_secret = "a client secret"
  salesforce_private_key   = "a private key"
  slack                    = true
  slack_token              = "a token"
  schedules                = { intraday = { cron = "0 9-18 * * 1-5" } }
  source_dataset           = "acme-data.mart"
  warehouse_location       = "asia-northeast1"
}

run "jwt" {
  assert {
    condition     = keys(module.secret) == ["KENKO_SALESFORCE_PRIVATE_KEY", "KENKO_SLACK_TOKEN"]
    error_message = "The JWT flow keeps a private key."
  }
  assert {
    condition     = output.jobs == { daily = "kenko-daily", intraday = "kenko-intraday", reconcile = "kenko-reconcile", reconcile-resume = "kenko-reconcile-resume", sweep = "kenko-sweep" }
    error_message = "The intraday job is there."
  }
  assert {
    condition     = length(local.notification_channels) == 2
    error_message = "Alerts go to channels that exist and to addresses."
  }
  assert {
    condition     = google_billing_budget.this[0].budget_filter[0].projects == toset(["projects/123456789012"])
    error_message = "A budget names the project by its number."
  }
}

run "client_credentials" {
  command = plan
  variables {
    salesforce = {
      client_id = "consumer-key"
      login_url = "https://acme.my.salesforce.com"
    }
  }
  assert {
    condition     = keys(module.secret) == ["KENKO_SALESFORCE_CLIENT_SECRET", "KENKO_SLACK_TOKEN"]
    error_message = "Client credentials keep a client secret."
  }
}

run "identities" {
  command = plan
  assert {
    condition     = output.api_url == "https://kenko.acme.example"
    error_message = "People open the domain."
  }
  assert {
    condition     = local.environment_of_api.KENKO_API_VIEWERS == "allAuthenticatedUsers"
    error_message = "Whom IAP lets in may read, where no readers are named."
  }
  assert {
    condition     = keys(module.identity_aware_proxy) == ["this"] && local.api_ingress == "ALLOW_INTERNAL_AND_GCLB"
    error_message = "The way to the API is the load balancer."
  }
}

run "public" {
  command = plan
  variables {
    api_access = {
      public       = true
      viewers      = ["domain:acme.example"]
      editors      = ["user:ann@acme.example"]
      own_accounts = ["domain:partner.example"]
    }
  }
  assert {
    condition     = local.environment_of_api.KENKO_API_VIEWERS == "allUsers,domain:acme.example"
    error_message = "Everybody reads where that is asked for."
  }
  assert {
    condition     = local.environment_of_api.KENKO_API_EDITORS == "user:ann@acme.example"
    error_message = "Nobody but editors enters anything."
  }
  assert {
    condition     = local.environment_of_api.KENKO_API_OWN_ACCOUNTS == "domain:partner.example"
    error_message = "Who is limited to their own accounts is told to the API."
  }
}

run "internal" {
  command = plan
  variables {
    api_access = { viewers = ["domain:acme.example"], ingress = "ALLOW_INTERNAL_ONLY" }
  }
  assert {
    condition     = local.api_ingress == "ALLOW_INTERNAL_ONLY"
    error_message = "Requests come from where the operator says."
  }
}
