# Identity-Aware Proxy before one function, under a domain of the team's own: people sign in with
# their Google account, and the function is told by a signed assertion who they are.
#
# IAP cannot be switched on for a function itself, so it stands on a load balancer. The service is
# named, not referred to: the function has to be told the backend service that assertions are made
# for, so it comes after it.

locals {
  # Of an OAuth client of the team's own; without one, Google has a client for the organisation.
  client_secret_version = var.oauth_client == null ? null : tostring(var.oauth_client_secret_version)
}

# IAP's agent comes into being with its first use; a grant to it would fail before that.
resource "google_project_service_identity" "iap" {
  provider = google-beta

  project = var.project_id
  service = "iap.googleapis.com"
}

resource "google_compute_region_network_endpoint_group" "this" {
  project               = var.project_id
  region                = var.region
  name                  = var.service
  description           = "The function ${var.service}"
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = var.service
  }
}

resource "google_compute_backend_service" "this" {
  project               = var.project_id
  name                  = var.service
  description           = "The function ${var.service}, behind Identity-Aware Proxy"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"

  backend {
    group = google_compute_region_network_endpoint_group.this.id
  }

  iap {
    enabled                         = true
    oauth2_client_id                = var.oauth_client
    oauth2_client_secret_wo         = var.oauth_client == null ? null : var.oauth_client_secret
    oauth2_client_secret_wo_version = local.client_secret_version
  }
}

resource "google_iap_web_backend_service_iam_member" "member" {
  for_each = var.members

  project             = var.project_id
  web_backend_service = google_compute_backend_service.this.name
  role                = "roles/iap.httpsResourceAccessor"
  member              = each.value
}

resource "google_iap_settings" "this" {
  count = length(var.programmatic_clients) > 0 ? 1 : 0

  name = "projects/${var.project_number}/iap_web/compute/services/${google_compute_backend_service.this.name}"

  access_settings {
    oauth_settings {
      programmatic_clients = sort(var.programmatic_clients)
    }
  }
}

resource "google_compute_global_address" "this" {
  project     = var.project_id
  name        = var.service
  description = "Where ${var.domain} points"
  labels      = var.labels
}

resource "google_compute_managed_ssl_certificate" "this" {
  project = var.project_id
  # Another domain is another certificate, made before the old one goes.
  name        = "${var.service}-${substr(sha256(var.domain), 0, 8)}"
  description = var.domain

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "this" {
  project         = var.project_id
  name            = var.service
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_url_map" "this" {
  project         = var.project_id
  name            = var.service
  default_service = google_compute_backend_service.this.id
}

resource "google_compute_target_https_proxy" "this" {
  project          = var.project_id
  name             = var.service
  url_map          = google_compute_url_map.this.id
  ssl_certificates = [google_compute_managed_ssl_certificate.this.id]
  ssl_policy       = google_compute_ssl_policy.this.id
}

resource "google_compute_global_forwarding_rule" "this" {
  project               = var.project_id
  name                  = var.service
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  ip_protocol           = "TCP"
  port_range            = "443"
  target                = google_compute_target_https_proxy.this.id
  labels                = var.labels
}
