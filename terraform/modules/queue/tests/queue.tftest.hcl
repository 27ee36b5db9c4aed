# Pins: pushes that may take 600 s, dead letters that do not expire, subscriptions that do not
# expire either, and tokens whose audience is the address without a path.

mock_provider "google" {
  source = "../../tests/mocks"
}

variables {
  name       = "accounts-changed"
  prefix     = "kenko"
  project_id = "acme-health"
  consumers = {
    sync-salesforce = {
      caller = {
        email = "kenko-to-sync-salesforce@acme-health.iam.gserviceaccount.com"
        id    = "projects/acme-health/serviceAccounts/kenko-to-sync-salesforce@acme-health.iam.gserviceaccount.com"
      }
      is_main = true
      uri     = "https://kenko-sync-salesforce-abc-an.a.run.app"
    }
  }
  publishers   = { api = "serviceAccount:kenko-api@acme-health.iam.gserviceaccount.com" }
  pubsub_agent = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
}

run "one_consumer" {
  assert {
    condition = (
      google_pubsub_topic.this.name == "kenko-accounts-changed" &&
      google_pubsub_topic.dead.name == "kenko-accounts-changed-dead" &&
      google_pubsub_subscription.push["sync-salesforce"].name == "kenko-accounts-changed" &&
      output.dead_letter_subscription == "kenko-accounts-changed-dead"
    )
    error_message = "The code knows these names."
  }
  assert {
    condition     = google_pubsub_subscription.push["sync-salesforce"].ack_deadline_seconds == 600
    error_message = "The deadline is also how long the function may take."
  }
  assert {
    condition = alltrue([
      for subscription in concat(values(google_pubsub_subscription.push), [google_pubsub_subscription.dead]) :
      subscription.expiration_policy[0].ttl == ""
    ])
    error_message = "No subscription goes away because nothing happened for a month."
  }
  assert {
    condition     = google_pubsub_subscription.push["sync-salesforce"].push_config[0].oidc_token[0].audience == "https://kenko-sync-salesforce-abc-an.a.run.app"
    error_message = "Cloud Run takes tokens for its address only."
  }
  assert {
    condition     = google_pubsub_subscription.push["sync-salesforce"].dead_letter_policy[0].max_delivery_attempts == 20
    error_message = "What fails for good becomes a dead letter."
  }
  assert {
    condition     = google_pubsub_subscription.dead.message_retention_duration == "2678400s"
    error_message = "A dead letter waits as long as Pub/Sub keeps anything."
  }
}

run "a_second_consumer" {
  command = plan
  variables {
    consumers = {
      notify = {
        caller = { email = "kenko-to-notify@acme-health.iam.gserviceaccount.com", id = "projects/acme-health/serviceAccounts/kenko-to-notify@acme-health.iam.gserviceaccount.com" }
        uri    = "https://kenko-notify-abc-an.a.run.app"
      }
      sync-salesforce = {
        caller  = { email = "kenko-to-sync-salesforce@acme-health.iam.gserviceaccount.com", id = "projects/acme-health/serviceAccounts/kenko-to-sync-salesforce@acme-health.iam.gserviceaccount.com" }
        is_main = true
        uri     = "https://kenko-sync-salesforce-abc-an.a.run.app"
      }
    }
  }
  assert {
    condition     = [for subscription in google_pubsub_subscription.push : subscription.name] == ["kenko-accounts-changed-notify", "kenko-accounts-changed"]
    error_message = "Each consumer gets every message, through a subscription of its own."
  }
}

run "refuses_two_main_consumers" {
  command = plan
  variables {
    consumers = {
      a = { caller = { email = "a@b", id = "a" }, is_main = true, uri = "https://a.run.app" }
      b = { caller = { email = "b@b", id = "b" }, is_main = true, uri = "https://b.run.app" }
    }
  }
  expect_failures = [var.consumers]
}

run "refuses_a_backoff_beyond_ten_minutes" {
  command = plan
  variables {
    backoff = { maximum_seconds = 601 }
  }
  expect_failures = [var.backoff]
}

run "refuses_to_keep_dead_letters_for_longer_than_pubsub" {
  command = plan
  variables {
    dead_letter_days = 32
  }
  expect_failures = [var.dead_letter_days]
}

run "refuses_four_attempts" {
  command = plan
  variables {
    max_delivery_attempts = 4
  }
  expect_failures = [var.max_delivery_attempts]
}
