# Kenko, whole: `npm run build`, then `terraform apply`. What each part is for stands in its file
# or module; README.md is for operators.

locals {
  # Not made absolute: the path of the archive is kept in the state, and another checkout lies
  # elsewhere.
  root = "${path.module}/.."

  pack   = yamldecode(file("${local.root}/rules/${var.pack}/pack.yaml"))
  scores = [for score in local.pack.scores : score.id]

  worklists_file = "${local.root}/rules/${var.pack}/worklists.yaml"
  worklists      = fileexists(local.worklists_file) ? [for list in yamldecode(file(local.worklists_file)) : list.id] : []

  # What `npm run build` made: the archive beside this file, and the functions in it.
  manifest_file = coalesce(var.bundle_manifest, "${local.root}/dist/functions.json")
  # Where there is none, the output `bundle` says so.
  manifest = jsondecode(
    fileexists(local.manifest_file)
    ? file(local.manifest_file)
    : jsonencode({ archive = "none.zip", functions = [], packs = {} })
  )
  archive = "${dirname(local.manifest_file)}/${local.manifest.archive}"

  labels = merge({ app = "kenko", deployment = var.prefix }, var.labels)

  # Tables that the pack names with their dataset, or with project and dataset, lie elsewhere.
  pack_datasets = [
    for table in values(try(local.pack.tables, {})) :
    join(".", slice(split(".", table.table), 0, length(split(".", table.table)) - 1))
    if strcontains(try(table.table, ""), ".")
  ]

  # `project.dataset`, or `dataset` of this project.
  sources = {
    for name in setunion([var.source_dataset], var.further_source_datasets, local.pack_datasets) : name => {
      project_id = length(split(".", name)) == 2 ? split(".", name)[0] : var.project_id
      dataset    = reverse(split(".", name))[0]
    }
  }
}

module "services" {
  source = "./modules/services"

  project_id = var.project_id
  apis = setunion(
    [
      "artifactregistry.googleapis.com",
      "bigquery.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      "iamcredentials.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "pubsub.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "serviceusage.googleapis.com",
      "storage.googleapis.com",
    ],
    var.budget == null ? [] : ["billingbudgets.googleapis.com"],
    local.behind_proxy ? ["compute.googleapis.com", "iap.googleapis.com"] : [],
  )
}

module "build" {
  source = "./modules/build"

  archive           = local.archive
  delete_protection = var.delete_protection
  labels            = local.labels
  prefix            = var.prefix
  project_id        = var.project_id
  region            = var.region

  depends_on = [module.services]
}
