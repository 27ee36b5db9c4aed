# The queues of functions/records/messages.ts. A queue may have several consumers: one line each
# in `consumers`, the main one first.

locals {
  queues = {
    accounts-changed = { consumers = ["sync-salesforce"] }
    events           = { consumers = ["notify-event"] }
    publish-shards   = { consumers = ["publish-shard"] }
    score-shards     = { consumers = ["score-shard"] }
    signals-changed  = { consumers = ["notify"] }
  }
}

module "queue" {
  source   = "./modules/queue"
  for_each = local.queues

  dead_letter_days      = var.retention.dead_letter_days
  labels                = local.labels
  name                  = each.key
  notification_channels = local.notification_channels
  prefix                = var.prefix
  project_id            = var.project_id
  pubsub_agent          = module.services.pubsub_agent

  consumers = {
    for index, name in each.value.consumers : name => {
      caller  = module.function[name].caller
      is_main = index == 0
      uri     = module.function[name].uri
    } if contains(keys(local.deployed), name)
  }
  publishers = {
    for name, function in local.deployed : name => local.members[name]
    if contains(function.publishes, each.key)
  }

  depends_on = [module.services]
}
