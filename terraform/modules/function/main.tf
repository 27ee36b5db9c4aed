# One HTTP function, and who may call it.
#
# Functions are HTTP functions even where a queue feeds them: an event trigger makes a
# subscription that has no dead letters and drops messages after a day.

locals {
  caller = {
    for name in var.has_caller ? ["this"] : [] : name => google_service_account.caller["this"].member
  }
}

resource "google_cloudfunctions2_function" "this" {
  #checkov:skip=CKV_GCP_124: Internal by default; only the API, which people call, is given another ingress, and verifies every caller by itself.
  project     = var.project_id
  location    = var.region
  name        = "${var.prefix}-${var.name}"
  description = var.description
  labels      = var.labels

  build_config {
    runtime           = "nodejs24"
    entry_point       = var.name
    service_account   = var.source_code.builder
    docker_repository = var.source_code.repository

    source {
      storage_source {
        bucket = var.source_code.bucket
        object = var.source_code.object
      }
    }
  }

  service_config {
    available_cpu                    = var.resources.cpu
    available_memory                 = var.resources.memory
    max_instance_count               = var.resources.max_instances
    min_instance_count               = var.resources.min_instances
    max_instance_request_concurrency = var.resources.concurrency
    timeout_seconds                  = var.resources.timeout_seconds
    ingress_settings                 = var.ingress
    all_traffic_on_latest_revision   = true
    service_account_email            = var.service_account_email
    environment_variables            = var.environment

    dynamic "secret_environment_variables" {
      for_each = var.secrets
      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = secret_environment_variables.value.secret
        version    = secret_environment_variables.value.version
      }
    }
  }

  # Roles that a deployment or the first request needs have to be in force by then.
  depends_on = [var.after]
}

# Whoever calls in Google's name, Pub/Sub or Cloud Scheduler, acts as this identity, and may do
# nothing but call this one function.
resource "google_service_account" "caller" {
  for_each = toset(var.has_caller ? ["this"] : [])

  project      = var.project_id
  account_id   = "${var.prefix}-to-${var.name}"
  display_name = "Kenko: calls ${var.name}"
}

resource "google_cloud_run_service_iam_member" "invoker" {
  for_each = merge(local.caller, var.invokers)

  project  = var.project_id
  location = var.region
  # Cloud Run checks the caller, not Cloud Functions; the service carries the function's name.
  service = google_cloudfunctions2_function.this.name
  role    = "roles/run.invoker"
  member  = each.value

  lifecycle {
    # The service and its grants go with a function that is replaced.
    replace_triggered_by = [google_cloudfunctions2_function.this.id]
  }
}
