/**
 * Google's resources as the stand-in keeps them: by type, the API that makes them, their name,
 * what about them never changes, and the values that Google gives them.
 */
import { blockIn, textIn, type Value, type Values } from '../provider/values.ts';

export interface Place {
  project: string;
  number: string;
}

export interface Kind {
  /** The API, without `.googleapis.com`; none where it needs none of its own. */
  api?: string;
  /** Its full name, unique among its type. */
  name: (values: Values, place: Place) => string;
  /** Paths whose change makes a new resource. */
  immutable: readonly string[];
  /** By path, values that Google gives. Others are empty. */
  given?: (values: Values, name: string, place: Place) => Record<string, Value>;
}

const projectOf = (values: Values, place: Place): string =>
  textIn(values, 'project') || place.project;

/** A resource of a project that is named by one of its attributes. */
const named =
  (collection: string, attribute = 'name') =>
  (values: Values, place: Place): string =>
    `projects/${projectOf(values, place)}/${collection}/${textIn(values, attribute)}`;

const located =
  (collection: string, attribute = 'name', location = 'location') =>
  (values: Values, place: Place): string =>
    `projects/${projectOf(values, place)}/locations/${textIn(values, location)}/${collection}/${textIn(values, attribute)}`;

/** A resource of Compute Engine that no region has. */
const global = (collection: string, given?: Kind['given']): Kind => ({
  api: 'compute',
  name: named(`global/${collection}`),
  immutable: ['name', 'project'],
  given: (values, name, place) => ({
    self_link: selfLink(name),
    ...given?.(values, name, place),
  }),
});

const selfLink = (name: string): string => `https://www.googleapis.com/compute/v1/${name}`;

/** A number that stays the same for a name: Google numbers what it names itself. */
function numberOf(text: string): string {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 999_999_937;
  return String(1_000_000_000 + hash);
}

/** A grant of a role on a resource, the last segments of its name. */
function grant(
  api: string,
  resource: (values: Values, place: Place) => string,
  of: readonly string[],
): Kind {
  return {
    api,
    name: (values, place) =>
      [
        resource(values, place),
        textIn(values, 'role'),
        textIn(values, 'member'),
        textIn(blockIn(values, 'condition'), 'title'),
      ].join(' '),
    immutable: [...of, 'role', 'member', 'condition', 'project'],
    given: () => ({ etag: 'BwX' }),
  };
}

/** The resource that a grant is made on. */
export const grantedOn = (name: string): string => name.split(' ')[0] ?? '';

const byName = (values: Values, collection: string, attribute: string, place: Place): string => {
  const given = textIn(values, attribute);
  return given.startsWith('projects/')
    ? given
    : `projects/${projectOf(values, place)}/${collection}/${given}`;
};

export const kinds: Readonly<Record<string, Kind>> = {
  google_project_service: {
    api: 'serviceusage',
    name: (values, place) => `${projectOf(values, place)}/${textIn(values, 'service')}`,
    immutable: ['service', 'project'],
  },
  google_project_service_identity: {
    api: 'serviceusage',
    name: named('services', 'service'),
    immutable: ['service', 'project'],
    given: (values, _, { number }) => {
      const agent = textIn(values, 'service').replace('.googleapis.com', '');
      const email = `service-${number}@gcp-sa-${agent}.iam.gserviceaccount.com`;
      return { email, member: `serviceAccount:${email}` };
    },
  },
  google_project_iam_member: grant(
    'cloudresourcemanager',
    (values) => `projects/${textIn(values, 'project')}`,
    [],
  ),
  google_project_iam_custom_role: {
    api: 'iam',
    name: named('roles', 'role_id'),
    immutable: ['role_id', 'project'],
    given: (_, name) => ({ name }),
  },
  google_service_account: {
    api: 'iam',
    name: (values, place) => {
      const project = projectOf(values, place);
      return `projects/${project}/serviceAccounts/${textIn(values, 'account_id')}@${project}.iam.gserviceaccount.com`;
    },
    immutable: ['account_id', 'project'],
    given: (_, name) => {
      const email = name.split('/').at(-1) ?? '';
      return { name, email, member: `serviceAccount:${email}`, unique_id: numberOf(name) };
    },
  },
  google_service_account_iam_member: grant(
    'iam',
    (values) => textIn(values, 'service_account_id'),
    ['service_account_id'],
  ),
  google_storage_bucket: {
    api: 'storage',
    name: (values) => textIn(values, 'name'),
    immutable: ['name', 'location', 'project'],
    given: (_, name, { number }) => ({ project_number: Number(number), url: `gs://${name}` }),
  },
  google_storage_bucket_iam_member: grant(
    'storage',
    (values) => `projects/_/buckets/${textIn(values, 'bucket')}`,
    ['bucket'],
  ),
  google_storage_bucket_object: {
    api: 'storage',
    name: (values) => `${textIn(values, 'bucket')}-${textIn(values, 'name')}`,
    immutable: ['bucket', 'name', 'source'],
    given: (_, name) => ({ generation: Number(numberOf(name)), output_name: name }),
  },
  google_artifact_registry_repository: {
    api: 'artifactregistry',
    name: located('repositories', 'repository_id'),
    immutable: ['repository_id', 'location', 'project', 'format'],
    given: (values) => ({ name: textIn(values, 'repository_id') }),
  },
  google_artifact_registry_repository_iam_member: grant(
    'artifactregistry',
    located('repositories', 'repository'),
    ['repository', 'location'],
  ),
  google_cloudfunctions2_function: {
    api: 'cloudfunctions',
    name: located('functions'),
    immutable: ['name', 'location', 'project'],
    given: (values, name) => {
      const [, project, , location, , short] = name.split('/');
      return {
        state: 'ACTIVE',
        url: `https://${location}-${project}.cloudfunctions.net/${short}`,
        'service_config.0.uri': `https://${short}-${numberOf(name)}-${location}.a.run.app`,
        'service_config.0.service': `projects/${project}/locations/${location}/services/${textIn(values, 'name')}`,
      };
    },
  },
  google_cloud_run_service_iam_member: grant('run', located('services', 'service'), [
    'service',
    'location',
  ]),
  google_cloud_scheduler_job: {
    api: 'cloudscheduler',
    name: located('jobs', 'name', 'region'),
    immutable: ['name', 'region', 'project'],
    given: () => ({ state: 'ENABLED' }),
  },
  google_pubsub_topic: { api: 'pubsub', name: named('topics'), immutable: ['name', 'project'] },
  google_pubsub_topic_iam_member: grant(
    'pubsub',
    (values, place) => byName(values, 'topics', 'topic', place),
    ['topic'],
  ),
  google_pubsub_subscription: {
    api: 'pubsub',
    name: named('subscriptions'),
    immutable: ['name', 'topic', 'project', 'enable_message_ordering'],
  },
  google_pubsub_subscription_iam_member: grant(
    'pubsub',
    (values, place) => byName(values, 'subscriptions', 'subscription', place),
    ['subscription'],
  ),
  google_firestore_database: {
    api: 'firestore',
    name: named('databases'),
    immutable: ['name', 'location_id', 'project'],
  },
  google_firestore_index: {
    api: 'firestore',
    name: (values, place) => {
      const fields = (values.fields as Values[]).map(
        (field) => `${textIn(field, 'field_path')} ${textIn(field, 'order')}`,
      );
      return `projects/${projectOf(values, place)}/databases/${textIn(values, 'database')}/collectionGroups/${textIn(values, 'collection')}/indexes/${numberOf(fields.join())}`;
    },
    immutable: ['database', 'collection', 'fields', 'query_scope', 'project'],
    given: (_, name) => ({ name }),
  },
  google_firestore_field: {
    api: 'firestore',
    name: (values, place) =>
      `projects/${projectOf(values, place)}/databases/${textIn(values, 'database')}/collectionGroups/${textIn(values, 'collection')}/fields/${textIn(values, 'field')}`,
    immutable: ['database', 'collection', 'field', 'project'],
    given: (_, name) => ({ name, 'ttl_config.0.state': 'ACTIVE' }),
  },
  google_bigquery_dataset: {
    api: 'bigquery',
    name: named('datasets', 'dataset_id'),
    immutable: ['dataset_id', 'location', 'project'],
  },
  google_bigquery_dataset_iam_member: grant('bigquery', named('datasets', 'dataset_id'), [
    'dataset_id',
  ]),
  google_bigquery_table: {
    api: 'bigquery',
    name: (values, place) =>
      `projects/${projectOf(values, place)}/datasets/${textIn(values, 'dataset_id')}/tables/${textIn(values, 'table_id')}`,
    immutable: ['dataset_id', 'table_id', 'project', 'time_partitioning.0.field'],
    given: () => ({ type: 'TABLE' }),
  },
  google_bigquery_table_iam_member: grant(
    'bigquery',
    (values, place) =>
      `projects/${projectOf(values, place)}/datasets/${textIn(values, 'dataset_id')}/tables/${textIn(values, 'table_id')}`,
    ['dataset_id', 'table_id'],
  ),
  google_secret_manager_secret: {
    api: 'secretmanager',
    name: named('secrets', 'secret_id'),
    immutable: ['secret_id', 'replication', 'project'],
    given: (values, _, { number }) => ({
      name: `projects/${number}/secrets/${textIn(values, 'secret_id')}`,
    }),
  },
  google_secret_manager_secret_iam_member: grant(
    'secretmanager',
    (values, place) => byName(values, 'secrets', 'secret_id', place),
    ['secret_id'],
  ),
  google_logging_metric: {
    api: 'logging',
    name: named('metrics'),
    immutable: ['name', 'project'],
  },
  google_monitoring_alert_policy: {
    api: 'monitoring',
    name: (values, place) =>
      `projects/${projectOf(values, place)}/alertPolicies/${numberOf(textIn(values, 'display_name'))}`,
    immutable: ['project'],
    given: (_, name) => ({ name }),
  },
  google_monitoring_dashboard: {
    api: 'monitoring',
    name: (values, place) =>
      `projects/${projectOf(values, place)}/dashboards/${numberOf(JSON.parse(textIn(values, 'dashboard_json')).displayName)}`,
    immutable: ['project'],
  },
  google_monitoring_notification_channel: {
    api: 'monitoring',
    name: (values, place) =>
      `projects/${projectOf(values, place)}/notificationChannels/${numberOf(textIn(values, 'display_name'))}`,
    immutable: ['type', 'project'],
    given: (_, name) => ({ name }),
  },
  google_billing_budget: {
    api: 'billingbudgets',
    name: (values) =>
      `billingAccounts/${textIn(values, 'billing_account')}/budgets/${numberOf(textIn(values, 'display_name'))}`,
    immutable: ['billing_account'],
    given: (_, name) => ({ name }),
  },
  google_compute_global_address: global('addresses', () => ({ address: '203.0.113.7' })),
  google_compute_region_network_endpoint_group: {
    api: 'compute',
    name: (values, place) =>
      `projects/${projectOf(values, place)}/regions/${textIn(values, 'region')}/networkEndpointGroups/${textIn(values, 'name')}`,
    immutable: ['name', 'region', 'cloud_run', 'network_endpoint_type', 'project'],
    given: (_, name) => ({ self_link: selfLink(name) }),
  },
  google_compute_backend_service: global('backendServices', (_, name) => ({
    generated_id: Number(numberOf(name)),
  })),
  google_compute_managed_ssl_certificate: {
    ...global('sslCertificates'),
    immutable: ['name', 'managed', 'project'],
  },
  google_compute_ssl_policy: global('sslPolicies'),
  google_compute_url_map: global('urlMaps'),
  google_compute_target_https_proxy: global('targetHttpsProxies'),
  google_compute_global_forwarding_rule: {
    ...global('forwardingRules'),
    immutable: ['name', 'ip_address', 'ip_protocol', 'port_range', 'project'],
  },
  google_iap_web_backend_service_iam_member: grant(
    'iap',
    named('iap_web/compute/services', 'web_backend_service'),
    ['web_backend_service'],
  ),
  google_iap_settings: {
    api: 'iap',
    name: (values) => textIn(values, 'name'),
    immutable: ['name'],
  },
  // Its name needs the number of the version: see Cloud.create.
  google_secret_manager_secret_version: {
    api: 'secretmanager',
    name: (values) => `${textIn(values, 'secret')}/versions/${textIn(values, 'version')}`,
    immutable: ['secret', 'secret_data_wo_version'],
    given: (_, name) => ({ name }),
  },
};
