# Every function: what it is given, and so what it may touch. Modules of what it touches read
# this table and grant exactly that.

locals {
  functions = {
    api = {
      description = "Answers over HTTPS: JSON API, dashboard, overrides"
      has_caller  = false
      ingress     = local.api_ingress
      # A run that was held goes on, or ends, with a message to whoever scores.
      publishes  = ["accounts-changed", "events", "score-shards", "signals-changed"]
      salesforce = false
      slack      = false
      sources    = false
      warehouse  = "reads"
      # Requests wait for Firestore most of the time, so one instance takes many.
      resources = { concurrency = 40, cpu = "1", max_instances = 5, memory = "1Gi", min_instances = 0, timeout_seconds = 60 }
    }
    notify = {
      description = "Opens and closes episodes of signals, and tells people of them"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      publishes   = []
      # Tasks, where there is Salesforce.
      salesforce = true
      slack      = true
      sources    = false
      warehouse  = "none"
      resources  = { concurrency = 1, cpu = "1", max_instances = 3, memory = "512Mi", min_instances = 0, timeout_seconds = 540 }
    }
    notify-event = {
      description = "Takes events that do not wait for a run, and tells people at once"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      publishes   = []
      salesforce  = true
      slack       = true
      sources     = false
      warehouse   = "none"
      resources   = { concurrency = 1, cpu = "1", max_instances = 3, memory = "512Mi", min_instances = 0, timeout_seconds = 540 }
    }
    publish-shard = {
      description = "Publishes what one shard of a closed run changed"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      publishes   = ["accounts-changed", "signals-changed"]
      salesforce  = false
      slack       = false
      sources     = false
      # Beside reading, it drops the run's own tables when the last shard is published.
      warehouse = "drops"
      resources = { concurrency = 1, cpu = "1", max_instances = 10, memory = "1Gi", min_instances = 0, timeout_seconds = 540 }
    }
    reconcile = {
      description = "Nightly: compares Salesforce with the latest results and sends again what differs"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      publishes   = ["accounts-changed"]
      salesforce  = true
      slack       = false
      sources     = false
      warehouse   = "none"
      # It reads every account's record: half an hour, as long as Cloud Scheduler waits.
      resources = { concurrency = 1, cpu = "1", max_instances = 1, memory = "512Mi", min_instances = 0, timeout_seconds = 1800 }
    }
    score = {
      description = "Starts the run of a slot, or takes it up where it stopped"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      # A run that stopped while it was published goes on from there.
      publishes  = ["publish-shards", "score-shards"]
      salesforce = false
      slack      = false
      sources    = true
      warehouse  = "writes"
      # It waits for one long query of BigQuery: half an hour, as long as Cloud Scheduler waits.
      resources = { concurrency = 1, cpu = "1", max_instances = 3, memory = "1Gi", min_instances = 0, timeout_seconds = 1800 }
    }
    score-shard = {
      description = "Scores one shard of a run; the last one closes the run"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      publishes   = ["publish-shards"]
      salesforce  = false
      slack       = false
      sources     = false
      warehouse   = "writes"
      # One shard at a time fills a CPU and some hundred MB.
      resources = { concurrency = 1, cpu = "1", max_instances = 20, memory = "1Gi", min_instances = 0, timeout_seconds = 540 }
    }
    sweep = {
      description = "Every ten minutes: takes up what stopped, waits or has to be sent again"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      publishes   = ["accounts-changed", "events", "publish-shards", "score-shards", "signals-changed"]
      salesforce  = false
      slack       = false
      sources     = true
      warehouse   = "writes"
      # It may have to prepare a run, as score does.
      resources = { concurrency = 1, cpu = "1", max_instances = 2, memory = "1Gi", min_instances = 0, timeout_seconds = 1800 }
    }
    sync-salesforce = {
      description = "Writes the latest results of accounts to Salesforce"
      has_caller  = true
      ingress     = "ALLOW_INTERNAL_ONLY"
      publishes   = ["accounts-changed"]
      salesforce  = true
      slack       = false
      sources     = false
      # What became of each account goes into sync_log, and nowhere else.
      warehouse = "appends"
      # Salesforce allows 25 long requests at once to all of an org's integrations: leave most.
      resources = { concurrency = 1, cpu = "1", max_instances = 5, memory = "512Mi", min_instances = 0, timeout_seconds = 540 }
    }
  }

  # Without Salesforce, nothing that works with it alone.
  deployed = {
    for name, function in local.functions : name => function
    if var.salesforce != null || !function.salesforce || function.slack
  }

  resources = {
    for name, function in local.deployed : name => merge(
      function.resources,
      { for setting, value in try(var.functions[name], {}) : setting => value if value != null },
    )
  }

  # Sweep adds no more to a queue than its consumer gets done until the next sweep; whoever publishes
  # keeps to its share of what Firestore takes.
  taken_at_once = {
    for name in flatten([for queue in local.queues : queue.consumers]) :
    name => local.resources[name].max_instances * local.resources[name].concurrency
    if contains(keys(local.deployed), name)
  }

  members = { for name, account in google_service_account.function : name => account.member }

  environment_of_warehouse = {
    KENKO_DATASET          = module.warehouse.dataset
    KENKO_LOCATION         = var.warehouse_location
    KENKO_MAX_BYTES_BILLED = tostring(var.max_bytes_billed)
    KENKO_SOURCE_DATASET   = var.source_dataset
  }
  environment_of_salesforce = var.salesforce == null ? {} : {
    for name, value in {
      KENKO_SALESFORCE_AUDIENCE  = var.salesforce.audience
      KENKO_SALESFORCE_CLIENT_ID = var.salesforce.client_id
      KENKO_SALESFORCE_LOGIN_URL = var.salesforce.login_url
      KENKO_SALESFORCE_USERNAME  = var.salesforce.username
    } : name => value if value != null
  }
}

# Outside of the module, since modules that grant roles to them come before the functions.
resource "google_service_account" "function" {
  for_each = local.deployed

  project      = var.project_id
  account_id   = "${var.prefix}-${each.key}"
  display_name = "Kenko: runs ${each.key}"

  depends_on = [module.services]
}

# Google puts a grant into force within a minute or two, but says that it is made at once. What
# is deployed before then fails, now and then: builds that may not read the source, revisions that
# may not read a secret. https://cloud.google.com/iam/docs/access-change-propagation
resource "terraform_data" "grants_in_force" {
  count = var.grant_wait_seconds > 0 ? 1 : 0

  triggers_replace = concat(
    module.build.grants,
    module.snapshots.grants,
    module.warehouse.grants,
    flatten([for secret in module.secret : secret.grants]),
  )

  provisioner "local-exec" {
    command = "sleep ${var.grant_wait_seconds}"
  }
}

module "function" {
  source   = "./modules/function"
  for_each = local.deployed

  description = each.value.description
  has_caller  = each.value.has_caller
  ingress     = each.value.ingress
  invokers    = each.key == "api" ? local.api_invokers : {}
  labels      = local.labels
  name        = each.key
  prefix      = var.prefix
  project_id  = var.project_id
  region      = var.region
  resources   = local.resources[each.key]
  source_code = module.build.source

  service_account_email = google_service_account.function[each.key].email

  environment = merge(
    {
      KENKO_DATABASE = module.snapshots.database
      KENKO_PACK     = var.pack
      KENKO_PROJECT  = var.project_id
    },
    length(each.value.publishes) == 0 ? {} : { KENKO_PREFIX = var.prefix },
    contains(["publish-shard", "sweep"], each.key) ? { KENKO_INSTANCES = join(",", [for name, several in local.taken_at_once : "${name}=${several}"]) } : {},
    each.value.warehouse == "none" ? {} : local.environment_of_warehouse,
    each.value.salesforce ? local.environment_of_salesforce : {},
    each.key == "api" ? local.environment_of_api : {},
  )
  secrets = {
    for variable, secret in module.secret : variable => secret.version
    if variable == "KENKO_SLACK_TOKEN" ? each.value.slack : each.value.salesforce
  }

  after = [terraform_data.grants_in_force]

  depends_on = [module.services]
}
