# The Firestore database: what readers see, and what runs know of themselves.

locals {
  # `{score}` and `{worklist}` stand for each of the pack's, `{owner}` for the field of the owner.
  indexes = merge([
    for index in var.indexes : {
      for id in(
        strcontains("${index.equal} ${index.by}", "{score}") ? var.scores :
        strcontains(index.by, "{worklist}") ? var.worklists : [""]
      ) :
      "${index.collection}: ${replace(replace(index.equal, "{score}", id), "{owner}", var.owner_field)}, ${replace(index.by, "/{score}|{worklist}/", id)} ${index.direction}" => {
        collection = index.collection
        equal      = replace(replace(index.equal, "{score}", id), "{owner}", var.owner_field)
        by         = replace(index.by, "/{score}|{worklist}/", id)
        order      = { asc = "ASCENDING", desc = "DESCENDING" }[index.direction]
      }
    }
  ]...)
}

resource "google_firestore_database" "this" {
  project     = var.project_id
  name        = var.database
  location_id = var.location
  type        = "FIRESTORE_NATIVE"

  # Any second of the last seven days can be restored.
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"

  delete_protection_state = var.delete_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  # The provider's default leaves the database behind.
  deletion_policy = "DELETE"
}

resource "google_firestore_index" "this" {
  for_each = local.indexes

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = each.value.collection

  fields {
    field_path = each.value.equal
    order      = "ASCENDING"
  }
  fields {
    field_path = each.value.by
    order      = each.value.order
  }
}

# Documents that carry their end delete themselves. An instant grows with time, so an index on it
# would let the collection take no more than 500 writes a second.
resource "google_firestore_field" "expiry" {
  for_each = var.expiring

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = each.key
  field      = each.value

  ttl_config {}
  index_config {}
}

# Instants that no query looks at, for the same reason, and long texts, which cost most of a
# write when they are indexed.
resource "google_firestore_field" "unindexed" {
  for_each = { for field in var.unindexed : "${field.collection}.${field.field}" => field }

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = each.value.collection
  field      = each.value.field

  index_config {}
}

# IAM knows projects, not databases; the condition narrows the role to this database.
resource "google_project_iam_member" "user" {
  for_each = var.users

  project = var.project_id
  role    = "roles/datastore.user"
  member  = each.value

  condition {
    title       = "database-${var.database}"
    description = "Only the database ${var.database}"
    expression  = "resource.name == \"projects/${var.project_id}/databases/${var.database}\""
  }
}
