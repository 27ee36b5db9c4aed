output "address" {
  description = "The IPv4 address that the domain has to point to."
  value       = google_compute_global_address.this.address
}

output "agent" {
  description = "The service agent that IAP calls the service as, as a member of IAM bindings."
  value       = "serviceAccount:${google_project_service_identity.iap.email}"
}

output "audience" {
  description = "What IAP makes its assertions for."
  value       = "/projects/${var.project_number}/global/backendServices/${google_compute_backend_service.this.generated_id}"
}
