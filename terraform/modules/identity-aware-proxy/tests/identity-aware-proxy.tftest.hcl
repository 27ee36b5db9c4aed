# Pins: one domain, one service, nobody but the members; TLS from 1.2; and a name of the service that
# waits for no function.

mock_provider "google" {
  source = "../../tests/mocks"
}
mock_provider "google-beta" {
  source = "../../tests/mocks"
}

variables {
  domain              = "kenko.acme.example"
  members             = ["group:cs@acme.example"]
  oauth_client_secret = "unused" # `terraform test` cannot apply where an ephemeral variable is left out
  project_id          = "acme-health"
  project_number      = "123456789012"
  region              = "asia-northeast1"
  service             = "kenko-api"
}

run "defaults" {
  assert {
    condition = (
      google_compute_region_network_endpoint_group.this.cloud_run[0].service == "kenko-api" &&
      google_compute_region_network_endpoint_group.this.region == "asia-northeast1"
    )
    error_message = "The load balancer sends requests to the one service, where it is."
  }
  assert {
    condition     = google_compute_backend_service.this.iap[0].enabled
    error_message = "Nobody passes the load balancer but through IAP."
  }
  assert {
    condition     = google_compute_backend_service.this.iap[0].oauth2_client_id == null && length(google_iap_settings.this) == 0
    error_message = "Google's own OAuth client, unless another one is named."
  }
  assert {
    condition     = [for grant in google_iap_web_backend_service_iam_member.member : "${grant.member} ${grant.role}"] == ["group:cs@acme.example roles/iap.httpsResourceAccessor"]
    error_message = "IAP lets in the members."
  }
  assert {
    condition     = google_compute_managed_ssl_certificate.this.managed[0].domains == tolist(["kenko.acme.example"])
    error_message = "The certificate is the domain's."
  }
  assert {
    condition     = google_compute_ssl_policy.this.min_tls_version == "TLS_1_2" && google_compute_ssl_policy.this.profile == "MODERN"
    error_message = "No TLS before 1.2."
  }
  assert {
    condition     = google_compute_global_forwarding_rule.this.port_range == "443"
    error_message = "HTTPS only."
  }
  assert {
    condition     = output.audience == "/projects/123456789012/global/backendServices/${google_compute_backend_service.this.generated_id}"
    error_message = "Assertions name project and backend service by number."
  }
}

run "own_client" {
  command = plan
  variables {
    oauth_client         = "123456789012-web.apps.googleusercontent.com"
    programmatic_clients = ["123456789012-desktop.apps.googleusercontent.com"]
  }
  assert {
    condition = (
      google_compute_backend_service.this.iap[0].oauth2_client_id == "123456789012-web.apps.googleusercontent.com" &&
      google_compute_backend_service.this.iap[0].oauth2_client_secret_wo_version == "1"
    )
    error_message = "People sign in through the team's own client."
  }
  assert {
    condition     = google_iap_settings.this[0].access_settings[0].oauth_settings[0].programmatic_clients == tolist(["123456789012-desktop.apps.googleusercontent.com"])
    error_message = "Tokens of that client are taken."
  }
}

run "refuses_an_address_as_domain" {
  command = plan
  variables {
    domain = "https://kenko.acme.example/"
  }
  expect_failures = [var.domain]
}

run "refuses_to_let_in_nobody" {
  command = plan
  variables {
    members = []
  }
  expect_failures = [var.members]
}

run "refuses_everybody" {
  command = plan
  variables {
    members = ["group:cs@acme.example", "allAuthenticatedUsers"]
  }
  expect_failures = [var.members]
}

run "refuses_the_name_of_a_client" {
  command = plan
  variables {
    oauth_client = "Kenko"
  }
  expect_failures = [var.oauth_client]
}

run "refuses_the_name_of_a_programmatic_client" {
  command = plan
  variables {
    programmatic_clients = ["kenko-cli"]
  }
  expect_failures = [var.programmatic_clients]
}
