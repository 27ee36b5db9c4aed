variable "alert_thresholds" {
  description = "Beyond what alerts are raised: `api_errors` (5xx in 5 minutes), `api_latency_ms` (95th percentile), `failed_requests` (in 15 minutes), `finished_run_hours` (without a finished run), `parked_accounts` (in a day), `reconciled_hours` (without a finished comparison with Salesforce)."
  type = object({
    api_errors         = optional(number, 5)
    api_latency_ms     = optional(number, 5000)
    failed_requests    = optional(number, 10)
    finished_run_hours = optional(number, 26)
    parked_accounts    = optional(number, 20)
    reconciled_hours   = optional(number, 50)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for threshold in values(var.alert_thresholds) : threshold > 0])
    error_message = "Every threshold is above 0."
  }
}

variable "api_access" {
  description = "Who may do what in the API and the dashboard, and how they prove who they are: [people and roles](#people-and-roles) has every setting. Default: nobody."
  type = object({
    audiences            = optional(set(string), [])
    domain               = optional(string)
    editors              = optional(set(string), [])
    identity             = optional(string, "token")
    ingress              = optional(string)
    members              = optional(set(string), [])
    oauth_client         = optional(string)
    operators            = optional(set(string), [])
    own_accounts         = optional(set(string), [])
    programmatic_clients = optional(set(string), [])
    public               = optional(bool, false)
    viewers              = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["iap", "token"], var.api_access.identity)
    error_message = "api_access.identity is \"token\" (callers bring a Google ID token) or \"iap\" (people sign in at Identity-Aware Proxy)."
  }

  validation {
    condition     = var.api_access.identity != "iap" || var.api_access.domain != null
    error_message = "Identity-Aware Proxy needs api_access.domain, the DNS name that people will open, such as kenko.example.com."
  }

  validation {
    condition     = var.api_access.identity == "iap" || var.api_access.domain == null && var.api_access.oauth_client == null && length(var.api_access.programmatic_clients) == 0
    error_message = "domain, oauth_client and programmatic_clients of api_access are those of Identity-Aware Proxy: set identity = \"iap\", or leave them out."
  }

  validation {
    condition     = var.api_access.identity == "iap" || length(var.api_access.members) == 0
    error_message = "api_access.members are whom Identity-Aware Proxy lets in. Without it, give each a role instead: viewers read, editors also enter and override, operators also release and discard runs; as user:ann@example.com, serviceAccount:... or domain:example.com. For groups, set identity = \"iap\" and a domain."
  }

  validation {
    condition = !anytrue([
      for member in setunion(var.api_access.viewers, var.api_access.editors, var.api_access.operators, var.api_access.own_accounts) :
      startswith(member, "group:") || startswith(member, "principal")
    ])
    error_message = "A role in api_access goes to user:ann@example.com, serviceAccount:... or domain:example.com, not to a group: a signed identity names no groups. With identity = \"iap\", put groups into members, which lets them in to read."
  }

  validation {
    condition = !anytrue([
      for member in setunion(var.api_access.viewers, var.api_access.editors, var.api_access.operators, var.api_access.own_accounts) :
      startswith(member, "all")
    ])
    error_message = "No role in api_access goes to everybody; to let everybody on the internet read, and nothing else, set public = true."
  }

  validation {
    condition = alltrue([
      for member in setunion(var.api_access.viewers, var.api_access.editors, var.api_access.operators, var.api_access.own_accounts) :
      can(regex("^((user|serviceAccount):[^\\s:,@]+@[^\\s:,@]+|domain:[\\w.-]+|(group:|principal|all).*)$", member))
    ])
    error_message = "A role in api_access goes to user:ann@example.com, serviceAccount:portal@project.iam.gserviceaccount.com or domain:example.com."
  }

  validation {
    condition     = var.api_access.identity != "iap" || !var.api_access.public
    error_message = "Identity-Aware Proxy lets in nobody who is not signed in, so api_access cannot be public with it: leave public out, or set identity = \"token\"."
  }

  validation {
    condition     = var.api_access.identity != "iap" || length(var.api_access.audiences) == 0
    error_message = "api_access.audiences are those of ID tokens; behind Identity-Aware Proxy it is IAP that checks tokens, and programmatic_clients are what it takes."
  }

  validation {
    condition     = alltrue([for audience in var.api_access.audiences : can(regex("^[^\\s,]+$", audience))])
    error_message = "An audience in api_access is one word without commas, such as https://kenko.example.com or 32555940559.apps.googleusercontent.com."
  }

  validation {
    condition     = var.api_access.ingress == null || contains(["ALLOW_ALL", "ALLOW_INTERNAL_AND_GCLB", "ALLOW_INTERNAL_ONLY"], coalesce(var.api_access.ingress, "none"))
    error_message = "api_access.ingress is ALLOW_ALL, ALLOW_INTERNAL_AND_GCLB or ALLOW_INTERNAL_ONLY."
  }

  validation {
    condition     = var.api_access.identity != "iap" || !contains(["ALLOW_ALL", "ALLOW_INTERNAL_ONLY"], coalesce(var.api_access.ingress, "none"))
    error_message = "Behind Identity-Aware Proxy requests come through its load balancer: leave api_access.ingress out."
  }
}

variable "budget" {
  description = "A monthly budget for the whole project that the alerts' recipients are told of at 50 % and 100 %: `amount` in whole units of `currency`, and the id of the `billing_account`. It warns; it stops nothing."
  type = object({
    amount          = number
    billing_account = string
    currency        = optional(string, "USD")
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.amount >= 1 && floor(var.budget.amount) == var.budget.amount, false)
    error_message = "The amount of the budget is a whole number from 1."
  }

  validation {
    condition     = var.budget == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "The billing account is an id such as 012345-6789AB-CDEF01."
  }

  validation {
    condition     = var.budget == null || can(regex("^[A-Z]{3}$", var.budget.currency))
    error_message = "The currency is a code such as USD or JPY: the one that the billing account pays in."
  }
}

variable "bundle_manifest" {
  description = "Path of the manifest that `npm run build` makes; the archive lies beside it. Default: `dist/functions.json` of this repository."
  type        = string
  default     = null
}

variable "delete_protection" {
  description = "Whether database, tables, secrets and archives refuse to be deleted. Switch it off, and apply, before `terraform destroy`."
  type        = bool
  default     = true
  nullable    = false
}

variable "firestore_location" {
  description = "Location of the Firestore database, which stays as it is for ever. Default: `region`."
  type        = string
  default     = null
}

variable "functions" {
  description = "Other sizes of functions than the usual ones, by name: `concurrency`, `cpu`, `max_instances`, `memory`, `min_instances`, `timeout_seconds`."
  type = map(object({
    concurrency     = optional(number)
    cpu             = optional(string)
    max_instances   = optional(number)
    memory          = optional(string)
    min_instances   = optional(number)
    timeout_seconds = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.functions) : contains(keys(local.functions), name)])
    error_message = "There is no such function; there are ${join(", ", keys(local.functions))}."
  }
}

variable "further_source_datasets" {
  description = "Datasets that views in `source_dataset` read from, as `dataset` or `project.dataset`; they are read, never written."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.further_source_datasets : can(regex("^([a-z][a-z0-9-]{4,28}[a-z0-9]\\.)?\\w+$", name))])
    error_message = "A dataset is named `dataset` or `project.dataset`."
  }
}

variable "grant_wait_seconds" {
  description = "Seconds that a deployment waits after roles were granted, until Google has put them into force everywhere; 0 does not wait."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.grant_wait_seconds >= 0 && var.grant_wait_seconds <= 600 && floor(var.grant_wait_seconds) == var.grant_wait_seconds
    error_message = "The wait is a whole number of seconds from 0 to 600."
  }
}

variable "labels" {
  description = "Labels for everything that takes labels, beside `app` and `deployment`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for name, value in var.labels :
      can(regex("^[a-z][a-z0-9_-]{0,62}$", name)) && can(regex("^[a-z0-9_-]{0,63}$", value))
    ])
    error_message = "Labels have lower-case letters, digits, hyphens and underscores only, 63 at most."
  }
}

variable "max_bytes_billed" {
  description = "Most bytes that one BigQuery job may bill; a job that would bill more fails and costs nothing."
  type        = number
  default     = 1099511627776
  nullable    = false

  validation {
    condition     = var.max_bytes_billed >= 10485760 && floor(var.max_bytes_billed) == var.max_bytes_billed
    error_message = "BigQuery bills 10485760 bytes at least for every table that a query reads; allow that."
  }
}

variable "notification_channels" {
  description = "Ids of notification channels that exist, such as `projects/p/notificationChannels/1`, for Slack, PagerDuty and others."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for channel in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))])
    error_message = "A notification channel is an id such as projects/my-project/notificationChannels/1234567890."
  }
}

variable "notification_emails" {
  description = "Addresses that alerts are mailed to."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.notification_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "An address looks like on-call@example.com."
  }
}

variable "oauth_client_secret" {
  description = "Secret of `api_access.oauth_client`; give it as `TF_VAR_oauth_client_secret`. It is in no plan and in no state."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = var.api_access.oauth_client == null || var.oauth_client_secret != null
    error_message = "The OAuth client of api_access needs TF_VAR_oauth_client_secret; Google Cloud's console shows it once, when it is made (terraform/README.md, \"Secrets\")."
  }
}

variable "oauth_client_secret_version" {
  description = "Raise it by one to hand over another secret."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.oauth_client_secret_version >= 1 && floor(var.oauth_client_secret_version) == var.oauth_client_secret_version
    error_message = "The version is a whole number from 1."
  }
}

variable "pack" {
  description = "The folder of rules/ to deploy."
  type        = string
  default     = "saas"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_-]*$", var.pack)) && fileexists("${path.module}/../rules/${var.pack}/pack.yaml")
    error_message = "There is no rules/<pack>/pack.yaml of that name."
  }
}

variable "prefix" {
  description = "What the names of all resources begin with; another prefix is another deployment."
  type        = string
  default     = "kenko"
  nullable    = false

  validation {
    # With "-to-sync-salesforce" it has to fit into the 30 characters of an account id.
    condition     = can(regex("^[a-z][a-z0-9-]{0,9}[a-z0-9]$", var.prefix)) && !startswith(var.prefix, "goog")
    error_message = "The prefix has 2 to 11 lower-case letters, digits and hyphens, begins with a letter, ends with none of the hyphens, and is not Google's own \"goog\"."
  }
}

variable "project_id" {
  description = "Id of the Google Cloud project to deploy to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens; it is not the project's name or number."
  }
}

variable "region" {
  description = "Region of the functions and of everything around them, such as `asia-northeast1`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region is a name such as asia-northeast1."
  }
}

variable "retention" {
  description = "Days that things are kept: `dead_letter_days` (31 at most), `history_days` (400 at least; null for good). Documents of past dates carry their own end, 400 days."
  type = object({
    dead_letter_days = optional(number, 31)
    history_days     = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.retention.dead_letter_days >= 1 && var.retention.dead_letter_days <= 31
    error_message = "Pub/Sub keeps dead letters for 1 to 31 days."
  }

  validation {
    condition     = var.retention.history_days == null || try(var.retention.history_days >= 400, false)
    error_message = "History is kept for 400 days at least: trends and a year's comparison look back."
  }
}

variable "salesforce" {
  description = "The org to write to: `login_url` (My Domain), `client_id` (consumer key); `username` for the JWT flow, without it client credentials; `audience` for sandboxes. Null: no Salesforce."
  type = object({
    audience  = optional(string)
    client_id = string
    login_url = string
    username  = optional(string)
  })
  default = null

  validation {
    condition     = var.salesforce == null || can(regex("^https://[A-Za-z0-9.-]+$", var.salesforce.login_url))
    error_message = "The login URL is an https address without a path, such as https://acme.my.salesforce.com."
  }

  validation {
    condition     = var.salesforce == null || try(var.salesforce.audience, null) == null || can(regex("^https://(login|test)\\.salesforce\\.com$", var.salesforce.audience))
    error_message = "The audience is https://login.salesforce.com or https://test.salesforce.com."
  }
}

variable "salesforce_client_secret" {
  description = "Consumer secret of the connected app, for client credentials; give it as `TF_VAR_salesforce_client_secret`. It is in no plan and in no state."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = var.salesforce == null || try(var.salesforce.username, null) != null || var.salesforce_client_secret != null
    error_message = "Client credentials need TF_VAR_salesforce_client_secret; where the secret is stored already, read it from there (terraform/README.md, \"Secrets\")."
  }
}

variable "salesforce_private_key" {
  description = "Private key in PEM whose certificate the connected app has, for the JWT flow; give it as `TF_VAR_salesforce_private_key`. It is in no plan and in no state."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = var.salesforce == null || try(var.salesforce.username, null) == null || var.salesforce_private_key != null
    error_message = "The JWT flow needs TF_VAR_salesforce_private_key; where the key is stored already, read it from there (terraform/README.md, \"Secrets\")."
  }
}

variable "salesforce_secret_version" {
  description = "Raise it by one to store another secret or private key."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.salesforce_secret_version >= 1 && floor(var.salesforce_secret_version) == var.salesforce_secret_version
    error_message = "The version is a whole number from 1."
  }
}

variable "scheduler_region" {
  description = "Region of the scheduler's jobs, where `region` has no Cloud Scheduler. Default: `region`."
  type        = string
  default     = null
}

variable "schedules" {
  description = "When jobs run, as `cron`, `time_zone` (default: the pack's zone) and `paused`: `daily` once the day's data is there, `intraday` for packs with `as_of: slot` (null: never), `reconcile` at night, `sweep`."
  type = object({
    daily = optional(object({
      cron      = optional(string, "0 5 * * *")
      paused    = optional(bool, false)
      time_zone = optional(string)
    }), {})
    intraday = optional(object({
      cron      = string
      paused    = optional(bool, false)
      time_zone = optional(string)
    }))
    reconcile = optional(object({
      cron      = optional(string, "0 2 * * *")
      paused    = optional(bool, false)
      time_zone = optional(string)
    }), {})
    sweep = optional(object({
      cron      = optional(string, "*/10 * * * *")
      paused    = optional(bool, false)
      time_zone = optional(string)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for schedule in values(var.schedules) : can(regex("^\\S+( \\S+){4}$", schedule.cron)) if schedule != null
    ])
    error_message = "A cron expression has five fields, such as \"0 5 * * *\"."
  }
}

variable "slack" {
  description = "Whether signals are told in Slack, in the channels that the pack names."
  type        = bool
  default     = false
  nullable    = false
}

variable "slack_token" {
  description = "Token of the Slack app's bot, with the scopes chat:write and channels:history (groups:history for private channels); give it as `TF_VAR_slack_token`. It is in no plan and in no state."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = !var.slack || var.slack_token != null
    error_message = "Slack needs TF_VAR_slack_token; where the token is stored already, read it from there (terraform/README.md, \"Secrets\")."
  }
}

variable "slack_token_version" {
  description = "Raise it by one to store another token."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.slack_token_version >= 1 && floor(var.slack_token_version) == var.slack_token_version
    error_message = "The version is a whole number from 1."
  }
}

variable "source_dataset" {
  description = "BigQuery dataset of the team's own tables, as `dataset` or `project.dataset`; it is read, never written."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{4,28}[a-z0-9]\\.)?\\w+$", var.source_dataset))
    error_message = "The dataset is named `dataset` or `project.dataset`."
  }
}

variable "warehouse_location" {
  description = "BigQuery location of `source_dataset`, such as `asia-northeast1`, `US` or `EU`: queries do not cross locations, so Kenko's own dataset is made there."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(US|EU|[a-z]+-[a-z]+[0-9]+)$", var.warehouse_location))
    error_message = "A BigQuery location is US, EU, or a region such as asia-northeast1."
  }
}
