variable "counters" {
  description = "Numbers that log entries carry, by name: the entry's event and the field that is summed."
  type = map(object({
    event = string
    field = string
  }))
  nullable = false
}

variable "labels" {
  description = "Labels of the policies."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "notification_channels" {
  description = "Notification channels that alerts go to."
  type        = list(string)
  default     = []
  nullable    = false
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

variable "services" {
  description = "Names of the Cloud Run services, by function; `api` has to be one."
  type        = map(string)
  nullable    = false

  validation {
    condition     = contains(keys(var.services), "api")
    error_message = "The services name the one of the function api."
  }
}

variable "thresholds" {
  description = "Beyond what an alert is raised: 5xx of the API in 5 minutes, its 95th percentile in ms, failed requests in 15 minutes, hours without a finished run, accounts parked in a day, hours without a finished comparison with Salesforce."
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
    condition     = alltrue([for threshold in values(var.thresholds) : threshold > 0])
    error_message = "Every threshold is above 0."
  }
}
