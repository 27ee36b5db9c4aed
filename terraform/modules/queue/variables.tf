variable "backlog_minutes" {
  description = "Age in minutes of the oldest waiting message that raises an alert."
  type        = number
  default     = 60
  nullable    = false
}

variable "backoff" {
  description = "Seconds between two deliveries of a message: at first, and at most."
  type = object({
    maximum_seconds = optional(number, 600)
    minimum_seconds = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.backoff.minimum_seconds >= 0 &&
      var.backoff.minimum_seconds <= var.backoff.maximum_seconds &&
      var.backoff.maximum_seconds <= 600
    )
    error_message = "Pub/Sub waits 0 to 600 seconds, and minimum_seconds is not above maximum_seconds."
  }
}

variable "consumers" {
  description = "Functions that take the queue, by name: where they are called, the identity to call them as, and whether the one is the main consumer, whose subscription has the queue's own name."
  type = map(object({
    caller  = object({ email = string, id = string })
    is_main = optional(bool, false)
    uri     = string
  }))
  nullable = false

  validation {
    condition     = length([for consumer in var.consumers : consumer if consumer.is_main]) <= 1
    error_message = "A queue has one main consumer: two subscriptions cannot have its name."
  }
}

variable "dead_letter_days" {
  description = "Days that a dead letter waits for somebody to look at it, at most 31."
  type        = number
  default     = 31
  nullable    = false

  validation {
    condition     = var.dead_letter_days >= 1 && var.dead_letter_days <= 31
    error_message = "Pub/Sub keeps messages for 1 to 31 days."
  }
}

variable "labels" {
  description = "Labels for everything that takes labels."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "max_delivery_attempts" {
  description = "How often a message is delivered before it is a dead letter, 5 to 100."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.max_delivery_attempts >= 5 && var.max_delivery_attempts <= 100
    error_message = "Pub/Sub delivers a message 5 to 100 times before it is a dead letter."
  }
}

variable "name" {
  description = "Name of the queue in functions/records/messages.ts."
  type        = string
  nullable    = false
}

variable "notification_channels" {
  description = "Notification channels that its alerts go to."
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

variable "publishers" {
  description = "Members who publish to it, by a name that stays."
  type        = map(string)
  nullable    = false
}

variable "pubsub_agent" {
  description = "Pub/Sub's service agent in this project, as a member of IAM bindings."
  type        = string
  nullable    = false
}
