# Who is told of what, and what it may cost.

locals {
  # `counters` of functions/log.ts.
  counters = {
    changed   = { event = "run-finished", field = "changed" }
    held      = { event = "run-held", field = "held" }
    parked    = { event = "accounts-synced", field = "parked" }
    published = { event = "shard-published", field = "published" }
    retried   = { event = "accounts-synced", field = "retried" }
    scored    = { event = "shard-scored", field = "scored" }
    synced    = { event = "accounts-synced", field = "synced" }
  }

  notification_channels = concat(
    var.notification_channels,
    [for channel in google_monitoring_notification_channel.email : channel.id],
  )
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.notification_emails

  project      = var.project_id
  display_name = "Kenko (${var.prefix}): ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }
  user_labels  = local.labels

  depends_on = [module.services]
}

module "alerts" {
  source = "./modules/alerts"

  counters              = local.counters
  labels                = local.labels
  notification_channels = local.notification_channels
  prefix                = var.prefix
  project_id            = var.project_id
  services              = { for name, function in module.function : name => function.service }
  thresholds            = var.alert_thresholds
}

resource "google_billing_budget" "this" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = "Kenko (${var.prefix})"

  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(var.budget.amount)
    }
  }
  # Of the whole project: labels miss what carries none, such as Firestore and queries.
  budget_filter {
    projects = ["projects/${module.build.project_number}"]
  }
  threshold_rules {
    threshold_percent = 0.5
  }
  threshold_rules {
    threshold_percent = 1
  }
  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }
  # Without channels, Google tells the billing account's administrators. It takes five at most.
  dynamic "all_updates_rule" {
    for_each = length(local.notification_channels) > 0 ? [slice(local.notification_channels, 0, min(5, length(local.notification_channels)))] : []
    content {
      monitoring_notification_channels = all_updates_rule.value
      disable_default_iam_recipients   = true
    }
  }
}
