/**
 * Parts of Salesforce's API that nothing of ours calls. Whoever does is told by name, so that no
 * "not found" of the stand-in is taken for one of the org's.
 */

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm */
const resources = new Set([
  'actions',
  'analytics',
  'appMenu',
  'async-queries',
  'chatter',
  'commerce',
  'connect',
  'consent',
  'event',
  'folders',
  'graphql',
  'jobs',
  'knowledgeManagement',
  'metadata',
  'parameterizedSearch',
  'process',
  'quickActions',
  'recent',
  'search',
  'support',
  'tabs',
  'theme',
  'tooling',
  'ui-api',
  'wave',
]);

/** Of an object type. */
const views = new Set(['defaultValues', 'deleted', 'listviews', 'quickActions', 'updated']);

/** Beside the REST API. */
const services = /^\/(services\/(?:Soap|async|apexrest|oauth2)|id|cometd)(?:\/[^/]+)?/;

/** The name of what is asked for, where it is Salesforce's but not served. */
export function unservedResource(method: string, url: URL): string | undefined {
  const path = /^\/services\/data(?:\/v[\d.]+)?(.*)$/.exec(url.pathname)?.[1];
  if (path === undefined) {
    const service = services.exec(url.pathname)?.[0];
    return service === undefined || service === '/services/oauth2/token'
      ? undefined
      : `${method} ${service}`;
  }
  const [resource, type, view, below] = path.split('/').filter((part) => part !== '');
  if (resource === undefined) return `${method} /services/data`;
  if (resources.has(resource)) return `${method} /${resource}`;
  if (resource === 'composite' && type !== 'sobjects') {
    return `${method} /${[resource, type].filter(Boolean).join('/')}`;
  }
  if (resource === 'query' && url.searchParams.has('explain')) return `${method} /query?explain`;
  if (resource !== 'sobjects') return undefined;
  if (type === undefined) return `${method} /sobjects`;
  if (view === 'describe' && below !== undefined)
    return `${method} /sobjects/${type}/describe/${below}`;
  if (view === undefined && method === 'GET') return `${method} /sobjects/${type}`;
  return view !== undefined && views.has(view) ? `${method} /sobjects/${type}/${view}` : undefined;
}

export const notServed = (what: string): string =>
  `${what}: Kenko does not use this of Salesforce's API, so this stand-in does not serve it.`;
