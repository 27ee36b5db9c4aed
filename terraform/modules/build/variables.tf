variable "archive" {
  description = "Path of the archive to deploy; its file name has to change with its content."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.archive, ".zip")
    error_message = "The archive is a .zip, as `npm run build` makes it."
  }
}

variable "delete_protection" {
  description = "Whether `destroy` refuses to delete a bucket that still holds archives."
  type        = bool
  default     = true
  nullable    = false
}

variable "labels" {
  description = "Labels for everything that takes labels."
  type        = map(string)
  default     = {}
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
  description = "Region of bucket and images."
  type        = string
  nullable    = false
}
