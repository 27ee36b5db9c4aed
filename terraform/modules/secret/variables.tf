variable "delete_protection" {
  description = "Whether `destroy` refuses to delete the secret."
  type        = bool
  default     = true
  nullable    = false
}

variable "labels" {
  description = "Labels of the secret."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "name" {
  description = "Name of the secret, without the prefix."
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

variable "readers" {
  description = "Members who may read the value, by a name that stays."
  type        = map(string)
  nullable    = false
}

variable "value" {
  description = "The value."
  type        = string
  ephemeral   = true
  sensitive   = true
  nullable    = false
}

variable "value_version" {
  description = "Has to change whenever the value does: Terraform does not know the value."
  type        = number
  nullable    = false

  validation {
    condition     = var.value_version >= 1 && floor(var.value_version) == var.value_version
    error_message = "The version of the value is a whole number from 1."
  }
}
