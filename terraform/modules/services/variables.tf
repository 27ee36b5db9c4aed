variable "apis" {
  description = "Names of the APIs to enable, such as `run.googleapis.com`."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for api in var.apis : can(regex("^[a-z]+\\.googleapis\\.com$", api))])
    error_message = "Every API is a name such as run.googleapis.com."
  }

  validation {
    condition     = contains(var.apis, "pubsub.googleapis.com")
    error_message = "The list needs pubsub.googleapis.com, whose service agent is asked for."
  }
}

variable "project_id" {
  description = "Id of the project in which the APIs are enabled."
  type        = string
  nullable    = false
}
