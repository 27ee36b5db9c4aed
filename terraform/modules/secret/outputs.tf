output "grants" {
  description = "Who was granted to read, for whoever has to wait until it is in force."
  value       = [for grant in google_secret_manager_secret_iam_member.reader : grant.id]
}

output "version" {
  description = "The secret and its version, as a function's environment refers to them."
  value = {
    secret  = google_secret_manager_secret.this.secret_id
    version = google_secret_manager_secret_version.this.version
  }
}
