variable "body" {
  description = "What the function is asked for, as JSON."
  type        = map(bool)
  default     = {}
  nullable    = false
}

variable "deadline_seconds" {
  description = "Seconds that one call may take, 15 to 1800."
  type        = number
  nullable    = false

  validation {
    condition     = var.deadline_seconds >= 15 && var.deadline_seconds <= 1800
    error_message = "Cloud Scheduler waits 15 to 1800 seconds for an answer."
  }
}

variable "description" {
  description = "What the job does, in one sentence."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the job, without the prefix."
  type        = string
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

variable "region" {
  description = "Region of the job."
  type        = string
  nullable    = false
}

variable "retry_count" {
  description = "How often a failed call is made again, 1 to 5; Cloud Scheduler's default is never."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.retry_count >= 1 && var.retry_count <= 5
    error_message = "A failed call is made again 1 to 5 times."
  }
}

variable "schedule" {
  description = "When: a cron expression in a time zone such as `Asia/Tokyo`, and whether it is paused."
  type = object({
    cron      = string
    paused    = optional(bool, false)
    time_zone = string
  })
  nullable = false

  validation {
    condition     = can(regex("^\\S+( \\S+){4}$", var.schedule.cron))
    error_message = "A cron expression has five fields, such as \"0 5 * * *\"."
  }
}

variable "target" {
  description = "The function to call: its address, and the identity to call it as."
  type = object({
    caller = object({ email = string, id = string })
    uri    = string
  })
  nullable = false
}
