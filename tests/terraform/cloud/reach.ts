/** Who reaches a function from outside, by every address that leads to it, as everything now is. */
import { blockIn, blocksIn, textIn, textsIn, type Values } from '../provider/values.ts';
import type { Cloud } from './cloud.ts';
import { grantsOf, isAllowed, permissionsOf } from './grants.ts';

export interface Way {
  /** What somebody opens or calls. */
  address: string;
  /** Members that get as far as the function. */
  members: string[];
  /** What IAP makes its assertion for, on a way that leads through it. */
  audience?: string;
}

/** Ways that are closed to everybody are left out. */
export function waysTo(cloud: Cloud, name: string): Way[] {
  const values = cloud
    .all('google_cloudfunctions2_function')
    .find((resource) => resource.name.endsWith(`/functions/${name}`))?.values;
  if (!values) return [];
  const ingress = textIn(blockIn(values, 'service_config'), 'ingress_settings');
  const direct =
    ingress === 'ALLOW_ALL'
      ? addressesOf(cloud, values).map((address) => ({
          address,
          members: invokersOf(cloud, values),
        }))
      : [];
  const balanced = ingress === 'ALLOW_INTERNAL_ONLY' ? [] : balancedWays(cloud, values);
  return [...direct, ...balanced].filter(({ members }) => members.length > 0);
}

const serviceOf = (values: Values): string => textIn(blockIn(values, 'service_config'), 'service');

/** Two that follow from its name, and one that Google draws. */
export function addressesOf({ place }: Cloud, values: Values): string[] {
  const [name, location] = [textIn(values, 'name'), textIn(values, 'location')];
  return [
    `https://${name}-${place.number}.${location}.run.app`,
    textIn(values, 'url'),
    textIn(blockIn(values, 'service_config'), 'uri'),
  ];
}

/** Callers of its own, as which Google's services act, are none of those outside. */
function invokersOf(cloud: Cloud, values: Values): string[] {
  return membersWith(cloud, 'run.routes.invoke', serviceOf(values));
}

const membersWith = (cloud: Cloud, permission: string, resource: string): string[] =>
  grantsOf(cloud)
    .filter((grant) => grant.resource === resource)
    .filter(({ role }) => permissionsOf(cloud, role).includes(permission))
    .map(({ member }) => member)
    .sort();

/** From forwarding rule to endpoint group, as a request travels. */
function balancedWays(cloud: Cloud, values: Values): Way[] {
  const found = (type: string, name: string) => cloud.find(type, name)?.values ?? {};
  return cloud.all('google_compute_global_forwarding_rule').flatMap(({ values: rule }) => {
    const proxy = found('google_compute_target_https_proxy', textIn(rule, 'target'));
    const map = found('google_compute_url_map', textIn(proxy, 'url_map'));
    const backend = found('google_compute_backend_service', textIn(map, 'default_service'));
    const groups = blocksIn(backend.backend).map((block) =>
      found('google_compute_region_network_endpoint_group', textIn(block, 'group')),
    );
    if (!groups.some((group) => leadsTo(cloud, group, values))) return [];
    const domains = textsIn(proxy, 'ssl_certificates').flatMap((name) =>
      textsIn(blockIn(found('google_compute_managed_ssl_certificate', name), 'managed'), 'domains'),
    );
    const passed = passes(cloud, backend, values);
    return domains.map((domain) => ({ address: `https://${domain}`, ...passed }));
  });
}

/** A group names a service of its own region. */
function leadsTo(cloud: Cloud, group: Values, values: Values): boolean {
  const region = textIn(group, 'region');
  const service = textIn(blockIn(group, 'cloud_run'), 'service');
  const name = `projects/${cloud.place.project}/locations/${region}/services/${service}`;
  return name === serviceOf(values);
}

/** Where IAP stands in between, it calls as its agent, for whom it lets in. */
function passes(cloud: Cloud, backend: Values, values: Values): Omit<Way, 'address'> {
  if (blockIn(backend, 'iap')?.enabled !== true) return { members: invokersOf(cloud, values) };
  const { project, number } = cloud.place;
  const name = textIn(backend, 'name');
  const agent = `serviceAccount:service-${number}@gcp-sa-iap.iam.gserviceaccount.com`;
  const resource = `projects/${project}/iap_web/compute/services/${name}`;
  return {
    members: isAllowed(cloud, agent, 'run.routes.invoke', serviceOf(values))
      ? membersWith(cloud, 'iap.webServiceVersions.accessViaIAP', resource)
      : [],
    audience: `/projects/${number}/global/backendServices/${backend.generated_id}`,
  };
}

/** What keeps the API from being of use to those who reach it. */
export function accessProblems(
  cloud: Cloud,
  name: string,
  environment: Record<string, string>,
): string[] {
  const audiences = environment.KENKO_API_AUDIENCES?.split(',') ?? [];
  const ways = waysTo(cloud, name);
  const problems = ways.flatMap(({ address, audience, members }) => {
    const kind = audience === undefined ? 'token' : 'iap';
    if (kind !== environment.KENKO_API_IDENTITY)
      return [`${address}: ${name} does not ask for ${kind}`];
    if (audience !== undefined && !audiences.includes(audience))
      return [`${address}: ${name} does not know ${audience}`];
    // Cloud Run hands on no signature of a token that it checked itself.
    return kind === 'token' && !members.includes('allUsers')
      ? [`${address}: ${name} sees no signed token`]
      : [];
  });
  return ways.length === 0 ? [`nobody reaches ${name}`] : problems;
}
