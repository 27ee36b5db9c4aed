/**
 * What Google's provider and APIs refuse of a configuration itself: patterns, ranges, conflicts.
 * From the provider's documentation, https://registry.terraform.io/providers/hashicorp/google,
 * and that of the APIs. What is unknown yet is not judged.
 */
import {
  blockIn,
  blocksIn,
  isUnknown,
  textIn,
  textsIn,
  type Value,
  type Values,
} from '../provider/values.ts';

type Check = (values: Values) => string[];

const computeName = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

const patterns: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  google_artifact_registry_repository: { repository_id: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/ },
  google_bigquery_dataset: { dataset_id: /^\w{1,1024}$/ },
  google_cloud_scheduler_job: { name: /^[\w-]{1,500}$/, schedule: /^\S+( \S+){4}$/ },
  google_cloudfunctions2_function: { name: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/ },
  google_compute_backend_service: {
    name: computeName,
    load_balancing_scheme: /^EXTERNAL_MANAGED$/,
  },
  google_compute_global_address: { name: computeName },
  google_compute_global_forwarding_rule: { name: computeName, port_range: /^\d+(-\d+)?$/ },
  google_compute_managed_ssl_certificate: { name: computeName },
  google_compute_region_network_endpoint_group: {
    name: computeName,
    network_endpoint_type: /^SERVERLESS$/,
  },
  google_compute_ssl_policy: {
    name: computeName,
    profile: /^(COMPATIBLE|MODERN|RESTRICTED|CUSTOM|FIPS_202205)$/,
    min_tls_version: /^TLS_1_[0-3]$/,
  },
  google_compute_target_https_proxy: { name: computeName },
  google_compute_url_map: { name: computeName },
  google_firestore_database: {
    name: /^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/,
    type: /^(FIRESTORE_NATIVE|DATASTORE_MODE)$/,
    delete_protection_state: /^DELETE_PROTECTION_(ENABLED|DISABLED)$/,
    point_in_time_recovery_enablement: /^POINT_IN_TIME_RECOVERY_(ENABLED|DISABLED)$/,
    deletion_policy: /^(DELETE|ABANDON)$/,
  },
  google_logging_metric: { name: /^[\w\-.,+!*',()%][\w\-.,+!*',()%/]{0,99}$/ },
  google_iap_settings: { name: /^projects\/\d+\/iap_web\/compute\/services\/[a-z0-9-]+$/ },
  google_project_iam_custom_role: { role_id: /^[\w.]{3,64}$/ },
  google_project_service: { service: /^[a-z]+\.googleapis\.com$/ },
  google_pubsub_subscription: { name: /^(?!goog)[A-Za-z][\w\-.~+%]{2,254}$/ },
  google_pubsub_topic: { name: /^(?!goog)[A-Za-z][\w\-.~+%]{2,254}$/ },
  google_secret_manager_secret: { secret_id: /^[\w-]{1,255}$/ },
  google_service_account: { account_id: /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/ },
  google_storage_bucket: { name: /^(?!goog)[a-z0-9][a-z0-9_.-]{1,61}[a-z0-9]$/ },
};

const seconds = (values: Values | undefined, name: string): number | undefined => {
  const found = /^(\d+)s$/.exec(textIn(values, name));
  return found ? Number(found[1]) : undefined;
};

function range(what: string, value: Value | undefined, from: number, to: number): string[] {
  if (typeof value !== 'number') return [];
  return value >= from && value <= to ? [] : [`${what} is ${value}; it has to be ${from} to ${to}`];
}

const label = /^[a-z][a-z0-9_-]{0,62}$/;
const labelValue = /^[a-z0-9_-]{0,63}$/;

function labelProblems(type: string, values: Values): string[] {
  // What Monitoring calls the labels of a channel are its settings, such as an address.
  const attributes =
    type === 'google_monitoring_notification_channel' ? ['user_labels'] : ['labels', 'user_labels'];
  return attributes.flatMap((attribute) => {
    const labels = values[attribute];
    if (!labels || typeof labels !== 'object' || Array.isArray(labels) || isUnknown(labels))
      return [];
    return Object.entries(labels)
      .filter(
        ([name, value]) =>
          typeof value === 'string' && !(label.test(name) && labelValue.test(value)),
      )
      .map(([name]) => `${attribute}.${name} is no label`);
  });
}

const memberPattern =
  /^(allUsers|allAuthenticatedUsers|(user|group|serviceAccount|domain|principal|principalSet):\S+)$/;

const checkGrant: Check = (values) => {
  const member = textIn(values, 'member');
  const role = textIn(values, 'role');
  return [
    ...(member && !memberPattern.test(member) ? [`${member} is no member`] : []),
    ...(role && !/^(roles|projects\/[^/]+\/roles|organizations\/\d+\/roles)\/[\w.]+$/.test(role)
      ? [`${role} is no role`]
      : []),
  ];
};

const checkFunction: Check = (values) => {
  const config = blockIn(values, 'service_config');
  const build = blockIn(values, 'build_config');
  const memory = /^(\d+)(Mi|Gi)$/.exec(textIn(config, 'available_memory'));
  const mebibytes = memory ? Number(memory[1]) * (memory[2] === 'Gi' ? 1024 : 1) : 256;
  const cpu = Number(textIn(config, 'available_cpu') || 1);
  const problems = [
    ...range('timeout_seconds', config?.timeout_seconds, 1, 3600),
    ...range('max_instance_request_concurrency', config?.max_instance_request_concurrency, 1, 1000),
  ];
  if (Number(config?.max_instance_request_concurrency ?? 1) > 1 && cpu < 1) {
    problems.push('several requests at once need at least one whole CPU');
  }
  if (mebibytes > 4096 * cpu) problems.push(`${mebibytes} MiB are too much for ${cpu} CPUs`);
  if (!/^nodejs(22|24)$/.test(textIn(build, 'runtime'))) {
    problems.push(`the runtime ${textIn(build, 'runtime')} is not offered any more`);
  }
  const builder = textIn(build, 'service_account');
  if (builder && !/^projects\/[^/]+\/serviceAccounts\/[^/]+$/.test(builder)) {
    problems.push('build_config.service_account is a full name, projects/P/serviceAccounts/EMAIL');
  }
  return problems;
};

const checkSubscription: Check = (values) => [
  ...range('ack_deadline_seconds', values.ack_deadline_seconds, 10, 600),
  ...range(
    'message_retention_duration',
    seconds(values, 'message_retention_duration'),
    600,
    2_678_400,
  ),
  ...range(
    'max_delivery_attempts',
    blockIn(values, 'dead_letter_policy')?.max_delivery_attempts,
    5,
    100,
  ),
  ...range('minimum_backoff', seconds(blockIn(values, 'retry_policy'), 'minimum_backoff'), 0, 600),
  ...range('maximum_backoff', seconds(blockIn(values, 'retry_policy'), 'maximum_backoff'), 0, 600),
];

const checkJob: Check = (values) => {
  const target = blockIn(values, 'http_target');
  const body = textIn(target, 'body');
  return [
    ...range('attempt_deadline', seconds(values, 'attempt_deadline'), 15, 1800),
    ...range('retry_count', blockIn(values, 'retry_config')?.retry_count, 1, 5),
    ...(body && Buffer.from(body, 'base64').toString('base64') !== body
      ? ['http_target.body has to be base64']
      : []),
  ];
};

const checkTable: Check = (values) => {
  const problems: string[] = [];
  const schema = textIn(values, 'schema');
  if (schema) {
    const columns = JSON.parse(schema) as { name: string; type: string; mode: string }[];
    const types = /^(STRING|INTEGER|FLOAT|NUMERIC|BOOLEAN|DATE|TIMESTAMP)$/;
    const modes = /^(NULLABLE|REQUIRED|REPEATED)$/;
    for (const { name, type, mode } of columns) {
      if (!types.test(type) || !modes.test(mode)) problems.push(`column ${name}: ${type} ${mode}`);
    }
  }
  if (textsIn(values, 'clustering').length > 4)
    problems.push('a table clusters by 4 columns at most');
  if (values.require_partition_filter === true && !blockIn(values, 'time_partitioning')) {
    problems.push('a partition filter needs partitions');
  }
  return problems;
};

const checkSecretVersion: Check = (values) => {
  const given = [values.secret_data, values.secret_data_wo].filter((value) => value !== null);
  return given.length === 1 ? [] : ['one of secret_data and secret_data_wo has to be specified'];
};

const checkMetric: Check = (values) => {
  const type = textIn(blockIn(values, 'metric_descriptor'), 'value_type');
  if (isUnknown(values.value_extractor)) return [];
  const extracts = textIn(values, 'value_extractor') !== '';
  return extracts === (type === 'DISTRIBUTION')
    ? []
    : ['a value is extracted for a DISTRIBUTION, and only for one'];
};

const conditionKinds = [
  'condition_absent',
  'condition_matched_log',
  'condition_monitoring_query_language',
  'condition_prometheus_query_language',
  'condition_sql',
  'condition_threshold',
];

const checkPolicy: Check = (values) => {
  const conditions = blocksIn(values.conditions);
  const used = conditions.map((condition) =>
    conditionKinds.filter((kind) => blockIn(condition, kind)),
  );
  const matchesLog = used.some((kinds) => kinds.includes('condition_matched_log'));
  const limit = blockIn(blockIn(values, 'alert_strategy') ?? {}, 'notification_rate_limit');
  const problems: string[] = [];
  if (conditions.length > 6) problems.push('a policy has 6 conditions at most');
  if (used.some((kinds) => kinds.length !== 1)) problems.push('a condition is of one kind');
  if (matchesLog && conditions.length > 1) problems.push('a matched log entry stands alone');
  if (matchesLog !== (limit !== undefined)) {
    problems.push('notification_rate_limit is for matched log entries, which need it');
  }
  for (const condition of conditions) {
    const absent = seconds(blockIn(condition, 'condition_absent'), 'duration');
    if (absent !== undefined && absent > 84_600)
      problems.push('absence is seen for 23.5 hours at most');
    const query = blockIn(condition, 'condition_prometheus_query_language');
    if (query && (seconds(query, 'evaluation_interval') ?? 30) % 30 !== 0) {
      problems.push('the evaluation interval is a multiple of 30 s');
    }
    const threshold = blockIn(condition, 'condition_threshold');
    if (!threshold) continue;
    if ((seconds(threshold, 'duration') ?? 0) % 60 !== 0)
      problems.push('a duration is whole minutes');
    if (!isUnknown(threshold.filter) && !/resource\.type ?=/.test(textIn(threshold, 'filter'))) {
      problems.push('a filter names the type of the resource');
    }
  }
  return problems;
};

const checkDashboard: Check = (values) => {
  const text = textIn(values, 'dashboard_json');
  if (!text) return [];
  const { mosaicLayout } = JSON.parse(text) as { mosaicLayout: { columns: number; tiles: Tile[] } };
  return mosaicLayout.tiles.flatMap(({ xPos, yPos, width, height }) => [
    ...(xPos === 0 || yPos === 0 ? ['zeros are not stored and would differ at every plan'] : []),
    ...((xPos ?? 0) + width > mosaicLayout.columns || height < 1 ? ['a tile lies outside'] : []),
  ]);
};
interface Tile {
  xPos?: number;
  yPos?: number;
  width: number;
  height: number;
}

const checkBudget: Check = (values) => [
  ...textsIn(blockIn(values, 'budget_filter'), 'projects')
    .filter((project) => !/^projects\/\d+$/.test(project))
    .map((project) => `${project}: a budget names projects by number`),
  ...(textsIn(blockIn(values, 'all_updates_rule'), 'monitoring_notification_channels').length > 5
    ? ['a budget has 5 notification channels at most']
    : []),
];

const checkDatabaseIndex: Check = (values) =>
  blocksIn(values.fields).length >= 2 ? [] : ['a composite index has two fields at least'];

const domainName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}\.?$/i;

const checkCertificate: Check = (values) => {
  const managed = blockIn(values, 'managed');
  const domains = managed?.domains;
  if (Array.isArray(domains) && (domains.length < 1 || domains.length > 100)) {
    return ['a managed certificate has 1 to 100 domains'];
  }
  return textsIn(managed, 'domains')
    .filter((name) => !domainName.test(name))
    .map((name) => `${name} is no domain`);
};

/** IAP signs in through the client that is named with its secret, or through Google's own. */
const checkBackend: Check = (values) => {
  const iap = blockIn(values, 'iap');
  if (!iap) return [];
  const [client, secret, version] = [
    'oauth2_client_id',
    'oauth2_client_secret_wo',
    'oauth2_client_secret_wo_version',
  ].map((name) => iap[name] !== null && iap[name] !== undefined);
  return client === secret && secret === version
    ? []
    : ['iap has oauth2_client_id, oauth2_client_secret_wo and its version, or none of them'];
};

const checks: Readonly<Record<string, Check>> = {
  google_bigquery_table: checkTable,
  google_billing_budget: checkBudget,
  google_cloud_scheduler_job: checkJob,
  google_cloudfunctions2_function: checkFunction,
  google_compute_backend_service: checkBackend,
  google_compute_managed_ssl_certificate: checkCertificate,
  google_firestore_index: checkDatabaseIndex,
  google_logging_metric: checkMetric,
  google_monitoring_alert_policy: checkPolicy,
  google_monitoring_dashboard: checkDashboard,
  google_pubsub_subscription: checkSubscription,
  google_secret_manager_secret_version: checkSecretVersion,
};

/** What is wrong with a resource as configured. */
export function problemsOf(type: string, values: Values): string[] {
  const malformed = Object.entries(patterns[type] ?? {})
    .filter(([attribute, pattern]) => {
      const text = values[attribute];
      return typeof text === 'string' && !pattern.test(text);
    })
    .map(([attribute]) => `${attribute} "${textIn(values, attribute)}" is malformed`);
  const check = type.endsWith('_iam_member') ? checkGrant : checks[type];
  return [...malformed, ...labelProblems(type, values), ...(check?.(values) ?? [])].map(
    (problem) => `${type}: ${problem}`,
  );
}
