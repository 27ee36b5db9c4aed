# The APIs that everything else is made through, and the service agent that Pub/Sub acts as.

locals {
  # Terraform enables APIs through Service Usage and grants roles on the project through Resource
  # Manager, so the others wait for these.
  first = toset([
    "cloudresourcemanager.googleapis.com",
    "serviceusage.googleapis.com",
  ])
}

resource "google_project_service" "first" {
  for_each = local.first

  project = var.project_id
  service = each.value

  # Something else in the project may use an API that Kenko was not the first to need.
  disable_on_destroy = false
}

resource "google_project_service" "this" {
  for_each = setsubtract(var.apis, local.first)

  project            = var.project_id
  service            = each.value
  disable_on_destroy = false

  depends_on = [google_project_service.first]
}

# Pub/Sub's agent comes into being with its first use; grants to it would fail before that.
resource "google_project_service_identity" "pubsub" {
  provider = google-beta

  project = var.project_id
  service = "pubsub.googleapis.com"

  depends_on = [google_project_service.this]
}
