output "dashboard" {
  description = "Id of the dashboard."
  value       = google_monitoring_dashboard.this.id
}

output "policies" {
  description = "Display names of the alert policies."
  value = sort(concat(
    [for policy in google_monitoring_alert_policy.matched : policy.display_name],
    [for policy in google_monitoring_alert_policy.measured : policy.display_name],
    [for policy in google_monitoring_alert_policy.queried : policy.display_name],
  ))
}
