# One queue: a topic, a push subscription for each consumer, dead letters that stay until somebody
# has looked at them, the grants of all who take part, and the alerts.

locals {
  name = "${var.prefix}-${var.name}"
  # The main consumer has the queue's own name, further ones add theirs.
  subscriptions = {
    for consumer, settings in var.consumers :
    consumer => settings.is_main ? local.name : "${local.name}-${consumer}"
  }
}

resource "google_pubsub_topic" "this" {
  #checkov:skip=CKV_GCP_83: Messages hold ids only, never customer data; Google's keys encrypt them.
  project = var.project_id
  name    = local.name
  labels  = var.labels
}

resource "google_pubsub_topic" "dead" {
  #checkov:skip=CKV_GCP_83: Messages hold ids only, never customer data; Google's keys encrypt them.
  project = var.project_id
  name    = "${local.name}-dead"
  labels  = var.labels
}

resource "google_pubsub_subscription" "push" {
  for_each = var.consumers

  project = var.project_id
  name    = local.subscriptions[each.key]
  topic   = google_pubsub_topic.this.id
  labels  = var.labels

  # A push is one request: the deadline is also how long the function may take, 600 s at most.
  ack_deadline_seconds = 600
  # Days without a run must not take the subscription away.
  message_retention_duration = "604800s"
  expiration_policy {
    ttl = ""
  }

  push_config {
    push_endpoint = each.value.uri
    oidc_token {
      service_account_email = each.value.caller.email
      # Without the path, else Cloud Run refuses the token.
      audience = each.value.uri
    }
  }

  retry_policy {
    minimum_backoff = "${var.backoff.minimum_seconds}s"
    maximum_backoff = "${var.backoff.maximum_seconds}s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead.id
    max_delivery_attempts = var.max_delivery_attempts
  }

  # Pub/Sub pushes, and gives up, as soon as the subscription is there.
  depends_on = [
    google_pubsub_subscription.dead,
    google_pubsub_topic_iam_member.agent_publishes_dead,
    google_service_account_iam_member.agent_signs,
  ]
}

resource "google_pubsub_subscription" "dead" {
  project = var.project_id
  name    = "${local.name}-dead"
  topic   = google_pubsub_topic.dead.id
  labels  = var.labels

  ack_deadline_seconds       = 600
  message_retention_duration = "${var.dead_letter_days * 86400}s"
  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = var.publishers

  project = var.project_id
  topic   = google_pubsub_topic.this.name
  role    = "roles/pubsub.publisher"
  member  = each.value
}

# Dead-lettering is done by Pub/Sub's own agent: it publishes to the one and takes from the other.
resource "google_pubsub_topic_iam_member" "agent_publishes_dead" {
  project = var.project_id
  topic   = google_pubsub_topic.dead.name
  role    = "roles/pubsub.publisher"
  member  = var.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "agent_takes" {
  for_each = google_pubsub_subscription.push

  project      = var.project_id
  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}

resource "google_service_account_iam_member" "agent_signs" {
  for_each = var.consumers

  service_account_id = each.value.caller.id
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = var.pubsub_agent
}

resource "google_monitoring_alert_policy" "dead_letters" {
  project               = var.project_id
  display_name          = "${local.name}: dead letters"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = var.notification_channels
  user_labels           = var.labels

  conditions {
    display_name = "A message used up its delivery attempts"
    condition_threshold {
      filter = join(" AND ", [
        "resource.type = \"pubsub_subscription\"",
        "resource.labels.subscription_id = \"${google_pubsub_subscription.dead.name}\"",
        "metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = <<-EOT
      A message of ${local.name} was delivered ${var.max_delivery_attempts} times without success and now waits in ${google_pubsub_subscription.dead.name} for ${var.dead_letter_days} days.
      Find the cause in the log (event `request-failed`), mend it, then send it again: `npx kenko dead-letters list --deployed` shows what waits, `replay` sends it. See "Alerts" in terraform/README.md.
    EOT
  }
}

resource "google_monitoring_alert_policy" "backlog" {
  project               = var.project_id
  display_name          = "${local.name}: messages wait"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = var.notification_channels
  user_labels           = var.labels

  conditions {
    display_name = "The oldest message waits for over ${var.backlog_minutes} minutes"
    condition_threshold {
      filter = join(" AND ", [
        "resource.type = \"pubsub_subscription\"",
        "resource.labels.subscription_id = one_of(${join(", ", [for name in values(local.subscriptions) : "\"${name}\""])})",
        "metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = var.backlog_minutes * 60
      duration        = "300s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = <<-EOT
      A message of ${local.name} has not been taken for over ${var.backlog_minutes} minutes: its consumer fails or is too slow.
      Look at the consumer's log (event `request-failed`); nothing is lost for 7 days. See "Alerts" in terraform/README.md.
    EOT
  }
}
