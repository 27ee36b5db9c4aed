/**
 * A project of Google Cloud that is empty at first, keeps what Terraform makes, and refuses what
 * Google refuses. What others need takes longest to make, so that a missing dependency always
 * shows: whoever does not wait comes too early.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Backend } from '../provider/provider-server.ts';
import { type BlockSchema, readProviderSchemas, type TypeJson } from '../provider/schema.ts';
import {
  blockIn,
  isUnknown,
  mapAttributes,
  textIn,
  type Value,
  type Values,
} from '../provider/values.ts';
import { agentsOf } from './grants.ts';
import { kinds, type Place } from './kinds.ts';
import { problemsOf } from './problems.ts';
import { refuseCreation, refuseDeletion } from './refusals.ts';

export interface Resource {
  type: string;
  name: string;
  values: Values;
  /** How many applies ago it was made. */
  age: number;
}

const schemas = Object.values(readProviderSchemas());
function blockOf(type: string): BlockSchema {
  for (const { resource_schemas } of schemas) {
    const found = resource_schemas[type];
    if (found) return found.block;
  }
  throw new Error(`${type} is not in the provider's schema`);
}

/** Milliseconds that making something takes: longest for what others may forget to wait for. */
function duration(type: string): number {
  if (type === 'google_project_service' || type === 'google_project_service_identity') return 60;
  if (type.endsWith('_iam_member')) return 90;
  return prerequisites.has(type) ? 60 : 0;
}
/** Views are tables to Terraform, and read tables when they are made. */
function kindOf(type: string, planned: Values): string {
  const isView = textIn(blockIn(planned, 'view'), 'query') !== '';
  return type === 'google_bigquery_table' && isView ? 'view' : type;
}

const prerequisites: ReadonlySet<string> = new Set([
  'google_bigquery_table',
  'google_secret_manager_secret_version',
  'google_storage_bucket_object',
]);

/** So long after the last request, whoever has not come waits for what is slow. */
const patienceMs = 15_000;

const empty = (type: TypeJson): Value => {
  if (type === 'string') return '';
  if (type === 'number') return 0;
  if (type === 'bool') return false;
  return type[0] === 'map' ? {} : [];
};

export class Cloud implements Backend {
  readonly place: Place;
  readonly resources = new Map<string, Resource>();
  readonly apis = new Set(['serviceusage.googleapis.com']);
  /** Datasets and notification channels of the team, which were there before. */
  readonly datasets: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  /** Tables that the functions made in our own dataset. */
  readonly foreignTables = new Set<string>();
  /** What was made too early to work from its first moment on. */
  readonly tooEarly: string[] = [];
  /** Where Terraform works, and so a provider: relative paths begin here. */
  folder = '.';
  /** By type, or `view`: its making takes until one of the other type was asked for, if that comes at all. */
  readonly slow = new Map<string, string>();
  readonly #asked = new Set<string>();
  #lastAsked = 0;
  /** Every secret value that was handed over, by version. */
  readonly secretValues = new Map<string, string>();

  constructor(
    place: Place,
    before: { datasets?: readonly string[]; channels?: readonly string[] } = {},
  ) {
    this.place = place;
    this.datasets = new Set(before.datasets);
    this.channels = new Set(before.channels);
  }

  all(type?: string): Resource[] {
    const found = [...this.resources.values()];
    return type === undefined ? found : found.filter((resource) => resource.type === type);
  }

  find(type: string, name: string): Resource | undefined {
    return this.resources.get(`${type} ${name}`);
  }

  /** Time passes between two applies: metrics become known. */
  grow(): void {
    for (const resource of this.resources.values()) resource.age += 1;
  }

  problems(type: string, config: Values): string[] {
    return problemsOf(type, config);
  }

  immutable(type: string): readonly string[] {
    return kinds[type]?.immutable ?? [];
  }

  async create(type: string, planned: Values, config: Values): Promise<Values> {
    // What enables an API looks the project up as soon as it is asked.
    if (type === 'google_project_service') refuseCreation(this, type, planned, '');
    await this.#take(kindOf(type, planned));
    const kind = kinds[type];
    if (!kind) throw new Error(`The stand-in knows no ${type}; describe it in kinds.ts.`);
    this.#requireApi(kind.api, planned);
    const wanted =
      type === 'google_secret_manager_secret_version' ? this.#version(planned) : planned;
    const name = kind.name(wanted, this.place);
    if (this.find(type, name)) throw new Error(`Error 409: ${name} already exists`);
    refuseCreation(this, type, wanted, name);
    if (type === 'google_secret_manager_secret_version') {
      const value = textIn(config, 'secret_data_wo');
      if (value === '') throw new Error('Error 400: the secret payload is empty');
      this.secretValues.set(name, value);
    }
    const values = this.#complete(type, wanted, name);
    this.resources.set(`${type} ${name}`, { type, name, values, age: 0 });
    if (type === 'google_project_service') this.apis.add(textIn(values, 'service'));
    return values;
  }

  async update(type: string, planned: Values, prior: Values): Promise<Values> {
    await this.#take(type);
    const name = textIn(prior, 'id');
    const known = this.find(type, name);
    if (!known) throw new Error(`Error 404: ${name} does not exist`);
    refuseCreation(this, type, planned, name);
    known.values = this.#complete(type, planned, name);
    return known.values;
  }

  async destroy(type: string, prior: Values): Promise<void> {
    await wait(1);
    const name = textIn(prior, 'id');
    refuseDeletion(this, type, prior, name);
    this.resources.delete(`${type} ${name}`);
    if (type !== 'google_cloudfunctions2_function') return;
    // The service goes with its function, and the grants on it with the service.
    const service = textIn(blockIn(prior, 'service_config'), 'service');
    for (const [key, resource] of this.resources) {
      if (resource.name.startsWith(`${service} `)) this.resources.delete(key);
    }
  }

  read(type: string, state: Values): Values | null {
    return this.find(type, textIn(state, 'id'))?.values ?? null;
  }

  /** Members that exist, beside people and groups. */
  accounts(): Set<string> {
    const own = this.all('google_service_account').map(({ values }) => textIn(values, 'member'));
    return new Set([...own, ...agentsOf(this)]);
  }

  async #take(type: string): Promise<void> {
    this.#asked.add(type);
    this.#lastAsked = performance.now();
    const hasty = this.slow.get(type);
    while (hasty !== undefined && !this.#asked.has(hasty)) {
      if (performance.now() - this.#lastAsked > patienceMs) return;
      await wait(20);
    }
    await wait(hasty === undefined ? duration(type) : 500);
  }

  #requireApi(api: string | undefined, values: Values): void {
    const project = textIn(values, 'project');
    if (!api || (project !== '' && project !== this.place.project)) return;
    if (this.apis.has(`${api}.googleapis.com`)) return;
    throw new Error(
      `Error 403: ${api}.googleapis.com has not been used in the project before or it is disabled`,
    );
  }

  /** The next version of a secret. */
  #version(planned: Values): Values {
    const secret = textIn(planned, 'secret');
    let next = 1;
    while (this.secretValues.has(`${secret}/versions/${next}`)) next += 1;
    return { ...planned, version: String(next) };
  }

  #complete(type: string, planned: Values, name: string): Values {
    const given = kinds[type]?.given?.(planned, name, this.place) ?? {};
    const labels = planned.labels ?? {};
    return mapAttributes(blockOf(type), planned, (value, { type: attribute }, path) => {
      if (path === 'id') return name;
      if (path === 'effective_labels' || path === 'terraform_labels') return labels;
      if (!isUnknown(value)) return value;
      if (path === 'project') return this.place.project;
      return given[path] ?? empty(attribute);
    });
  }
}
