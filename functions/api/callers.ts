/** Who sends a request, whether they may, and in whose name it is kept. */
import { z } from 'zod';
import { HttpRefusal } from '../errors.ts';
import { type Caller, mayAct, type Role } from '../ports/identity.ts';
import type { Runtime } from '../runtime.ts';
import { quoted } from '../safe-text.ts';

/** What of a request tells who sent it, and from where. */
interface Sent {
  method: string;
  get(header: string): string | undefined;
}

/**
 * @throws HttpRefusal 401 for nobody, 403 for somebody who has not the role, and for what a page of
 *   another origin lets a browser send
 */
export async function requireCaller(
  { identity }: Pick<Runtime, 'identity'>,
  request: Sent,
  role: Role,
): Promise<Caller> {
  requireOwnOrigin(request);
  const caller = await identity.callerOf((name) => request.get(name));
  if (mayAct(caller, role)) return caller;
  if (caller.kind === 'nobody') {
    throw new HttpRefusal(
      401,
      'unauthenticated',
      'The request brings no valid identity; sign in, or send a Google ID token for this address as Authorization: Bearer.',
    );
  }
  throw new HttpRefusal(
    403,
    'forbidden',
    `This takes the role ${role}; ${caller.name} has ${caller.role ?? 'none'}.`,
  );
}

/** Browsers say which page made them send something; other programs say nothing. */
function requireOwnOrigin(request: Sent): void {
  const origin = request.get('origin');
  if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return;
  const own = request.get('host') ?? '';
  if (origin === `https://${own}` || origin === `http://${own}`) return;
  throw new HttpRefusal(403, 'forbidden', `Pages of ${quoted(origin)} may not send this.`);
}

/**
 * A body with its author: whoever is signed in. A service account may act for somebody, and both are
 * kept; this machine's user may name anybody.
 * @throws HttpRefusal 403 where a person names another one
 */
export const withAuthor = <B extends { author?: string | undefined }>(caller: Caller, body: B) => ({
  ...body,
  author: authorOf(caller, body.author),
});

/** Whether bodies of this schema have one. */
export const hasAuthor = (schema: z.ZodType | undefined): boolean =>
  schema instanceof z.ZodObject && 'author' in schema.shape;

function authorOf({ kind, name }: Caller, given: string | undefined): string {
  if (given === undefined || given.toLowerCase() === name.toLowerCase()) return name;
  if (kind === 'local') return given;
  if (kind === 'service') return `${given} (${name})`;
  throw new HttpRefusal(
    403,
    'forbidden',
    `The author is whoever is signed in, ${name}; leave author out.`,
  );
}
