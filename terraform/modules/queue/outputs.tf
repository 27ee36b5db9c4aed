output "dead_letter_subscription" {
  description = "Name of the subscription in which dead letters wait."
  value       = google_pubsub_subscription.dead.name
}

output "subscriptions" {
  description = "Names of the push subscriptions, by consumer."
  value       = { for consumer, subscription in google_pubsub_subscription.push : consumer => subscription.name }
  depends_on  = [google_pubsub_subscription_iam_member.agent_takes]
}

output "topic" {
  description = "Name of the topic."
  value       = google_pubsub_topic.this.name
}
