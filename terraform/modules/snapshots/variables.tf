variable "database" {
  description = "Id of the database."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database))
    error_message = "A database id has 4 to 63 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "delete_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "expiring" {
  description = "By collection, the field with the instant after which a document is deleted."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "indexes" {
  description = "Composite indexes: a field compared for equality and the field of the order; `{score}` and `{worklist}` stand for each of the pack's, `{owner}` for `owner_field`."
  type = list(object({
    by         = string
    collection = string
    direction  = string
    equal      = string
  }))
  nullable = false

  validation {
    condition     = alltrue([for index in var.indexes : contains(["asc", "desc"], index.direction)])
    error_message = "The direction of an index is asc or desc."
  }
}

variable "location" {
  description = "Location of the database."
  type        = string
  nullable    = false
}

variable "owner_field" {
  description = "The field of an account's document that says who looks after it."
  type        = string
  nullable    = false
}

variable "project_id" {
  description = "Id of the project."
  type        = string
  nullable    = false
}

variable "scores" {
  description = "Ids of the pack's scores."
  type        = list(string)
  nullable    = false
}

variable "unindexed" {
  description = "Fields that no query looks at, and that cost too much when they are indexed."
  type = list(object({
    collection = string
    field      = string
  }))
  default  = []
  nullable = false
}

variable "users" {
  description = "Members who read and write documents, by a name that stays."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "worklists" {
  description = "Ids of the pack's worklists."
  type        = list(string)
  default     = []
  nullable    = false
}
