/**
 * A stand-in for Salesforce: the parts of its REST API that Kenko and its readers use, with
 * its limits, types and errors, on loopback. Requests and answers follow
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system-clock.ts';
import { bodyOf, closeServer, listenOnLoopback } from '../loopback.ts';
import { Automation, type AutomationOptions } from './automation.ts';
import { account, type FieldDefinition, ObjectFields } from './fields.ts';
import type { FieldData } from './record-table.ts';
import { RecordStore, type SaveResult } from './records.ts';
import { SalesforceRest } from './rest.ts';
import { type SalesforceClients, Sessions } from './sessions.ts';
import { TaskStore } from './tasks.ts';
import { notServed, unservedResource } from './unserved.ts';

export type { FieldDefinition } from './fields.ts';

export interface SalesforceServerOptions {
  /** A file, or `:memory:`. */
  path: string;
  /** Default: a free one. */
  port?: number;
  /**
   * Custom fields of Account. Without one that is an external id, there is
   * `Kenko_Account_Id__c`.
   */
  fields?: readonly FieldDefinition[];
  /** An object of the org's own, whose records look up to Accounts. */
  child?: { name: string; fields: readonly FieldDefinition[] } | undefined;
  /** API calls allowed in 24 hours. Default 1,000,000. */
  dailyLimit?: number;
  /** Rows of one page of a query's result. Default 2,000, Salesforce's own. */
  queryPageSize?: number;
  /** Who may log in. Default: client `kenko` with secret `local`, by client credentials. */
  clients?: SalesforceClients;
  clock?: Clock;
}

export interface SalesforceServer {
  /** Both the login URL and the instance URL. */
  url: string;
  /** Adds custom fields of Account, as an administrator does. */
  defineFields(fields: readonly FieldDefinition[]): void;
  /** Creates accounts that are not there yet, by external id, as an administrator does. */
  seedAccounts(accounts: readonly FieldData[]): number;
  /** Takes a custom field away, with what stood in it for the API. */
  removeField(name: string): void;
  /** Puts a deleted account back, by its id. */
  undelete(id: string): SaveResult;
  /** Merges accounts into one, which keeps its own values except for those given. */
  merge(id: string, duplicates: readonly string[], values?: FieldData): SaveResult;
  /** Triggers, flows and rules of the org; each may be set. */
  readonly automation: AutomationOptions;
  /** Every account with all of its fields, oldest first. */
  accounts(): FieldData[];
  /** Every record of the org's own object, oldest first. */
  children(): FieldData[];
  /** Whether Kenko's user may make records of the org's own object. */
  mayCreate(child: boolean): void;
  /** Every task, oldest first. */
  tasks(): FieldData[];
  /** API calls counted so far; settable, to come near the daily limit. */
  usage: { used: number; readonly limit: number };
  /** Every session ends, as when an administrator revokes them. */
  expireSessions(): void;
  close(): Promise<void>;
}

/** Salesforce answers 414 above 16,384 bytes of URI and headers; we count the URI alone. */
const longestUri = 16_384;
const longestBody = 50 * 1_048_576;

/** @throws Error where the port is taken */
export async function startSalesforceServer(
  options: SalesforceServerOptions,
): Promise<SalesforceServer> {
  const clock = options.clock ?? systemClock;
  const fields = new ObjectFields(account, options.fields ?? []);
  const automation = new Automation();
  const store = new RecordStore(options.path, fields, automation, clock);
  const objects = new Map([[account, { store, fields }]]);
  const { child } = options;
  const childFields = child && new ObjectFields(child.name, child.fields);
  const children =
    childFields && new RecordStore(options.path, childFields, new Automation(), clock, store);
  if (childFields && children) {
    objects.set(childFields.object, { store: children, fields: childFields });
  }
  const tasks = new TaskStore(options.path, (id) => store.get(id) !== undefined);
  const sessions = new Sessions(options.clients ?? { kenko: { secret: 'local' } }, clock);
  const usage = { used: 0, limit: options.dailyLimit ?? 1_000_000 };
  const rest = new SalesforceRest({
    objects,
    tasks,
    usage,
    pageSize: options.queryPageSize ?? 2_000,
  });

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const api = url.pathname.startsWith('/services/data/');
    if (api) usage.used++;
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, {
        'content-type': 'application/json;charset=UTF-8',
        'sforce-limit-info': `api-usage=${usage.used}/${usage.limit}`,
      });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    const refuse = (status: number, errorCode: string, message: string) =>
      reply(status, [{ errorCode, message }]);

    if ((request.url ?? '').length > longestUri) return refuse(414, 'URI_TOO_LONG', 'URI Too Long');
    const sent = await bodyOf(request, longestBody);
    if (sent === undefined) {
      return refuse(413, 'REQUEST_ENTITY_TOO_LARGE', 'Request Entity Too Large');
    }
    const text = sent.toString('utf8');
    const method = request.method ?? 'GET';
    if (url.pathname === '/services/oauth2/token' && method === 'POST') {
      const { status, body } = sessions.grant(new URLSearchParams(text), instanceOf(request));
      return reply(status, body);
    }
    if (url.pathname === '/stand-in/accounts' && method === 'POST') {
      return reply(200, { created: store.seed(seeds.parse(JSON.parse(text))) });
    }
    const unserved = unservedResource(method, url);
    if (unserved !== undefined) return refuse(501, 'NOT_IMPLEMENTED', notServed(unserved));
    if (!api) return refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
    if (!sessions.holds(request.headers.authorization)) {
      return refuse(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    }
    if (usage.used > usage.limit) {
      return refuse(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    }
    const { status, body } = rest.answer(method, url, text);
    reply(status, body);
  };

  // Node refuses headers, the URI included, above 16 KB by itself, with 431.
  const server = createServer({ maxHeaderSize: 64 * 1_024 }, (request, response) => {
    respond(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) return response.destroy();
      response.writeHead(500, { 'content-type': 'application/json;charset=UTF-8' });
      response.end(JSON.stringify([{ errorCode: 'UNKNOWN_EXCEPTION', message }]));
    });
  });
  const url = await listenOnLoopback(server, { port: options.port });

  return {
    url,
    defineFields: (custom) => {
      fields.define(custom);
      store.indexKeys();
    },
    removeField: (name) => fields.remove(name),
    undelete: (id) => store.undelete(id),
    merge: (id, duplicates, values) => store.merge(id, duplicates, values),
    automation: automation.options,
    seedAccounts: (accounts) => store.seed(accounts),
    accounts: () => store.all(),
    children: () => children?.all() ?? [],
    mayCreate: (may) => {
      if (children) children.createable = may;
    },
    tasks: () => tasks.all(),
    usage,
    expireSessions: () => sessions.expire(),
    close: async () => {
      await closeServer(server);
      tasks.close();
      children?.close();
      store.close();
    },
  };
}

const seeds = z.array(
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
);

/** The instance is wherever the request was sent, so that a proxy in between stays there. */
function instanceOf(request: IncomingMessage): string {
  return `http://${request.headers.host}`;
}
