# Who reaches the API, and what the function is told about whom it may trust with what. It verifies
# every identity by itself: behind Identity-Aware Proxy the assertion that IAP signs, else the Google
# ID token that a caller brings.

locals {
  behind_proxy = var.api_access.identity == "iap"

  # Google gives a function three addresses. These two follow from its name, so that it can be told
  # them before it is there. https://cloud.google.com/run/docs/triggering/https-request
  api_addresses = [
    "https://${var.prefix}-api-${module.build.project_number}.${var.region}.run.app",
    "https://${var.region}-${var.project_id}.cloudfunctions.net/${var.prefix}-api",
  ]
  api_url = local.behind_proxy ? "https://${var.api_access.domain}" : local.api_addresses[0]

  # Whom IAP lets in may read, unless readers are named.
  api_viewers = (
    var.api_access.public ? setunion(var.api_access.viewers, ["allUsers"]) :
    local.behind_proxy && length(var.api_access.viewers) == 0 ? toset(["allAuthenticatedUsers"]) :
    var.api_access.viewers
  )

  environment_of_api = merge(
    {
      KENKO_API_AUDIENCES = join(",", local.behind_proxy
        ? [module.identity_aware_proxy["this"].audience]
        : concat(local.api_addresses, sort(var.api_access.audiences))
      )
      KENKO_API_IDENTITY = var.api_access.identity
    },
    {
      for name, members in {
        KENKO_API_EDITORS      = var.api_access.editors
        KENKO_API_OPERATORS    = var.api_access.operators
        KENKO_API_OWN_ACCOUNTS = var.api_access.own_accounts
        KENKO_API_VIEWERS      = local.api_viewers
      } : name => join(",", sort(members)) if length(members) > 0
    },
  )

  # Cloud Run hands a token on without its signature where it checks it, so without IAP everybody
  # reaches the function, which then asks for an identity.
  api_invokers = local.behind_proxy ? { identity-aware-proxy = module.identity_aware_proxy["this"].agent } : { everybody = "allUsers" }
  api_ingress = coalesce(
    var.api_access.ingress,
    local.behind_proxy ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_ALL",
  )
}

module "identity_aware_proxy" {
  source   = "./modules/identity-aware-proxy"
  for_each = toset(local.behind_proxy ? ["this"] : [])

  domain                      = var.api_access.domain
  labels                      = local.labels
  oauth_client                = var.api_access.oauth_client
  oauth_client_secret         = var.oauth_client_secret
  oauth_client_secret_version = var.oauth_client_secret_version
  programmatic_clients        = var.api_access.programmatic_clients
  project_id                  = var.project_id
  project_number              = module.build.project_number
  region                      = var.region
  service                     = "${var.prefix}-api"

  # A role is of no use to whom IAP does not let in.
  members = setunion(
    var.api_access.members,
    var.api_access.viewers,
    var.api_access.editors,
    var.api_access.operators,
  )

  depends_on = [module.services]
}
