output "alert_policies" {
  description = "Display names of the alert policies, those of the queues aside."
  value       = module.alerts.policies
}

output "api_address" {
  description = "Behind Identity-Aware Proxy, the IPv4 address that the A record of `api_access.domain` has to hold; else null."
  value       = one([for proxy in module.identity_aware_proxy : proxy.address])
}

output "api_url" {
  description = "Address of API and dashboard; without Identity-Aware Proxy also the audience of the ID tokens that callers send."
  value       = local.api_url
  depends_on  = [module.function]
}

output "bundle" {
  description = "Name of the deployed archive, which is made of its content."
  value       = basename(local.archive)

  precondition {
    condition     = fileexists(local.archive)
    error_message = "There is no bundle to deploy at ${local.manifest_file}; run `npm ci && npm run build` first."
  }
  precondition {
    condition     = contains(keys(local.manifest.packs), var.pack) && length(setsubtract(keys(local.deployed), local.manifest.functions)) == 0
    error_message = "The bundle is of another commit: it lacks the pack ${var.pack}, or a function; run `npm run build` again."
  }
}

output "dashboard" {
  description = "Id of the dashboard in Cloud Monitoring."
  value       = module.alerts.dashboard
}

output "database" {
  description = "Id of the Firestore database."
  value       = module.snapshots.database
}

output "dataset" {
  description = "Id of Kenko's own BigQuery dataset."
  value       = module.warehouse.dataset
}

output "dead_letter_subscriptions" {
  description = "By queue, the subscription in which its dead letters wait."
  value       = { for name, queue in module.queue : name => queue.dead_letter_subscription }
}

output "function_urls" {
  description = "By function, where it is called."
  value       = merge({ for name, function in module.function : name => function.uri }, { api = local.api_url })
}

output "jobs" {
  description = "Names of the scheduler's jobs, for `gcloud scheduler jobs run`."
  value       = { for name, schedule in module.schedule : name => schedule.job }
}

output "service_accounts" {
  description = "By function, the identity it runs as."
  value       = { for name, account in google_service_account.function : name => account.email }
}
