/** For each function, the environment it runs in and a request that it answers at once. */
import { environmentOf } from '../../../functions/config.ts';
import type { FunctionName } from '../../../functions/deployed-functions.ts';
import type { PackDocument, RunDocument } from '../../../functions/records/run-documents.ts';
import { finishedRun } from '../runs.ts';

const at = '2026-11-23T16:00:00Z';

/** A run under way, of the given rules and scoring code. */
export const runUnderWay = (hashes: Pick<RunDocument, 'rules_hash' | 'engine_hash'>): RunDocument =>
  finishedRun({ state: 'scoring', revision: null, ...hashes });

/** Values for every variable; services are on loopback. */
const values: Record<string, string> = {
  KENKO_PACK: 'saas',
  KENKO_PROJECT: 'acme-health',
  KENKO_DATABASE: 'kenko',
  KENKO_PREFIX: 'kenko',
  KENKO_LOCATION: 'EU',
  KENKO_DATASET: 'kenko',
  KENKO_SOURCE_DATASET: 'product',
  KENKO_MAX_BYTES_BILLED: '50000000000',
  KENKO_SALESFORCE_CLIENT_ID: 'kenko',
  KENKO_SALESFORCE_CLIENT_SECRET: 'local',
  KENKO_API_IDENTITY: 'token',
  KENKO_API_AUDIENCES: 'https://kenko.example',
  KENKO_API_VIEWERS: 'allUsers',
};

/** Exactly what the function reads, and where the stand-ins are. */
export function environmentFor(
  name: FunctionName,
  services: { firestore: string; salesforce: string },
): Record<string, string> {
  const all = { ...values, KENKO_SALESFORCE_LOGIN_URL: services.salesforce };
  const own = environmentOf(name).flatMap((variable) => {
    const value = Reflect.get(all, variable.name);
    return value === undefined ? [] : [[variable.name, value] as const];
  });
  return {
    ...Object.fromEntries(own),
    FIRESTORE_EMULATOR_HOST: services.firestore,
    // Else credentials are looked for on the network.
    METADATA_SERVER_DETECTION: 'none',
  };
}

const push = (body: unknown) => ({
  method: 'POST',
  path: '/',
  body: {
    subscription: 'projects/acme-health/subscriptions/kenko',
    message: { messageId: '1', data: Buffer.from(JSON.stringify(body)).toString('base64') },
  },
});

interface FirstRequest {
  method: string;
  path: string;
  body?: unknown;
  status: number;
}

/** Each reads documents before it is answered; `documents` are those that have to be there. */
export const firstRequests: Record<FunctionName, FirstRequest> = {
  // The current date cannot be filled in: known from the pack's document.
  score: { method: 'POST', path: '/', body: { backfill: '2999-01-01' }, status: 400 },
  'score-shard': { ...push({ run: 'unknown', shard: 0 }), status: 204 },
  'publish-shard': { ...push({ run: 'unknown', shard: 0 }), status: 204 },
  'sync-salesforce': { ...push({ pack: 'saas', run: 'r', accounts: ['unknown'] }), status: 204 },
  notify: { ...push({ pack: 'saas', accounts: ['unknown'] }), status: 204 },
  'notify-event': {
    ...push({ kind: 'user_departed', id: 'e', account: 'unknown', at, user: 'u' }),
    status: 204,
  },
  // Asks Salesforce for its records, too.
  reconcile: { method: 'POST', path: '/', status: 200 },
  sweep: { method: 'POST', path: '/', status: 200 },
  api: { method: 'GET', path: '/v1/accounts/unknown', status: 404 },
};

const current: PackDocument = {
  current: { date: '2026-11-23', slot: at, revision: 1, run: 'r' },
  lease: null,
  next_token: 2,
};
export const documents = { 'packs/saas': current };

/** @throws Error where it is answered with another status than expected */
export async function ask(url: string, name: FunctionName): Promise<string> {
  const { method, path, body, status } = firstRequests[name];
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status !== status) {
    throw new Error(`${name} answered ${response.status} instead of ${status}: ${text}`);
  }
  return text;
}
