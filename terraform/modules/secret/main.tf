# One secret with its value, and who may read it. The value is handed to Google and kept nowhere
# else: it is in no plan and in no state.

resource "google_secret_manager_secret" "this" {
  project   = var.project_id
  secret_id = "${var.prefix}-${var.name}"
  labels    = var.labels

  deletion_protection = var.delete_protection

  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_version" "this" {
  secret                 = google_secret_manager_secret.this.id
  secret_data_wo         = var.value
  secret_data_wo_version = var.value_version

  lifecycle {
    # Functions read the old version until they are deployed with the new one.
    create_before_destroy = true
  }
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = var.readers

  project   = var.project_id
  secret_id = google_secret_manager_secret.this.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value
}
