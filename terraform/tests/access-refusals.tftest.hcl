# Pins: what of `api_access` contradicts itself is refused before anything is made, each by a rule of
# its own: every run here breaks one and no other.

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

run "an_unknown_identity" {
  command = plan
  variables {
    api_access = { identity = "ldap" }
  }
  expect_failures = [var.api_access]
}

run "iap_without_a_domain" {
  command = plan
  variables {
    api_access = { identity = "iap", members = ["group:cs@acme.example"] }
  }
  expect_failures = [var.api_access]
}

run "a_domain_without_iap" {
  command = plan
  variables {
    api_access = { domain = "kenko.acme.example" }
  }
  expect_failures = [var.api_access]
}

run "members_without_iap" {
  command = plan
  variables {
    api_access = { members = ["group:cs@acme.example"] }
  }
  expect_failures = [var.api_access]
}

run "a_role_for_a_group" {
  command = plan
  variables {
    api_access = {
      identity = "iap",
      domain   = "kenko.acme.example",
      members  = ["group:cs@acme.example"],
      editors  = ["group:cs@acme.example"]
    }
  }
  expect_failures = [var.api_access]
}

run "a_role_for_everybody" {
  command = plan
  variables {
    api_access = { editors = ["allUsers"] }
  }
  expect_failures = [var.api_access]
}

run "a_role_for_an_address" {
  command = plan
  variables {
    api_access = { operators = ["ann@acme.example"] }
  }
  expect_failures = [var.api_access]
}

run "public_behind_iap" {
  command = plan
  variables {
    api_access = {
      identity = "iap",
      domain   = "kenko.acme.example",
      members  = ["group:cs@acme.example"],
      public   = true
    }
  }
  expect_failures = [var.api_access]
}

run "audiences_behind_iap" {
  command = plan
  variables {
    api_access = {
      identity  = "iap",
      domain    = "kenko.acme.example",
      members   = ["group:cs@acme.example"],
      audiences = ["https://kenko.acme.example"]
    }
  }
  expect_failures = [var.api_access]
}

run "two_audiences_in_one" {
  command = plan
  variables {
    api_access = { audiences = ["https://a.example,https://b.example"] }
  }
  expect_failures = [var.api_access]
}

run "an_unknown_ingress" {
  command = plan
  variables {
    api_access = { ingress = "ALLOW_SOME" }
  }
  expect_failures = [var.api_access]
}

run "a_way_around_iap" {
  command = plan
  variables {
    api_access = {
      identity = "iap",
      domain   = "kenko.acme.example",
      members  = ["group:cs@acme.example"],
      ingress  = "ALLOW_ALL"
    }
  }
  expect_failures = [var.api_access]
}

run "a_client_without_its_secret" {
  command = plan
  variables {
    api_access = {
      identity     = "iap"
      domain       = "kenko.acme.example"
      members      = ["group:cs@acme.example"]
      oauth_client = "123456789012-web.apps.googleusercontent.com"
    }
    oauth_client_secret = null
  }
  expect_failures = [var.oauth_client_secret]
}

run "half_a_version" {
  command = plan
  variables {
    oauth_client_secret_version = 0.5
  }
  expect_failures = [var.oauth_client_secret_version]
}

run "a_limit_for_a_group" {
  command = plan
  variables {
    api_access = { viewers = ["domain:acme.example"], own_accounts = ["group:partners@acme.example"] }
  }
  expect_failures = [var.api_access]
}
