/**
 * A Terraform provider on loopback: speaks the plugin protocol for whatever backend does the
 * work, so that Terraform's own checks, plans and order of steps are the real ones.
 */
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type BlockSchema, type ProviderSchema, schemaMessage } from './schema.ts';
import {
  decodeValue,
  encodeValue,
  isUnknown,
  mapAttributes,
  unknown,
  type Value,
  type Values,
  valueAt,
} from './values.ts';

/** What happens behind the protocol. A thrown error becomes what Terraform reports. */
export interface Backend {
  /** What is wrong with a resource as configured; unknown values are not judged. */
  problems(type: string, config: Values): string[];
  /** Paths such as `a.0.b` whose change makes a new resource. */
  immutable(type: string): readonly string[];
  /** The resource as it then is: every unknown value known. */
  create(type: string, planned: Values, config: Values): Promise<Values>;
  update(type: string, planned: Values, prior: Values): Promise<Values>;
  destroy(type: string, prior: Values): Promise<void>;
  /** The resource as it is now, or null where it is gone. */
  read(type: string, state: Values): Values | null;
}

/** Computed attributes that follow others: not known before an update is made. */
const derived = new Set(['effective_labels', 'terraform_labels', 'update_time', 'etag']);

/** Without computed attributes that nobody set, so that only wishes are compared. */
function wishes(block: BlockSchema, values: Values): string {
  return JSON.stringify(
    mapAttributes(block, values, (value, { computed, optional, write_only }) =>
      (computed && !optional) || write_only ? null : value,
    ),
  );
}

function plannedState(block: BlockSchema, prior: Values | null, proposed: Values): Values {
  if (prior && wishes(block, prior) === wishes(block, proposed)) return prior;
  return mapAttributes(block, proposed, (value, { computed, write_only }, path) => {
    if (write_only) return null;
    if (computed && (value === null || (prior && derived.has(path)))) return unknown;
    return value;
  });
}

function replacingPaths(
  immutable: readonly string[],
  prior: Values | null,
  planned: Values,
): string[] {
  if (!prior) return [];
  return immutable.filter((path) => {
    const after = valueAt(planned, path);
    return isUnknown(after) || JSON.stringify(valueAt(prior, path)) !== JSON.stringify(after);
  });
}

const attributePath = (path: string): object => ({
  steps: path
    .split('.')
    .map((step) => (/^\d+$/.test(step) ? { element_key_int: step } : { attribute_name: step })),
});

const failure = (summary: string): object => ({ severity: 1, summary, detail: '' });
const failureOf = (error: unknown): object =>
  failure(error instanceof Error ? error.message : String(error));

interface Request {
  type_name: string;
  config?: { msgpack?: Uint8Array };
  current_state?: { msgpack?: Uint8Array };
  prior_state?: { msgpack?: Uint8Array };
  proposed_new_state?: { msgpack?: Uint8Array };
  planned_state?: { msgpack?: Uint8Array };
  raw_state?: { json: Uint8Array };
}

function withoutWriteOnly(block: BlockSchema, values: Values): Values {
  return mapAttributes(block, values, (value, { write_only }) => (write_only ? null : value));
}

/** The calls of the protocol, each answering with a reply message. */
function callsOf(schema: ProviderSchema, backend: Backend) {
  const blockOf = (type: string): BlockSchema => {
    const found = schema.resource_schemas[type];
    if (!found) throw new Error(`${type} is not in the provider's schema`);
    return found.block;
  };
  return {
    GetProviderSchema: () => schemaMessage(schema),
    GetResourceIdentitySchemas: () => ({}),
    GetFunctions: () => ({}),
    ValidateProviderConfig: () => ({}),
    ConfigureProvider: () => ({}),
    ValidateDataResourceConfig: () => ({}),
    StopProvider: () => ({}),
    ValidateResourceConfig: ({ type_name, config }: Request) => {
      const values = decodeValue(config ?? null);
      const problems = values ? backend.problems(type_name, values) : [];
      return { diagnostics: problems.map(failure) };
    },
    UpgradeResourceState: ({ raw_state }: Request) => ({
      state: { json: raw_state?.json ?? Buffer.alloc(0) },
    }),
    ReadResource: ({ type_name, current_state }: Request) => {
      const state = decodeValue(current_state ?? null);
      return { state: encodeValue(state && backend.read(type_name, state)) };
    },
    PlanResourceChange: ({ type_name, prior_state, proposed_new_state }: Request) => {
      const prior = decodeValue(prior_state ?? null);
      const proposed = decodeValue(proposed_new_state ?? null);
      if (!proposed) return { planned_state: encodeValue(null), legacy_type_system: true };
      const planned = plannedState(blockOf(type_name), prior, proposed);
      return {
        planned_state: encodeValue(planned),
        requires_replace: replacingPaths(backend.immutable(type_name), prior, planned).map(
          attributePath,
        ),
        legacy_type_system: true,
      };
    },
    ApplyResourceChange: async ({ type_name, prior_state, planned_state, config }: Request) => {
      const prior = decodeValue(prior_state ?? null);
      const planned = decodeValue(planned_state ?? null);
      let state: Value = null;
      if (!planned) {
        if (prior) await backend.destroy(type_name, prior);
      } else {
        const made = prior
          ? await backend.update(type_name, planned, prior)
          : await backend.create(type_name, planned, decodeValue(config ?? null) ?? {});
        state = withoutWriteOnly(blockOf(type_name), made);
      }
      return { new_state: encodeValue(state), legacy_type_system: true };
    },
  };
}

export interface ProviderServer {
  port: number;
  close(): void;
}

/** Serves a provider of this schema on a free port of loopback. */
export async function startProviderServer(
  schema: ProviderSchema,
  backend: Backend,
): Promise<ProviderServer> {
  const file = fileURLToPath(new URL('tfplugin6.proto', import.meta.url));
  const { tfplugin6 } = grpc.loadPackageDefinition(
    loadSync(file, { keepCase: true }),
  ) as unknown as {
    tfplugin6: { Provider: { service: grpc.ServiceDefinition } };
  };
  const server = new grpc.Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  const handlers = Object.entries(callsOf(schema, backend)).map(([name, call]) => [
    name,
    async (request: { request: Request }, reply: grpc.sendUnaryData<object>) => {
      try {
        reply(null, await call(request.request));
      } catch (error) {
        // A failed create or update leaves what was there; Terraform reads that from the reply.
        const prior = request.request.prior_state;
        reply(null, { ...(prior ? { new_state: prior } : {}), diagnostics: [failureOf(error)] });
      }
    },
  ]);
  server.addService(tfplugin6.Provider.service, Object.fromEntries(handlers));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}
