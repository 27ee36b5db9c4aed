# The least that works: no Salesforce, nobody told of alerts, nobody with a role in the API.

terraform {
  required_version = ">= 1.11"

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

variable "project_id" {
  description = "Id of the Google Cloud project."
  type        = string
}

module "kenko" {
  source = "../.."

  project_id         = var.project_id
  region             = "asia-northeast1"
  source_dataset     = "warehouse"
  warehouse_location = "asia-northeast1"
}

output "api_url" {
  description = "Address of API and dashboard."
  value       = module.kenko.api_url
}
