# Pins: an index for each score, a database that can be restored and is not deleted by accident,
# and a role that holds for the one database.

mock_provider "google" {}

variables {
  database    = "kenko-snapshots"
  expiring    = { years = "expires_at" }
  location    = "asia-northeast1"
  project_id  = "acme-health"
  scores      = ["health", "approach"]
  worklists   = ["save"]
  owner_field = "assignment.owner"
  indexes = [
    { collection = "accounts", equal = "scores.{score}.band", by = "scores.{score}.points", direction = "asc" },
    { collection = "runs", equal = "pack", by = "started_at", direction = "desc" },
    { collection = "accounts", equal = "{owner}", by = "worklists.{worklist}.rank", direction = "desc" },
  ]
  unindexed = [{ collection = "accounts", field = "details" }]
  users     = { api = "serviceAccount:kenko-api@acme-health.iam.gserviceaccount.com" }
}

run "defaults" {
  assert {
    condition = keys(google_firestore_index.this) == [
      "accounts: assignment.owner, worklists.save.rank desc",
      "accounts: scores.approach.band, scores.approach.points asc",
      "accounts: scores.health.band, scores.health.points asc",
      "runs: pack, started_at desc",
    ]
    error_message = "Indexes are made for every score and worklist, and once where none is named."
  }
  assert {
    condition = (
      google_firestore_index.this["runs: pack, started_at desc"].fields[0].order == "ASCENDING" &&
      google_firestore_index.this["runs: pack, started_at desc"].fields[1].order == "DESCENDING"
    )
    error_message = "What is compared for equality comes first, then the order."
  }
  assert {
    condition = (
      google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" &&
      google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED" &&
      google_firestore_database.this.deletion_policy == "DELETE"
    )
    error_message = "The database is protected, and goes where protection is off."
  }
  assert {
    condition     = length(google_firestore_field.expiry["years"].ttl_config) == 1 && length(google_firestore_field.expiry["years"].index_config[0].indexes) == 0
    error_message = "Years expire by a field that is not indexed."
  }
  assert {
    condition     = google_project_iam_member.user["api"].condition[0].expression == "resource.name == \"projects/acme-health/databases/kenko-snapshots\""
    error_message = "The role holds for the one database."
  }
}

run "without_protection" {
  command = plan
  variables {
    delete_protection = false
  }
  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_DISABLED"
    error_message = "Protection can be switched off."
  }
}

run "refuses_a_database_id_that_is_too_short" {
  command = plan
  variables {
    database = "kk"
  }
  expect_failures = [var.database]
}

run "refuses_an_unknown_direction" {
  command = plan
  variables {
    indexes = [{ collection = "runs", equal = "pack", by = "started_at", direction = "down" }]
  }
  expect_failures = [var.indexes]
}
