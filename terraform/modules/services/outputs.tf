output "pubsub_agent" {
  description = "The service agent of Pub/Sub, as a member of IAM bindings."
  value       = "serviceAccount:${google_project_service_identity.pubsub.email}"
}
