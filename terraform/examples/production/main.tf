# What a team in production sets: state in a bucket, Salesforce by JWT, people who open the dashboard
# under a domain of their own and a machine that calls the API, alerts that reach somebody, a budget, an intraday run, a warm API.

terraform {
  required_version = ">= 1.11"

  # State in a versioned bucket that only those who deploy can read:
  #   terraform init -backend-config="bucket=acme-terraform-state"
  backend "gcs" {
    prefix = "kenko"
  }

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 7.0"
    }
  }
}

# Budgets are made through the billing account, which has no quota of its own to count against.
provider "google" {
  billing_project       = var.project_id
  user_project_override = true
}

variable "billing_account" {
  description = "Id of the billing account."
  type        = string
}

variable "project_id" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "salesforce_private_key" {
  description = "Private key in PEM, as TF_VAR_salesforce_private_key."
  type        = string
  ephemeral   = true
  sensitive   = true
}

module "kenko" {
  source = "../.."

  project_id         = var.project_id
  region             = "asia-northeast1"
  pack               = "saas"
  source_dataset     = "acme-data.mart"
  warehouse_location = "asia-northeast1"
  max_bytes_billed   = 200000000000

  # The warehouse is loaded by six; people look from nine to six.
  schedules = {
    daily    = { cron = "30 6 * * *", time_zone = "Asia/Tokyo" }
    intraday = { cron = "0 9-18 * * 1-5", time_zone = "Asia/Tokyo" }
  }

  salesforce = {
    client_id = "3MVG9PhR6g6B7ps4AAAA_consumer_key"
    login_url = "https://acme.my.salesforce.com"
    username  = "kenko@acme.example"
  }
  salesforce_private_key    = var.salesforce_private_key
  salesforce_secret_version = 1

  # The domain's A record holds the output `api_address`. Groups are let in, and may read; who may
  # do more is named one by one.
  api_access = {
    identity = "iap"
    domain   = "kenko.acme.example"
    members  = ["group:customer-success@acme.example"]
    editors = [
      "user:yuki.sato@acme.example",
      "serviceAccount:portal@acme-portal.iam.gserviceaccount.com",
    ]
    operators = ["user:ken.mori@acme.example"]
  }
  functions = {
    api         = { min_instances = 1 }
    score-shard = { max_instances = 40 }
  }

  notification_emails = ["customer-success-ops@acme.example"]
  budget = {
    amount          = 300
    billing_account = var.billing_account
  }
  alert_thresholds = { parked_accounts = 50 }
  retention        = { history_days = 1100 }
  labels           = { team = "customer-success", environment = "production" }
}

output "api_url" {
  description = "Address of API and dashboard."
  value       = module.kenko.api_url
}

output "api_address" {
  description = "The IPv4 address that the A record of the domain has to hold."
  value       = module.kenko.api_address
}

output "jobs" {
  description = "Names of the scheduler's jobs."
  value       = module.kenko.jobs
}
