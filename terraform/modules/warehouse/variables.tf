variable "appenders" {
  description = "Members who append rows to some of our tables, by a name that stays."
  type = map(object({
    member = string
    tables = set(string)
  }))
  default  = {}
  nullable = false
}

variable "dataset" {
  description = "Id of our own dataset."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_]+$", var.dataset))
    error_message = "A dataset id has letters, digits and underscores only."
  }
}

variable "delete_protection" {
  description = "Whether tables refuse to be deleted, or made again because their layout changed."
  type        = bool
  default     = true
  nullable    = false
}

variable "history_days" {
  description = "Days that partitions of our tables are kept; null keeps them for good."
  type        = number
  default     = null

  validation {
    condition     = var.history_days == null || try(var.history_days >= 400, false)
    error_message = "History is kept for 400 days at least: trends and a year's comparison look back."
  }
}

variable "labels" {
  description = "Labels for everything that takes labels."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "location" {
  description = "BigQuery location, the one of the source datasets."
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
  description = "Members who query some of our tables, by a name that stays."
  type = map(object({
    member = string
    tables = set(string)
  }))
  default  = {}
  nullable = false
}

variable "source_readers" {
  description = "Members who read the team's own datasets, by a name that stays."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "sources" {
  description = "The team's own datasets, by a name that stays."
  type = map(object({
    dataset    = string
    project_id = string
  }))
  default  = {}
  nullable = false
}

variable "tables_folder" {
  description = "Folder of the layouts of our tables, one YAML file each."
  type        = string
  nullable    = false
}

variable "views_folder" {
  description = "Folder of the reporting views, one query each; `$${dataset}` in it stands for project and dataset."
  type        = string
  nullable    = false
}

variable "writers" {
  description = "Members who make, load, query, copy and drop tables of our dataset, by a name that stays; with `shares_jobs` they look up jobs that others started."
  type = map(object({
    member      = string
    shares_jobs = optional(bool, false)
  }))
  default  = {}
  nullable = false
}
