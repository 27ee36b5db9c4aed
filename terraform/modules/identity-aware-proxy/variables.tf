variable "domain" {
  description = "The DNS name that people open, such as `kenko.example.com`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$", var.domain))
    error_message = "The domain is a DNS name in lower case such as kenko.example.com, without https:// and without a path."
  }
}

variable "labels" {
  description = "Labels of what takes labels."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "members" {
  description = "Whom IAP lets in, such as `group:cs@example.com`."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.members) > 0
    error_message = "Identity-Aware Proxy would let in nobody: name members, such as group:cs@example.com or domain:example.com."
  }

  validation {
    condition = alltrue([
      for member in var.members :
      can(regex("^((user|group|serviceAccount):[^\\s:,@]+@[^\\s:,@]+|domain:[\\w.-]+|principal(Set)?://\\S+)$", member))
    ])
    error_message = "Each of the members is a principal such as group:cs@example.com or domain:example.com; Identity-Aware Proxy is not for everybody."
  }
}

variable "oauth_client" {
  description = "Id of an OAuth client of the team's own; without one, people of the project's organisation sign in through Google's."
  type        = string
  default     = null

  validation {
    condition     = var.oauth_client == null || can(regex("^[\\w-]+\\.apps\\.googleusercontent\\.com$", var.oauth_client))
    error_message = "An OAuth client is an id such as 123456789012-abc.apps.googleusercontent.com."
  }
}

variable "oauth_client_secret" {
  description = "Its secret, which is in no plan and in no state."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true
}

variable "oauth_client_secret_version" {
  description = "Raised by one where the secret is another one."
  type        = number
  default     = 1
  nullable    = false
}

variable "programmatic_clients" {
  description = "Ids of further OAuth clients, whose tokens programs may bring."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for client in var.programmatic_clients : can(regex("^[\\w-]+\\.apps\\.googleusercontent\\.com$", client))])
    error_message = "An OAuth client is an id such as 123456789012-abc.apps.googleusercontent.com."
  }
}

variable "project_id" {
  description = "Id of the project."
  type        = string
  nullable    = false
}

variable "project_number" {
  description = "Number of the project, which IAP's own names hold."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the service."
  type        = string
  nullable    = false
}

variable "service" {
  description = "Name of the Cloud Run service of the function, which everything here is named after."
  type        = string
  nullable    = false
}
