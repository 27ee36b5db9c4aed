# BigQuery, Firestore and the secrets.

module "warehouse" {
  source = "./modules/warehouse"

  dataset           = replace(var.prefix, "-", "_")
  delete_protection = var.delete_protection
  history_days      = var.retention.history_days
  labels            = local.labels
  location          = var.warehouse_location
  prefix            = var.prefix
  project_id        = var.project_id
  sources           = local.sources
  tables_folder     = "${local.root}/sql/tables"
  views_folder      = "${local.root}/sql/views"

  appenders = {
    for name, function in local.deployed : name => {
      member = local.members[name]
      tables = ["sync_log"]
    } if function.warehouse == "appends"
  }
  readers = {
    for name, function in local.deployed : name => {
      member = local.members[name]
      tables = ["score_history"]
    } if function.warehouse == "reads"
  }
  source_readers = {
    for name, function in local.deployed : name => local.members[name] if function.sources
  }
  # Whoever starts jobs under ids of its own also looks up those that another function started.
  writers = {
    for name, function in local.deployed : name => {
      member      = local.members[name]
      shares_jobs = function.warehouse == "writes"
    } if contains(["drops", "writes"], function.warehouse)
  }

  depends_on = [module.services]
}

module "snapshots" {
  source = "./modules/snapshots"

  database          = "${var.prefix}-snapshots"
  delete_protection = var.delete_protection
  # The lists that the code's queries are tested against.
  expiring   = { moved = "expires_at", years = "expires_at" }
  indexes    = jsondecode(file("${local.root}/functions/records/indexes.json"))
  unindexed  = jsondecode(file("${local.root}/functions/records/unindexed-fields.json"))
  location   = coalesce(var.firestore_location, var.region)
  project_id = var.project_id
  scores     = local.scores
  users      = local.members
  worklists  = local.worklists
  # As functions/records/owners.ts has it.
  owner_field = fileexists("${local.root}/rules/${var.pack}/routing.yaml") ? "assignment.owner" : "attributes.owner"

  depends_on = [module.services]
}

locals {
  # By the environment variable that carries it. JWT with a user name, client credentials without.
  salesforce_secret = var.salesforce == null ? {} : (
    var.salesforce.username != null
    ? { KENKO_SALESFORCE_PRIVATE_KEY = "salesforce-private-key" }
    : { KENKO_SALESFORCE_CLIENT_SECRET = "salesforce-client-secret" }
  )
}

locals {
  secrets = merge(
    {
      for variable, name in local.salesforce_secret : variable => {
        name          = name
        value_version = var.salesforce_secret_version
        readers       = [for name, function in local.deployed : name if function.salesforce]
      }
    },
    var.slack ? {
      KENKO_SLACK_TOKEN = {
        name          = "slack-token"
        value_version = var.slack_token_version
        readers       = [for name, function in local.deployed : name if function.slack]
      }
    } : {},
  )
}

module "secret" {
  source   = "./modules/secret"
  for_each = local.secrets

  delete_protection = var.delete_protection
  labels            = local.labels
  name              = each.value.name
  prefix            = var.prefix
  project_id        = var.project_id
  value_version     = each.value.value_version

  value = (
    each.key == "KENKO_SLACK_TOKEN" ? var.slack_token :
    each.key == "KENKO_SALESFORCE_PRIVATE_KEY" ? var.salesforce_private_key : var.salesforce_client_secret
  )

  readers = { for name in each.value.readers : name => local.members[name] }

  depends_on = [module.services]
}
