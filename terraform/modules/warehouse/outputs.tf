output "dataset" {
  description = "Id of our own dataset."
  value       = google_bigquery_dataset.this.dataset_id
}

output "grants" {
  description = "What was granted, for whoever has to wait until it is in force."
  value = concat(
    [for grant in google_bigquery_dataset_iam_member.source_reader : grant.id],
    [for grant in google_bigquery_dataset_iam_member.writer : grant.id],
    [for grant in google_bigquery_table_iam_member.table_user : grant.id],
    [for grant in google_project_iam_member.reader_jobs : grant.id],
    [for grant in google_project_iam_member.writer_jobs : grant.id],
  )
}

output "tables" {
  description = "Names of our tables."
  value       = [for table in google_bigquery_table.this : table.table_id]
}

output "views" {
  description = "Names of the reporting views."
  value       = [for view in google_bigquery_table.view : view.table_id]
}
