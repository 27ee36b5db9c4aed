# Our own BigQuery dataset with its tables and views, and who may do what with it and with the
# team's own data. Layouts come from sql/tables and sql/views, which the code reads as well.

locals {
  tables = {
    for file in fileset(var.tables_folder, "*.yaml") :
    trimsuffix(file, ".yaml") => yamldecode(file("${var.tables_folder}/${file}"))
  }

  # Each file is one query that begins with a comment on what the view is.
  views = {
    for file in fileset(var.views_folder, "*.sql") : trimsuffix(file, ".sql") => {
      description = join(" ", [for line in regexall("(?m)^-- (.*)$", file("${var.views_folder}/${file}")) : line[0]])
      query       = templatefile("${var.views_folder}/${file}", { dataset = "${var.project_id}.${var.dataset}" })
    }
  }

  # As BigQuery itself names the types, so that a plan compares equal.
  types = {
    BOOL    = "BOOLEAN"
    FLOAT64 = "FLOAT"
    INT64   = "INTEGER"
  }
  schemas = {
    for name, table in local.tables : name => [
      for column in table.columns : {
        name        = column.name
        description = column.description
        type = lookup(
          local.types,
          trimsuffix(trimprefix(column.type, "ARRAY<"), ">"),
          trimsuffix(trimprefix(column.type, "ARRAY<"), ">"),
        )
        mode = (
          startswith(column.type, "ARRAY<") ? "REPEATED" :
          try(column.required, false) ? "REQUIRED" : "NULLABLE"
        )
      }
    ]
  }

  source_grants = merge([
    for name, member in var.source_readers : {
      for key, source in var.sources : "${name}:${key}" => merge(source, { member = member })
    }
  ]...)
  table_grants = merge([
    for role, users in { dataEditor = var.appenders, dataViewer = var.readers } : merge([
      for name, user in users : {
        for table in user.tables : "${name}:${table}" => { member = user.member, role = role, table = table }
      }
    ]...)
  ]...)
}

resource "google_bigquery_dataset" "this" {
  #checkov:skip=CKV_GCP_81: Google's keys encrypt the dataset; a team that has to bring its own sets a default key on the project.
  project     = var.project_id
  dataset_id  = var.dataset
  location    = var.location
  description = "Kenko: score history, and the tables of runs under way"
  labels      = var.labels

  # Runs make tables of their own here, which Terraform does not know.
  delete_contents_on_destroy = !var.delete_protection
}

resource "google_bigquery_table" "this" {
  #checkov:skip=CKV_GCP_80: Google's keys encrypt the tables; a team that has to bring its own sets a default key on the project.
  #checkov:skip=CKV_GCP_121: On by default (delete_protection); it has to be possible to switch it off, else nothing can be destroyed.
  for_each = local.tables

  project     = var.project_id
  dataset_id  = google_bigquery_dataset.this.dataset_id
  table_id    = each.value.table
  description = each.value.description
  labels      = var.labels
  schema      = jsonencode(local.schemas[each.key])
  clustering  = try(each.value.cluster, null)

  # BigQuery only adds columns to a table. Any other change of its layout makes Terraform delete
  # and make it again, with all its rows; this refuses that.
  deletion_protection = var.delete_protection

  # A query that forgets the date would read, and bill, years.
  require_partition_filter = try(each.value.partition, null) != null

  dynamic "time_partitioning" {
    for_each = try([each.value.partition], [])
    content {
      type          = "DAY"
      field         = time_partitioning.value
      expiration_ms = var.history_days == null ? null : var.history_days * 86400000
    }
  }
}

resource "google_bigquery_table" "view" {
  #checkov:skip=CKV_GCP_80: A view holds no rows.
  #checkov:skip=CKV_GCP_121: A view holds no rows; made again, it is the same.
  for_each = local.views

  project     = var.project_id
  dataset_id  = google_bigquery_dataset.this.dataset_id
  table_id    = each.key
  description = each.value.description
  labels      = var.labels

  deletion_protection = false

  view {
    query          = each.value.query
    use_legacy_sql = false
  }

  # BigQuery reads the query when the view is made: its tables have to be there.
  depends_on = [google_bigquery_table.this]
}

# Runs take up each other's work: a job that one identity started is looked up by another, which
# BigQuery's job user may not. https://cloud.google.com/bigquery/docs/managing-jobs
resource "google_project_iam_custom_role" "jobs" {
  project     = var.project_id
  role_id     = "${replace(var.prefix, "-", "_")}_jobs"
  title       = "Kenko: BigQuery jobs (${var.prefix})"
  description = "Starts BigQuery jobs and looks up those that another function started"
  permissions = ["bigquery.jobs.create", "bigquery.jobs.get"]
}

# Jobs belong to the project; there is no smaller resource to grant this on.
resource "google_project_iam_member" "writer_jobs" {
  for_each = var.writers

  project = var.project_id
  role    = each.value.shares_jobs ? google_project_iam_custom_role.jobs.name : "roles/bigquery.jobUser"
  member  = each.value.member
}

resource "google_project_iam_member" "reader_jobs" {
  for_each = var.readers

  project = var.project_id
  role    = "roles/bigquery.jobUser"
  member  = each.value.member
}

resource "google_bigquery_dataset_iam_member" "writer" {
  for_each = var.writers

  project    = var.project_id
  dataset_id = google_bigquery_dataset.this.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = each.value.member
}

resource "google_bigquery_table_iam_member" "table_user" {
  for_each = local.table_grants

  project    = var.project_id
  dataset_id = google_bigquery_dataset.this.dataset_id
  table_id   = google_bigquery_table.this[each.value.table].table_id
  role       = "roles/bigquery.${each.value.role}"
  member     = each.value.member
}

# The team's own data: read, and nothing else.
resource "google_bigquery_dataset_iam_member" "source_reader" {
  for_each = local.source_grants

  project    = each.value.project_id
  dataset_id = each.value.dataset
  role       = "roles/bigquery.dataViewer"
  member     = each.value.member
}
