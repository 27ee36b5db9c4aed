terraform {
  required_version = ">= 1.11"

  required_providers {
    # Earlier ones keep the secret of an OAuth client in the state.
    google = {
      source  = "hashicorp/google"
      version = "~> 7.46"
    }
    # Only google-beta can ask for a service agent.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 7.0"
    }
  }
}
