# What a function is built from and by whom: the archive in its bucket, the repository of the
# images, and an identity of its own for the builds. Builds would otherwise run as the default
# compute account, which lacks the roles for it in new projects and has far too many in old ones.

resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62: The archives hold code and rules only; Data Access audit logs, where the project keeps them, record reads.
  project  = var.project_id
  name     = "${var.project_id}-${var.prefix}-source"
  location = var.region
  labels   = var.labels

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.delete_protection

  versioning {
    enabled = true
  }

  # An archive that was replaced stays for a while: an older image may have to be built again.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 30
      with_state                 = "ARCHIVED"
    }
  }
}

# Named by its content: another archive is another object, so functions notice, and the same
# archive changes nothing.
resource "google_storage_bucket_object" "archive" {
  bucket       = google_storage_bucket.source.name
  name         = basename(var.archive)
  source       = var.archive
  content_type = "application/zip"

  lifecycle {
    create_before_destroy = true
    # The name says it all. The same content from another folder, or packed by another machine,
    # would be uploaded under the same name, and then deleted under it as the old one.
    ignore_changes = [detect_md5hash, source]
  }
}

resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84: Google's keys encrypt the images, which hold no customer data; a key of the team's own would add a way to lose them.
  project       = var.project_id
  location      = var.region
  repository_id = "${var.prefix}-functions"
  description   = "Images of Kenko's functions, made by Cloud Build"
  format        = "DOCKER"
  labels        = var.labels

  # Without these, every deployment leaves an image for each function behind.
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "2592000s"
    }
  }
}

resource "google_service_account" "builder" {
  project      = var.project_id
  account_id   = "${var.prefix}-build"
  display_name = "Kenko: builds the functions"
}

# Cloud Logging has no smaller resource to grant this on.
resource "google_project_iam_member" "builder_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.builder.member
}

# Cloud Functions copies each archive into a bucket of its own, which the first deployment makes,
# so a condition has to name it. https://cloud.google.com/functions/docs/building
resource "google_project_iam_member" "builder_copies" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.builder.member

  condition {
    title       = "sources-of-functions"
    description = "Only the buckets that Cloud Functions copies archives to"
    expression  = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\")"
  }
}

resource "google_storage_bucket_iam_member" "builder_archive" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.builder.member
}

resource "google_artifact_registry_repository_iam_member" "builder_images" {
  project    = var.project_id
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builder.member
}
