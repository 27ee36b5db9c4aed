output "database" {
  description = "Id of the database, once every index is there."
  value       = google_firestore_database.this.name
  depends_on  = [google_firestore_field.expiry, google_firestore_field.unindexed, google_firestore_index.this]
}

output "grants" {
  description = "Who was granted to read and write, for whoever has to wait until it is in force."
  value       = [for grant in google_project_iam_member.user : grant.id]
}
