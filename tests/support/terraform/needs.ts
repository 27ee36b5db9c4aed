/**
 * What the functions' calls need of Google Cloud, from what the adapters in functions/gcp do with
 * them; and the smallest roles that allow it.
 */
import { join } from 'node:path';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { grantText } from '../../terraform/cloud/grants.ts';
import { rolePermissions } from '../../terraform/cloud/roles.ts';
import type { Call, Calls } from './calls.ts';
import { project } from './deployment.ts';

export interface Deployed {
  project: string;
  prefix: string;
  /** Full names of the team's datasets. */
  sources: readonly string[];
  /** Full name of the secret with Salesforce's credentials. */
  secret: string;
  /** Full name of the secret with Slack's token. */
  slackSecret: string;
}

/** The deployment with everything on. */
export const needsOfLargest: Deployed = {
  project,
  prefix: 'kenko',
  sources: [
    'projects/acme-data/datasets/mart',
    'projects/acme-data/datasets/raw',
    `projects/${project}/datasets/local`,
  ],
  secret: `projects/${project}/secrets/kenko-salesforce-private-key`,
  slackSecret: `projects/${project}/secrets/kenko-slack-token`,
};

/** A permission on the smallest resource that it can be granted on. */
interface Need {
  permission: string;
  resource: string;
  condition?: string;
}

/** Roles that may be given on each kind of resource, from the smallest to the largest. */
const candidates: Readonly<Record<string, readonly string[]>> = {
  'bigquery.jobs': ['roles/bigquery.jobUser', 'jobs'],
  'bigquery.tables': ['roles/bigquery.dataViewer', 'roles/bigquery.dataEditor'],
  'datastore.entities': ['roles/datastore.user'],
  'pubsub.topics': ['roles/pubsub.publisher'],
  'secretmanager.versions': ['roles/secretmanager.secretAccessor'],
};
/** A role of our own: see modules/warehouse. */
const jobs = ['bigquery.jobs.create', 'bigquery.jobs.get'];

/** Tables that Terraform makes, so that each can carry a grant. */
const lastingTables: ReadonlySet<string> = new Set(
  readTableSchemas(join(repositoryRoot(), 'sql', 'tables')).keys(),
);

/** By method of the warehouse port: what it does with jobs, and with tables of our dataset. */
const warehouseMethods: Readonly<
  Record<string, { jobs: readonly string[]; tables: readonly string[] }>
> = {
  query: { jobs: ['create'], tables: ['getData'] },
  // A job under an id of ours that is there already is looked up, whoever started it.
  materialize: { jobs: ['create', 'get'], tables: ['create', 'getData', 'update', 'updateData'] },
  load: { jobs: ['create', 'get'], tables: ['get', 'updateData'] },
  append: { jobs: [], tables: ['updateData'] },
  replacePartition: { jobs: ['create', 'get'], tables: ['getData', 'update', 'updateData'] },
  createTable: { jobs: [], tables: ['create', 'get'] },
  dropTable: { jobs: [], tables: ['delete'] },
  read: { jobs: ['create'], tables: ['getData'] },
  describe: { jobs: [], tables: ['get'] },
};

function needsOf(call: Call, deployed: Deployed): Need[] {
  const project = `projects/${deployed.project}`;
  switch (call.port) {
    case 'bus':
      return [
        {
          permission: 'pubsub.topics.publish',
          resource: `${project}/topics/${deployed.prefix}-${call.queue}`,
        },
      ];
    case 'crm':
      return [{ permission: 'secretmanager.versions.access', resource: deployed.secret }];
    case 'messenger':
      return [{ permission: 'secretmanager.versions.access', resource: deployed.slackSecret }];
    case 'snapshots': {
      const reads = ['get', 'getAll', 'query', 'count'].includes(call.method);
      return [
        {
          permission: `datastore.entities.${reads ? 'read' : 'write'}`,
          resource: project,
          condition: `resource.name == "${project}/databases/${deployed.prefix}-snapshots"`,
        },
      ];
    }
    case 'warehouse':
      return warehouseNeeds(call, deployed);
  }
}

function warehouseNeeds(call: Extract<Call, { port: 'warehouse' }>, deployed: Deployed): Need[] {
  const method = warehouseMethods[call.method];
  if (!method) throw new Error(`What ${call.method} needs of BigQuery is not known; see needs.ts.`);
  const project = `projects/${deployed.project}`;
  const dataset = `${project}/datasets/${deployed.prefix.replaceAll('-', '_')}`;
  // Tables of runs come and go: only the dataset can carry a grant on them.
  const isLasting = call.own.every((table) => lastingTables.has(table));
  const own = isLasting ? call.own.map((table) => `${dataset}/tables/${table}`) : [dataset];
  const reading = call.method === 'describe' ? ['get'] : ['getData'];
  return [
    ...method.jobs.map((verb) => ({ permission: `bigquery.jobs.${verb}`, resource: project })),
    ...own.flatMap((resource) =>
      method.tables.map((verb) => ({ permission: `bigquery.tables.${verb}`, resource })),
    ),
    ...(call.source ? deployed.sources : []).flatMap((resource) =>
      reading.map((verb) => ({ permission: `bigquery.tables.${verb}`, resource })),
    ),
  ];
}

/** `role on resource`, with the condition: what a function is to be granted, and nothing else. */
export function smallestGrants(calls: Calls, name: string, deployed: Deployed): string[] {
  const places = new Map<string, Set<string>>();
  for (const call of calls.get(name)?.values() ?? []) {
    for (const { permission, resource, condition } of needsOf(call, deployed)) {
      const kind = permission.split('.').slice(0, 2).join('.');
      const place = JSON.stringify([kind, resource, condition]);
      places.set(place, (places.get(place) ?? new Set()).add(permission));
    }
  }
  const grants = [...places].map(([place, needed]) => {
    const [kind, resource, condition] = JSON.parse(place) as [string, string, string | null];
    const role = smallestRole(kind, needed, deployed);
    return { kind, resource, text: grantText(role, resource, condition ?? undefined) };
  });
  // A grant on the dataset holds for each of its tables.
  return grants
    .filter(
      ({ kind, resource }) =>
        !grants.some((g) => g.kind === kind && resource.startsWith(`${g.resource}/`)),
    )
    .map(({ text }) => text)
    .sort();
}

function smallestRole(kind: string, needed: ReadonlySet<string>, deployed: Deployed): string {
  const role = candidates[kind]?.find((candidate) => {
    const allowed = candidate === 'jobs' ? jobs : rolePermissions[candidate];
    return [...needed].every((permission) => allowed?.includes(permission));
  });
  if (!role) throw new Error(`No role allows ${[...needed].join(', ')}; see needs.ts.`);
  return role === 'jobs'
    ? `projects/${deployed.project}/roles/${deployed.prefix.replaceAll('-', '_')}_jobs`
    : role;
}
