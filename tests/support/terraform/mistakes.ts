/** Mistakes that somebody could make in the configuration, and what is then said about them. */

export interface Mistake {
  /** What somebody did. */
  what: string;
  file: string;
  from: string | RegExp;
  to: string;
  /** What is said about it. */
  found: RegExp;
  /** What is still being made when the other one, which does not wait for it, is asked for. */
  slow?: [made: string, askedFor: string];
  also?: { file: string; from: string | RegExp; to: string };
}

const leftOut = (
  what: string,
  file: string,
  from: string | RegExp,
  found: RegExp,
  slow?: Mistake['slow'],
): Mistake => ({ what, file, from, to: '', found, ...(slow ? { slow } : {}) });

/** A module that does not wait until its APIs are enabled. */
const tooSoon = (call: string, file: string, first: string): Mistake =>
  leftOut(
    `the module ${call} does not wait for its APIs`,
    file,
    new RegExp(`(?<=module "${call}" \\{[\\s\\S]*?)\\n {2}depends_on = \\[[^\\]]*\\]\\n(?=\\})`),
    /has not been used in the project before/,
    ['google_project_service', first],
  );

/** Refused by Terraform, or by the cloud while it is applied. */
export const refused: readonly Mistake[] = [
  {
    what: 'a misspelt argument',
    file: 'modules/queue/main.tf',
    from: 'ack_deadline_seconds = 600',
    to: 'ack_deadline_second = 600',
    found: /An argument named "ack_deadline_second" is not expected here/,
  },
  {
    what: 'a value of the wrong type',
    file: 'modules/function/main.tf',
    from: 'all_traffic_on_latest_revision   = true',
    to: 'all_traffic_on_latest_revision   = "always"',
    found: /a bool is required/,
  },
  {
    what: 'a value that Google does not take',
    file: 'modules/queue/main.tf',
    from: 'ack_deadline_seconds = 600',
    to: 'ack_deadline_seconds = 900',
    found: /ack_deadline_seconds is 900; it has to be 10 to 600/,
  },
  tooSoon('build', 'main.tf', 'google_storage_bucket'),
  tooSoon('queue', 'queues.tf', 'google_pubsub_topic'),
  tooSoon('warehouse', 'data.tf', 'google_bigquery_dataset'),
  tooSoon('snapshots', 'data.tf', 'google_firestore_database'),
  tooSoon('secret', 'data.tf', 'google_secret_manager_secret'),
  tooSoon('function', 'functions.tf', 'google_service_account'),
  tooSoon('identity_aware_proxy', 'access.tf', 'google_compute_global_address'),
  leftOut(
    'the identities of functions do not wait for their API',
    'functions.tf',
    /(?<=resource "google_service_account" "function" \{[\s\S]*?)\n {2}depends_on = \[module\.services\]/,
    /iam\.googleapis\.com has not been used/,
    ['google_project_service', 'google_service_account'],
  ),
  leftOut(
    'those who are told of alerts do not wait for their API',
    'alerts.tf',
    /\n {2}depends_on = \[module\.services\]/,
    /monitoring\.googleapis\.com has not been used/,
    ['google_project_service', 'google_monitoring_notification_channel'],
  ),
  leftOut(
    'APIs do not wait for Resource Manager',
    'modules/services/main.tf',
    '  depends_on = [google_project_service.first]\n',
    /cloudresourcemanager\.googleapis\.com is disabled/,
    // All of them are asked for at once, and none is there at once.
    ['google_project_service', 'google_project_service'],
  ),
  leftOut(
    'the service agent is asked for before its API is there',
    'modules/services/main.tf',
    '  depends_on = [google_project_service.this]\n',
    /pubsub\.googleapis\.com is disabled/,
  ),
  {
    what: 'an API that is not on the list',
    file: 'main.tf',
    from: '"cloudscheduler.googleapis.com",',
    to: '',
    found: /cloudscheduler\.googleapis\.com has not been used/,
  },
  {
    what: 'a load balancer without its API',
    file: 'main.tf',
    from: '"compute.googleapis.com", ',
    to: '',
    found: /compute\.googleapis\.com has not been used/,
  },
  {
    what: 'Identity-Aware Proxy without its API',
    file: 'main.tf',
    from: ', "iap.googleapis.com"',
    to: '',
    found: /iap\.googleapis\.com is disabled/,
  },
  {
    what: "an agent of Identity-Aware Proxy's that was not asked for",
    file: 'modules/identity-aware-proxy/outputs.tf',
    from: /\$\{google_project_service_identity\.iap\.email\}/,
    to: 'service-123456789012@gcp-sa-iap.iam.gserviceaccount.com',
    also: {
      file: 'modules/identity-aware-proxy/main.tf',
      from: /resource "google_project_service_identity"[\s\S]*?\n\}\n/,
      to: '',
    },
    found: /gcp-sa-iap\.iam\.gserviceaccount\.com does not exist/,
  },
  {
    what: 'a certificate for no domain',
    file: 'modules/identity-aware-proxy/main.tf',
    from: 'domains = [var.domain]',
    to: 'domains = []',
    found: /a managed certificate has 1 to 100 domains/,
  },
  leftOut(
    'a client without its secret',
    'modules/identity-aware-proxy/main.tf',
    'oauth2_client_secret_wo         = var.oauth_client == null ? null : var.oauth_client_secret',
    /iap has oauth2_client_id, oauth2_client_secret_wo and its version, or none of them/,
  ),
  {
    what: 'settings of Identity-Aware Proxy under the id of the project',
    file: 'modules/identity-aware-proxy/main.tf',
    from: 'project_number}/iap_web',
    to: 'project_id}/iap_web',
    found: /name .*iap_web.* is malformed/,
  },
  {
    what: 'a service agent that was not asked for',
    file: 'queues.tf',
    from: 'pubsub_agent          = module.services.pubsub_agent',
    to: 'pubsub_agent = "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com"',
    found: /service-1@gcp-sa-pubsub\.iam\.gserviceaccount\.com does not exist/,
  },
  leftOut(
    'functions are deployed before the builder has its roles',
    'functions.tf',
    '    module.build.grants,\n',
    /Build failed: .*kenko-build.* lacks/,
    ['google_artifact_registry_repository_iam_member', 'google_cloudfunctions2_function'],
  ),
  {
    what: 'the builder may not read where Cloud Functions copies archives to',
    file: 'modules/build/main.tf',
    from: 'buckets/gcf-v2-sources-',
    to: 'buckets/gcf-sources-',
    found: /Build failed: .*kenko-build.* lacks storage\.objects\.get on .*gcf-v2-sources/,
  },
  {
    what: 'a secret without a version',
    file: 'modules/secret/main.tf',
    from: /resource "google_secret_manager_secret_version" "this" \{[\s\S]*?\n\}\n/,
    to: '',
    also: {
      file: 'modules/secret/outputs.tf',
      from: 'google_secret_manager_secret_version.this.version',
      to: '"latest"',
    },
    found: /kenko-salesforce-private-key\/versions\/latest does not exist/,
  },
  {
    what: 'a secret that its function may not read',
    file: 'data.tf',
    from: '[for name, function in local.deployed : name if function.salesforce]',
    to: '[]',
    found: /Permission denied on secret/,
  },
  leftOut(
    'functions do not wait for what has to be in force',
    'modules/function/main.tf',
    '  depends_on = [var.after]\n',
    /Build failed: .*kenko-build.* lacks/,
    ['google_artifact_registry_repository_iam_member', 'google_cloudfunctions2_function'],
  ),
  leftOut(
    'an alert on a metric that nobody knows yet',
    'modules/alerts/main.tf',
    'disable_metric_validation = true',
    /Cannot find metric/,
  ),
  leftOut(
    'views are made before their tables',
    'modules/warehouse/main.tf',
    'depends_on = [google_bigquery_table.this]',
    /tables\/\w+ does not exist/,
    ['google_bigquery_table', 'view'],
  ),
];

/** Applied without complaint, and found in what was made. */
export const made: readonly Mistake[] = [
  {
    what: 'a grant is missing: score may not publish where it has to',
    file: 'functions.tf',
    from: 'publishes  = ["publish-shards", "score-shards"]',
    to: 'publishes  = ["score-shards"]',
    found: /score lacks roles\/pubsub\.publisher on .*kenko-publish-shards/,
  },
  {
    what: 'a grant too many: the API may write history',
    file: 'functions.tf',
    from: 'warehouse  = "reads"',
    to: 'warehouse  = "writes"',
    found: /api has roles\/bigquery\.dataEditor on .*datasets\/kenko\b/,
  },
  leftOut(
    'a grant too many: every database of the project',
    'modules/snapshots/main.tf',
    / {2}condition \{\n {4}title {7}= "database-[\s\S]*?\n {2}\}\n/,
    /sweep has roles\/datastore\.user on projects\/acme-health$/m,
  ),
  {
    what: 'a variable is renamed',
    file: 'functions.tf',
    from: 'KENKO_MAX_BYTES_BILLED =',
    to: 'KENKO_MAXIMUM_BYTES_BILLED =',
    found:
      /score lacks KENKO_MAX_BYTES_BILLED[\s\S]*score does not know KENKO_MAXIMUM_BYTES_BILLED/,
  },
  {
    what: 'Pub/Sub may not call the function',
    file: 'modules/function/main.tf',
    from: 'for_each = merge(local.caller, ',
    to: 'for_each = merge({}, ',
    found: /may not invoke/,
  },
  {
    what: 'the load balancer looks for the API in another region',
    file: 'modules/identity-aware-proxy/main.tf',
    from: 'region                = var.region',
    to: 'region                = "asia-northeast2"',
    found: /nobody reaches kenko-api/,
  },
  {
    what: 'Identity-Aware Proxy may not call the API',
    file: 'access.tf',
    from: '{ identity-aware-proxy = module.identity_aware_proxy["this"].agent }',
    to: '{}',
    found: /nobody reaches kenko-api/,
  },
  {
    what: 'the API does not take requests of the load balancer',
    file: 'access.tf',
    from: '"ALLOW_INTERNAL_AND_GCLB" : "ALLOW_ALL"',
    to: '"ALLOW_INTERNAL_ONLY" : "ALLOW_ALL"',
    found: /nobody reaches kenko-api/,
  },
  {
    what: 'assertions are expected under the id of the project',
    file: 'modules/identity-aware-proxy/outputs.tf',
    from: 'project_number}/global',
    to: 'project_id}/global',
    found: /kenko\.acme\.example: kenko-api does not know \/projects\/123456789012\/global/,
  },
  {
    what: 'tokens are asked for behind Identity-Aware Proxy',
    file: 'access.tf',
    from: 'KENKO_API_IDENTITY = var.api_access.identity',
    to: 'KENKO_API_IDENTITY = "token"',
    found: /kenko\.acme\.example: kenko-api does not ask for iap/,
  },
  {
    what: 'a token for the address with a path',
    file: 'modules/queue/main.tf',
    from: 'audience = each.value.uri',
    to: 'audience = join("/", [each.value.uri, "push"])',
    found: /refuses tokens whose audience/,
  },
  {
    what: 'Pub/Sub may not take what becomes a dead letter',
    file: 'modules/queue/main.tf',
    from: 'for_each = google_pubsub_subscription.push',
    to: 'for_each = { for name, push in google_pubsub_subscription.push : name => push if false }',
    found: /may not take messages to the dead letters/,
  },
  leftOut(
    'messages are pushed before Pub/Sub may sign for its caller',
    'modules/queue/main.tf',
    /\n {2}depends_on = \[\n {4}google_pubsub_subscription\.dead,[^\]]*\]/,
    /too early: .*may not sign tokens/,
    ['google_service_account_iam_member', 'google_pubsub_subscription'],
  ),
  leftOut(
    'jobs begin before there is somebody to take the messages',
    'schedules.tf',
    'module.queue, ',
    /too early: .*messages to .* are lost/,
    ['google_pubsub_subscription', 'google_cloud_scheduler_job'],
  ),
];
