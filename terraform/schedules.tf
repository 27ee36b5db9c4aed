# When what runs. Times are of the pack's own zone where none is given, since its days end there.

locals {
  jobs = {
    daily = {
      description = "Scores every account, once the day's data has arrived"
      function    = "score"
      schedule    = var.schedules.daily
    }
    intraday = {
      description = "Scores every account again with what the day has brought so far"
      function    = "score"
      schedule    = var.schedules.intraday
    }
    reconcile = {
      description = "Compares Salesforce with the latest results"
      function    = "reconcile"
      schedule    = var.salesforce == null ? null : var.schedules.reconcile
    }
    # A call works for twenty minutes at most, so these do not get in each other's way.
    reconcile-resume = {
      body        = { resume = true }
      description = "Goes on with a comparison that one call had no time for, or that stopped; does nothing else"
      function    = "reconcile"
      schedule = var.salesforce == null ? null : {
        cron      = "25,55 * * * *"
        paused    = var.schedules.reconcile.paused
        time_zone = var.schedules.reconcile.time_zone
      }
    }
    sweep = {
      description = "Takes up what stopped, waits or has to be sent again"
      function    = "sweep"
      schedule    = var.schedules.sweep
    }
  }
}

module "schedule" {
  source   = "./modules/schedule"
  for_each = { for name, job in local.jobs : name => job if job.schedule != null }

  body = try(each.value.body, {})
  # As long as the function may take.
  deadline_seconds = module.function[each.value.function].timeout_seconds
  description      = each.value.description
  name             = each.key
  prefix           = var.prefix
  project_id       = var.project_id
  region           = coalesce(var.scheduler_region, var.region)
  schedule = {
    cron      = each.value.schedule.cron
    paused    = each.value.schedule.paused
    time_zone = coalesce(each.value.schedule.time_zone, local.pack.zone)
  }
  target = {
    caller = module.function[each.value.function].caller
    uri    = module.function[each.value.function].uri
  }

  # A job may come due at once: what it sets going has to be there.
  depends_on = [module.queue, module.services]
}
