output "job" {
  description = "Name of the job, for `gcloud scheduler jobs run`."
  value       = google_cloud_scheduler_job.this.name
}
