variable "after" {
  description = "What has to exist, and to be in force, before the function is deployed."
  type        = any
  default     = []
}

variable "description" {
  description = "What the function does, in one sentence."
  type        = string
  nullable    = false
}

variable "environment" {
  description = "Its environment variables."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "has_caller" {
  description = "Whether Pub/Sub or Cloud Scheduler calls it, which takes an identity to call as."
  type        = bool
  default     = true
  nullable    = false
}

variable "ingress" {
  description = "Where requests may come from: `ALLOW_INTERNAL_ONLY`, `ALLOW_INTERNAL_AND_GCLB` or `ALLOW_ALL`."
  type        = string
  default     = "ALLOW_INTERNAL_ONLY"
  nullable    = false

  validation {
    condition = contains(
      ["ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB", "ALLOW_ALL"], var.ingress
    )
    error_message = "The ingress is ALLOW_INTERNAL_ONLY, ALLOW_INTERNAL_AND_GCLB or ALLOW_ALL."
  }
}

variable "invokers" {
  description = "Further members whom Cloud Run lets call it, each under a name for its grant."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "labels" {
  description = "Labels of the function."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "name" {
  description = "Name of the function in functions/index.ts."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}$", var.name))
    error_message = "The name has at most 15 lower-case letters, digits and hyphens: it is part of an account id."
  }
}

variable "prefix" {
  description = "What the names of all resources begin with."
  type        = string
  nullable    = false
}

variable "project_id" {
  description = "Id of the project."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the function."
  type        = string
  nullable    = false
}

variable "resources" {
  description = "Size of an instance, how many there are, and how long a request may take."
  type = object({
    concurrency     = optional(number, 1)
    cpu             = optional(string, "1")
    max_instances   = optional(number, 3)
    memory          = optional(string, "512Mi")
    min_instances   = optional(number, 0)
    timeout_seconds = optional(number, 540)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.resources.timeout_seconds >= 1 && var.resources.timeout_seconds <= 3600
    error_message = "A request may take 1 to 3600 seconds."
  }

  validation {
    condition     = var.resources.concurrency >= 1 && var.resources.concurrency <= 1000
    error_message = "An instance takes 1 to 1000 requests at once."
  }

  validation {
    condition     = var.resources.concurrency == 1 || try(tonumber(var.resources.cpu), 0) >= 1
    error_message = "An instance takes several requests at once only with at least one whole CPU."
  }

  validation {
    condition = (
      var.resources.max_instances >= 1 &&
      var.resources.min_instances >= 0 &&
      var.resources.min_instances <= var.resources.max_instances
    )
    error_message = "There is at least one instance at most, and min_instances is not above max_instances."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.resources.memory))
    error_message = "The memory is a size such as 512Mi or 2Gi."
  }
}

variable "secrets" {
  description = "Environment variables whose value is a version of a secret."
  type = map(object({
    secret  = string
    version = string
  }))
  default  = {}
  nullable = false
}

variable "service_account_email" {
  description = "The identity it runs as, which no other function has."
  type        = string
  nullable    = false
}

variable "source_code" {
  description = "What it is built from, by whom, and where the image goes."
  type = object({
    bucket     = string
    builder    = string
    object     = string
    repository = string
  })
  nullable = false
}
