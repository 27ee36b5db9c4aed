/** The Salesforce stand-in by plain HTTP, as any client would reach it. */
import { afterEach, beforeEach } from 'vitest';
import type { FieldData } from '../../functions/local/salesforce/record-table.ts';
import {
  type SalesforceServer,
  type SalesforceServerOptions,
  startSalesforceServer,
} from '../../functions/local/salesforce/server.ts';
import { virtualClock } from '../support/virtual-clock.ts';

/** Of one row of a Collections call. */
export interface Saved {
  id?: string;
  success: boolean;
  created?: boolean;
  errors: { statusCode: string; message: string; fields: string[] }[];
}

export interface Answer<Body = unknown> {
  status: number;
  usage: string | null;
  body: Body;
}

export let org: SalesforceServer;
let token: string;

/** A new org for each test of a file. */
export function useSalesforce(options: Partial<SalesforceServerOptions> = {}): void {
  beforeEach(async () => {
    const clock = virtualClock(new Date('2026-04-01T00:00:00Z'));
    org = await startSalesforceServer({ path: ':memory:', clock, ...options });
    const form = { grant_type: 'client_credentials', client_id: 'kenko', client_secret: 'local' };
    const body = new URLSearchParams(form);
    const response = await fetch(`${org.url}/services/oauth2/token`, { method: 'POST', body });
    token = ((await response.json()) as { access_token: string }).access_token;
  });
  afterEach(() => org.close());
}

export async function send<Body = unknown>(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  const response = await fetch(`${org.url}/services/data/v62.0${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    usage: response.headers.get('sforce-limit-info'),
    body: text === '' ? undefined : JSON.parse(text),
  };
}

const account = (values: FieldData) => ({ attributes: { type: 'Account' }, ...values });

/** Creates accounts in one call, a name for those that have none. */
export async function create(...records: FieldData[]): Promise<Saved[]> {
  const named = records.map((values, i) => account({ Name: `Account ${i}`, ...values }));
  return (await send<Saved[]>('POST', '/composite/sobjects', { records: named })).body;
}

/** Ids of accounts that surely were created. */
export async function created(...records: FieldData[]): Promise<string[]> {
  return (await create(...records)).map(({ id, errors }) => {
    if (id === undefined) throw new Error(errors[0]?.message);
    return id;
  });
}

export async function update(...records: FieldData[]): Promise<Saved[]> {
  return (await send<Saved[]>('PATCH', '/composite/sobjects', { records: records.map(account) }))
    .body;
}

/** `updated`, or the code of each row. */
export const outcomes = (rows: readonly Saved[]): string[] =>
  rows.map(({ success, errors }) => (success ? 'updated' : (errors[0]?.statusCode ?? '')));

export const query = (soql: string, resource = 'query') =>
  send<{ totalSize: number; records: FieldData[] }>(
    'GET',
    `/${resource}?q=${encodeURIComponent(soql)}`,
  );

export const stored = (id: string): FieldData | undefined =>
  org.accounts().find(({ Id }) => Id === id);
