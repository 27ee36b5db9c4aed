/** One operation for one caller, whether it came as a request of the API or from a form of a page. */
import type { Caller } from '../ports/identity.ts';
import type { Runtime } from '../runtime.ts';
import { checkedBody } from './bodies.ts';
import { hasAuthor, withAuthor } from './callers.ts';
import type { Endpoint } from './endpoint.ts';
import { limitToOwn } from './own-accounts.ts';

/** What was sent, and by whom; their role has been checked. */
interface Sent {
  runtime: Runtime;
  caller: Caller | undefined;
  id: string;
  item: string;
  /** As its schema has it. */
  query: Readonly<Record<string, unknown>>;
  /** As it came; undefined where the operation takes none. */
  body: unknown;
  header(name: string): string | undefined;
}

/**
 * @throws Rejected `bad-request` for a body that is not as documented, and as the operation and
 *   `limitToOwn` do
 */
export async function callEndpoint(endpoint: Endpoint, sent: Sent): Promise<unknown> {
  const { runtime, caller, id, query } = sent;
  const checked = endpoint.body ? checkedBody(endpoint.body, sent.body) : undefined;
  const body = caller && hasAuthor(endpoint.body) ? withAuthor(caller, Object(checked)) : checked;
  const allowed = await limitToOwn(runtime, caller, endpoint.shows, { id, query, body });
  return endpoint.handle({ ...sent, query: allowed, body });
}
