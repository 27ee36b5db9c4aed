output "grants" {
  description = "What the builder was granted, for whoever has to wait until it is in force."
  value = [
    google_artifact_registry_repository_iam_member.builder_images.id,
    google_project_iam_member.builder_copies.id,
    google_project_iam_member.builder_logs.id,
    google_storage_bucket_iam_member.builder_archive.id,
  ]
}

output "project_number" {
  description = "Number of the project."
  value       = google_storage_bucket.source.project_number
}

output "source" {
  description = "What functions are built from: archive, builder and where images go."
  value = {
    bucket     = google_storage_bucket_object.archive.bucket
    object     = google_storage_bucket_object.archive.name
    builder    = google_service_account.builder.id
    repository = google_artifact_registry_repository.images.id
  }
}
