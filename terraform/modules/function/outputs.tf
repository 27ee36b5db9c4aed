output "caller" {
  description = "The identity to call it as: `email`, and `id` to grant roles on it; null without one."
  value = one([
    for account in google_service_account.caller : { email = account.email, id = account.id }
  ])
  depends_on = [google_cloud_run_service_iam_member.invoker]
}

output "service" {
  description = "Name of its Cloud Run service."
  value       = google_cloudfunctions2_function.this.name
}

output "timeout_seconds" {
  description = "Seconds that a request may take."
  value       = google_cloudfunctions2_function.this.service_config[0].timeout_seconds
}

output "uri" {
  description = "Where it is called, which is also the audience of tokens."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
  depends_on  = [google_cloud_run_service_iam_member.invoker]
}
