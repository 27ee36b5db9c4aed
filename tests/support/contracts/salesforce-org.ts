/** The Salesforce stand-in as an org under test, with a proxy before it that can fail. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type FieldDefinition,
  type SalesforceServer,
  type SalesforceServerOptions,
  startSalesforceServer,
} from '../../../functions/local/salesforce/server.ts';
import { fields } from './crm-fields.ts';

export const orgFields: FieldDefinition[] = [
  // Not unique, so that two records may carry one id.
  { name: fields.externalId, type: 'text', length: 255, externalId: true },
  { name: fields.text, type: 'long-text' },
  { name: fields.shortText, type: 'text', length: 20 },
  { name: fields.number, type: 'number', precision: 16, scale: 2 },
  { name: fields.checkbox, type: 'checkbox' },
  { name: fields.date, type: 'date' },
];

export interface SeenRequest {
  method: string;
  /** Path and query. */
  url: string;
  body: string;
}

/**
 * What happens to a request: it goes through (undefined), it is answered here, some of its
 * records are refused with a code while the others are updated, the last answer of several is left out, its
 * connection breaks before it arrives, or after it arrived but before the whole answer.
 */
export type Fault =
  | undefined
  | { status: number; body: unknown }
  | { refusedRows: (row: number, id: string) => string | undefined }
  | 'short-answer'
  | 'drop-before'
  | 'drop-after'
  | 'never-answer';

export interface Org extends SalesforceServer {
  readonly requests: SeenRequest[];
  /** Decides the fault of each request. */
  fault: (request: SeenRequest) => Fault;
  /** Requests of the API itself, without logins. */
  calls(): SeenRequest[];
  /** Creates accounts through the API, past the adapter under test; gives their ids. */
  create(externalIds: readonly string[]): Promise<string[]>;
  /** Logs in past the adapter under test and sends one request. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>;
}

export async function startOrg(options: Partial<SalesforceServerOptions> = {}): Promise<Org> {
  const server = await startSalesforceServer({ path: ':memory:', fields: orgFields, ...options });
  const requests: SeenRequest[] = [];
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = 'GET', url = '/' } = request;
    const seen = { method, url, body };
    requests.push(seen);
    const fault = org.fault(seen);
    if (fault === 'drop-before') return request.socket.destroy();
    if (fault === 'never-answer') return;
    if (typeof fault === 'object' && 'status' in fault)
      return answer(response, fault.status, JSON.stringify(fault.body));
    const refused = typeof fault === 'object' ? fault.refusedRows : undefined;
    const forwarded = await fetch(server.url + url, {
      method,
      headers: {
        'content-type': request.headers['content-type'] ?? 'application/json',
        authorization: request.headers.authorization ?? '',
      },
      ...(body === '' ? {} : { body: refused ? withoutRefused(body, refused) : body }),
    });
    // The token's answer names the instance: it has to be this proxy.
    let text = (await forwarded.text()).replaceAll(server.url, org.url);
    if (refused) text = withRefused(body, text, refused);
    if (fault === 'short-answer') text = withoutLast(text);
    if (fault === 'drop-after') {
      response.writeHead(forwarded.status, { 'content-type': 'application/json' });
      response.write(text.slice(0, 5), () => request.socket.destroy());
      return;
    }
    const usage = forwarded.headers.get('sforce-limit-info') ?? '';
    answer(response, forwarded.status, text, { 'sforce-limit-info': usage });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));

  let token: string | undefined;
  const asAdmin = async (method: string, path: string, body: unknown): Promise<Response> => {
    token ??= await logIn(server.url);
    return fetch(`${server.url}/services/data/v62.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  const admin = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    let response = await asAdmin(method, path, body);
    if (response.status === 401) {
      token = undefined;
      response = await asAdmin(method, path, body);
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  const org: Org = {
    ...server,
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests,
    fault: () => undefined,
    calls: () => requests.filter(({ url }) => url.startsWith('/services/data/')),
    admin,
    async create(externalIds) {
      const ids: string[] = [];
      for (let at = 0; at < externalIds.length; at += 200) {
        const records = externalIds.slice(at, at + 200).map((id) => ({
          attributes: { type: 'Account' },
          Name: `Account ${id}`.slice(0, 255),
          [fields.externalId]: id,
        }));
        const saved = (await admin('POST', '/composite/sobjects', { records })) as { id: string }[];
        ids.push(...saved.map(({ id }) => id));
      }
      return ids;
    },
    async close() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await server.close();
    },
  };
  return org;
}

type Refused = (row: number, id: string) => string | undefined;
const recordsOf = (body: string) => (JSON.parse(body) as { records: { id: string }[] }).records;

function withoutRefused(body: string, refused: Refused): string {
  const records = recordsOf(body).filter(({ id }, row) => refused(row, id) === undefined);
  return JSON.stringify({ ...JSON.parse(body), records });
}

/** One answer for each record again, those of refused ones among them. */
function withRefused(body: string, text: string, refused: Refused): string {
  const answers = JSON.parse(text) as unknown[];
  if (!Array.isArray(answers)) return text;
  const all = recordsOf(body).map(({ id }, row) => {
    const statusCode = refused(row, id);
    if (statusCode === undefined) return answers.shift();
    return { success: false, errors: [{ statusCode, message: 'not as it is', fields: [] }] };
  });
  return JSON.stringify(all);
}

function withoutLast(text: string): string {
  const answers: unknown = JSON.parse(text);
  return Array.isArray(answers) ? JSON.stringify(answers.slice(0, -1)) : text;
}

async function logIn(url: string): Promise<string> {
  const response = await fetch(`${url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'kenko',
      client_secret: 'local',
    }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
  response.end(status === 204 ? undefined : text);
}
