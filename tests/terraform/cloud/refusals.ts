/** What Google refuses of a change, because of what is there and what is not. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { blockIn, blocksIn, textIn, textsIn, type Values } from '../provider/values.ts';
import type { Cloud } from './cloud.ts';
import { pushProblems, scheduleProblems } from './deliveries.ts';
import { isAllowed } from './grants.ts';
import { grantedOn } from './kinds.ts';

type Refuse = (cloud: Cloud, values: Values, name: string) => void;

function must(cloud: Cloud, type: string, name: string): void {
  if (!cloud.find(type, name)) throw new Error(`Error 404: ${name} does not exist (${type})`);
}

/** Of people, groups and accounts of other projects nothing is known here. */
function mustBeAccount(cloud: Cloud, member: string): void {
  const isOurs =
    member.endsWith(`@${cloud.place.project}.iam.gserviceaccount.com`) ||
    /^serviceAccount:service-\d+@gcp-sa-/.test(member);
  if (!isOurs || cloud.accounts().has(member)) return;
  throw new Error(`Error 400: ${member} does not exist`);
}

const inProject = (cloud: Cloud, collection: string, name: string): string =>
  name.startsWith('projects/') ? name : `projects/${cloud.place.project}/${collection}/${name}`;

/** Builds and the first revision need all this at the moment of the deployment. */
const refuseFunction: Refuse = (cloud, values, name) => {
  for (const api of ['run', 'cloudbuild', 'artifactregistry']) {
    if (!cloud.apis.has(`${api}.googleapis.com`))
      throw new Error(`Error 403: ${api} is not enabled`);
  }
  const build = blockIn(values, 'build_config') ?? {};
  const archive = blockIn(blockIn(build, 'source') ?? {}, 'storage_source');
  const bucket = textIn(archive, 'bucket');
  must(cloud, 'google_storage_bucket_object', `${bucket}-${textIn(archive, 'object')}`);
  const repository = textIn(build, 'docker_repository');
  must(cloud, 'google_artifact_registry_repository', repository);
  const builder = `serviceAccount:${textIn(build, 'service_account').split('/').at(-1)}`;
  mustBeAccount(cloud, builder);
  const region = name.split('/')[3];
  const needed: [permission: string, resource: string][] = [
    ['logging.logEntries.create', `projects/${cloud.place.project}`],
    ['artifactregistry.repositories.uploadArtifacts', repository],
    ['storage.objects.get', `projects/_/buckets/${bucket}`],
    [
      'storage.objects.get',
      `projects/_/buckets/gcf-v2-sources-${cloud.place.number}-${region}/objects/function-source.zip`,
    ],
  ];
  for (const [permission, resource] of needed) {
    if (isAllowed(cloud, builder, permission, resource)) continue;
    throw new Error(`Error 13: Build failed: ${builder} lacks ${permission} on ${resource}`);
  }
  const config = blockIn(values, 'service_config') ?? {};
  const runner = `serviceAccount:${textIn(config, 'service_account_email')}`;
  mustBeAccount(cloud, runner);
  for (const secret of blocksIn(config.secret_environment_variables)) {
    const full = inProject(cloud, 'secrets', textIn(secret, 'secret'));
    must(cloud, 'google_secret_manager_secret', full);
    must(
      cloud,
      'google_secret_manager_secret_version',
      `${full}/versions/${textIn(secret, 'version')}`,
    );
    if (isAllowed(cloud, runner, 'secretmanager.versions.access', full)) continue;
    throw new Error(`Error 400: Permission denied on secret ${full} for ${runner}`);
  }
};

const refuseSubscription: Refuse = (cloud, values, name) => {
  must(cloud, 'google_pubsub_topic', inProject(cloud, 'topics', textIn(values, 'topic')));
  const dead = textIn(blockIn(values, 'dead_letter_policy'), 'dead_letter_topic');
  if (dead) must(cloud, 'google_pubsub_topic', inProject(cloud, 'topics', dead));
  const push = blockIn(values, 'push_config');
  if (!push) return;
  mustBeAccount(
    cloud,
    `serviceAccount:${textIn(blockIn(push, 'oidc_token'), 'service_account_email')}`,
  );
  cloud.tooEarly.push(...pushProblems(cloud, name, values));
  // What jobs set going until now was published to a topic that nobody took from.
  const isNew = !cloud.find('google_pubsub_subscription', name);
  const jobs = isNew ? cloud.all('google_cloud_scheduler_job') : [];
  cloud.tooEarly.push(...jobs.map((job) => `${job.name}: messages to ${name} are lost`));
};

const refuseJob: Refuse = (cloud, values, name) => {
  const target = blockIn(values, 'http_target') ?? {};
  mustBeAccount(
    cloud,
    `serviceAccount:${textIn(blockIn(target, 'oidc_token'), 'service_account_email')}`,
  );
  cloud.tooEarly.push(...scheduleProblems(cloud, name, values));
};

/** A metric is known to Cloud Monitoring only some minutes after it was made. */
const refusePolicy: Refuse = (cloud, values) => {
  for (const channel of textsIn(values, 'notification_channels')) {
    if (!cloud.channels.has(channel))
      must(cloud, 'google_monitoring_notification_channel', channel);
  }
  for (const condition of blocksIn(values.conditions)) {
    const filter = textIn(blockIn(condition, 'condition_threshold'), 'filter');
    const metric = /logging\.googleapis\.com\/user\/([^"]+)/.exec(filter)?.[1];
    if (metric !== undefined) mustBeKnown(cloud, metric);
    const query = blockIn(condition, 'condition_prometheus_query_language');
    if (query && query.disable_metric_validation !== true) {
      for (const [, user] of textIn(query, 'query').matchAll(
        /logging_googleapis_com:user_(\w+)/g,
      )) {
        mustBeKnown(cloud, (user ?? '').replaceAll('_', '-'));
      }
    }
  }
};

function mustBeKnown(cloud: Cloud, metric: string): void {
  const name = `projects/${cloud.place.project}/metrics/${metric}`;
  if ((cloud.find('google_logging_metric', name)?.age ?? 0) > 0) return;
  throw new Error(
    `Error 404: Cannot find metric(s) that match type = "logging.googleapis.com/user/${metric}"`,
  );
}

const refuseGrant =
  (...parents: string[]): Refuse =>
  (cloud, values, name) => {
    mustBeAccount(cloud, textIn(values, 'member'));
    const role = textIn(values, 'role');
    if (role.startsWith('projects/')) must(cloud, 'google_project_iam_custom_role', role);
    const resource = grantedOn(name);
    const [first] = parents;
    if (first === undefined || parents.some((type) => cloud.find(type, resource))) return;
    throw new Error(`Error 404: ${resource} does not exist (${first})`);
  };

const ownDataset = (cloud: Cloud, values: Values): string =>
  `projects/${textIn(values, 'project') || cloud.place.project}/datasets/${textIn(values, 'dataset_id')}`;

/** A resource of Compute Engine by its id or its link. */
const linked = (text: string): string =>
  text.replace(/^https:\/\/www\.googleapis\.com\/compute\/v1\//, '');

const refuseBackend: Refuse = (cloud, values) => {
  for (const backend of blocksIn(values.backend)) {
    must(cloud, 'google_compute_region_network_endpoint_group', linked(textIn(backend, 'group')));
  }
  if (blockIn(values, 'iap')?.enabled === true && !cloud.apis.has('iap.googleapis.com')) {
    throw new Error('Error 403: iap.googleapis.com is not enabled');
  }
};

const refuseProxy: Refuse = (cloud, values) => {
  must(cloud, 'google_compute_url_map', linked(textIn(values, 'url_map')));
  const certificates = textsIn(values, 'ssl_certificates');
  if (certificates.length === 0) throw new Error('Error 400: an HTTPS proxy needs a certificate');
  for (const name of certificates) {
    must(cloud, 'google_compute_managed_ssl_certificate', linked(name));
  }
  const policy = textIn(values, 'ssl_policy');
  if (policy) must(cloud, 'google_compute_ssl_policy', linked(policy));
};

const backendOf = (cloud: Cloud, name: string): string =>
  `projects/${cloud.place.project}/global/backendServices/${name.split('/').at(-1)}`;

const refusals: Readonly<Record<string, Refuse>> = {
  google_artifact_registry_repository_iam_member: refuseGrant(
    'google_artifact_registry_repository',
  ),
  google_bigquery_dataset_iam_member: (cloud, values, name) => {
    refuseGrant()(cloud, values, name);
    const dataset = grantedOn(name);
    if (!cloud.datasets.has(dataset)) must(cloud, 'google_bigquery_dataset', dataset);
  },
  google_bigquery_table: (cloud, values) => {
    must(cloud, 'google_bigquery_dataset', ownDataset(cloud, values));
    const query = textIn(blockIn(values, 'view'), 'query');
    for (const [, project, dataset, table] of query.matchAll(/`([\w-]+)\.(\w+)\.(\w+)`/g)) {
      must(
        cloud,
        'google_bigquery_table',
        `projects/${project}/datasets/${dataset}/tables/${table}`,
      );
    }
  },
  google_bigquery_table_iam_member: refuseGrant('google_bigquery_table'),
  google_cloud_run_service_iam_member: (cloud, values, name) => {
    refuseGrant()(cloud, values, name);
    must(
      cloud,
      'google_cloudfunctions2_function',
      grantedOn(name).replace('/services/', '/functions/'),
    );
  },
  google_cloud_scheduler_job: refuseJob,
  google_cloudfunctions2_function: refuseFunction,
  google_compute_backend_service: refuseBackend,
  google_compute_global_forwarding_rule: (cloud, values) => {
    must(cloud, 'google_compute_target_https_proxy', linked(textIn(values, 'target')));
    must(cloud, 'google_compute_global_address', linked(textIn(values, 'ip_address')));
  },
  google_compute_target_https_proxy: refuseProxy,
  google_compute_url_map: (cloud, values) => {
    must(cloud, 'google_compute_backend_service', linked(textIn(values, 'default_service')));
  },
  google_firestore_field: (cloud, values) => {
    must(
      cloud,
      'google_firestore_database',
      inProject(cloud, 'databases', textIn(values, 'database')),
    );
  },
  google_firestore_index: (cloud, values) => {
    must(
      cloud,
      'google_firestore_database',
      inProject(cloud, 'databases', textIn(values, 'database')),
    );
  },
  google_iap_settings: (cloud, _, name) => {
    const [, number] = name.split('/');
    if (number !== cloud.place.number) throw new Error(`Error 403: ${name} is of another project`);
    must(cloud, 'google_compute_backend_service', backendOf(cloud, name));
  },
  google_iap_web_backend_service_iam_member: (cloud, values, name) => {
    refuseGrant()(cloud, values, name);
    must(cloud, 'google_compute_backend_service', backendOf(cloud, grantedOn(name)));
  },
  google_monitoring_alert_policy: refusePolicy,
  google_project_iam_member: refuseGrant(),
  google_project_service: (cloud, values) => {
    // The provider looks the project up in Resource Manager before it enables anything else.
    const manager = 'cloudresourcemanager.googleapis.com';
    const isFirst = [manager, 'serviceusage.googleapis.com'].includes(textIn(values, 'service'));
    if (!isFirst && !cloud.apis.has(manager)) throw new Error(`Error 403: ${manager} is disabled`);
  },
  google_project_service_identity: (cloud, values) => {
    const api = textIn(values, 'service');
    if (!cloud.apis.has(api)) throw new Error(`Error 403: ${api} is disabled`);
  },
  google_pubsub_subscription: refuseSubscription,
  google_pubsub_subscription_iam_member: refuseGrant('google_pubsub_subscription'),
  google_pubsub_topic_iam_member: refuseGrant('google_pubsub_topic'),
  google_secret_manager_secret_iam_member: refuseGrant('google_secret_manager_secret'),
  google_secret_manager_secret_version: (cloud, values) => {
    must(cloud, 'google_secret_manager_secret', textIn(values, 'secret'));
  },
  google_service_account_iam_member: refuseGrant('google_service_account'),
  google_storage_bucket_iam_member: (cloud, values, name) => {
    refuseGrant()(cloud, values, name);
    must(cloud, 'google_storage_bucket', textIn(values, 'bucket'));
  },
  google_storage_bucket_object: (cloud, values) => {
    must(cloud, 'google_storage_bucket', textIn(values, 'bucket'));
    const source = resolve(cloud.folder, textIn(values, 'source'));
    if (!existsSync(source)) throw new Error(`${source} does not exist`);
  },
};

/** @throws Error with what Google would answer to this creation or change */
export function refuseCreation(cloud: Cloud, type: string, values: Values, name: string): void {
  refusals[type]?.(cloud, values, name);
}

const namesIt = (values: Values, name: string): boolean =>
  JSON.stringify(values).includes(`${name}"`);

/** @throws Error with what Google, or its provider, would answer to this deletion */
export function refuseDeletion(cloud: Cloud, type: string, values: Values, name: string): void {
  const refuse = (why: string): never => {
    throw new Error(`${name} cannot be deleted: ${why}`);
  };
  if (values.deletion_protection === true) refuse('deletion_protection is true');
  if (values.delete_protection_state === 'DELETE_PROTECTION_ENABLED') refuse('it is protected');
  if (type === 'google_storage_bucket' && values.force_destroy !== true) {
    const holds = cloud
      .all('google_storage_bucket_object')
      .some((object) => textIn(object.values, 'bucket') === name);
    if (holds || values.versioning !== null)
      refuse('it holds objects and force_destroy is not set');
  }
  // What requests pass on their way is taken away from the front.
  const user = type.startsWith('google_compute_')
    ? cloud
        .all()
        .find(
          (other) =>
            other.type.startsWith('google_compute_') &&
            other.name !== name &&
            namesIt(other.values, name),
        )
    : undefined;
  if (user) refuse(`${user.name} still uses it`);
  if (type === 'google_bigquery_dataset' && values.delete_contents_on_destroy !== true) {
    if (cloud.foreignTables.size > 0) refuse('it still holds tables');
  }
  if (type === 'google_bigquery_dataset') cloud.foreignTables.clear();
  if (type === 'google_firestore_database' && values.deletion_policy !== 'DELETE') {
    refuse('the provider abandons it, and the next apply finds it there');
  }
}
