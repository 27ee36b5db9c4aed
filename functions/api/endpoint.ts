/**
 * One endpoint of the JSON API as data: the same entry is registered, checked, and described
 * in the OpenAPI document.
 */
import { z } from 'zod';
import type { Caller, Role } from '../ports/identity.ts';
import type { Authored } from '../records/fields.ts';
import type { Runtime } from '../runtime.ts';
import type { Shows } from './own-accounts.ts';

/** A request whose parts passed their schemas. */
export interface Call<Q, B> {
  runtime: Runtime;
  /** Undefined where nobody has to say who they are. */
  caller: Caller | undefined;
  /** The `{id}` of the path, decoded; empty where the path has none. */
  id: string;
  /** The `{item}` of the path, likewise. */
  item: string;
  query: Q;
  /** With its author, where it has one. */
  body: B;
  header(name: string): string | undefined;
}

export interface Endpoint {
  /** `post` takes a body. */
  method: 'get' | 'post';
  /** With `{id}` and `{item}` where ids stand. */
  path: string;
  /** Operation id in the OpenAPI document. */
  name: string;
  summary: string;
  description?: string;
  /** Of whoever may call it; null: anybody. */
  role: Role | null;
  /** What it says of accounts, for those who see their own only; undefined: what is of all. */
  shows?: Shows;
  query: z.ZodObject;
  body?: z.ZodType;
  answer: z.ZodType;
  /** Status of a success. */
  status: 200 | 201 | 202;
  handle(call: Call<unknown, unknown>): Promise<unknown>;
}

const noParameters = z.strictObject({});

/** Checks an endpoint's types against its schemas, then forgets them. */
export function endpoint<
  A extends z.ZodType,
  B extends z.ZodType,
  Q extends z.ZodObject = typeof noParameters,
>(given: {
  path: string;
  name: string;
  summary: string;
  description?: string;
  /** None are allowed without it. */
  query?: Q;
  /** Default: viewer, or editor where there is a body. */
  role?: Role | null;
  shows?: Shows;
  body?: B;
  answer: A;
  status?: 200 | 201 | 202;
  handle(call: Call<z.output<Q>, Authored<z.output<B>>>): Promise<z.input<A>>;
}): Endpoint {
  const { handle, body, status = 200, query = noParameters } = given;
  const { role = body ? 'editor' : 'viewer' } = given;
  return {
    ...given,
    ...{ method: body ? 'post' : 'get', status, query, role },
    // The router parses with the same schemas before it calls.
    handle: (call) => handle(call as Call<z.output<Q>, Authored<z.output<B>>>),
  };
}

/** A path as Express writes it. */
export const routeOf = (path: string): string => path.replace(/\{(id|item)\}/g, ':$1');
