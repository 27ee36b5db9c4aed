/** Servers on this machine only: what the stand-ins for services share. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpRefusal } from '../errors.ts';
import { quoted } from '../safe-text.ts';

export interface LoopbackOptions {
  /** Default: a free one. */
  port?: number | undefined;
  /** What requests have to bring as `Authorization: Bearer`; default: nothing. */
  token?: string | undefined;
}

/**
 * Gives the URL. Loopback is no fence: pages in a browser reach it too. So requests for another host
 * (a name that was made to point here) and from pages of other origins are refused.
 * @throws Error where the port is taken
 */
export function listenOnLoopback(
  server: Server,
  { port = 0, token }: LoopbackOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const { port: own } = server.address() as AddressInfo;
      guard(server, { port: own, token });
      resolve(`http://127.0.0.1:${own}`);
    });
  });
}

/** Puts a check before all that the server does with requests. */
function guard(server: Server, expected: { port: number; token: string | undefined }): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const refusal = refusalOf(request, expected);
    if (refusal) return refuse(response, refusal);
    for (const listener of listeners) listener.call(server, request, response);
  });
}

function refusalOf(
  { headers: { host = '', origin, authorization = '' } }: IncomingMessage,
  { port, token }: { port: number; token: string | undefined },
): HttpRefusal | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(host)) {
    return new HttpRefusal(
      403,
      'forbidden',
      `The host ${quoted(host)} is not served here; this is ${hosts.join(' or ')}.`,
    );
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return new HttpRefusal(403, 'forbidden', `Pages of ${quoted(origin)} may not ask here.`);
  }
  if (token !== undefined && !isSame(authorization, bearer(token).Authorization ?? '')) {
    return new HttpRefusal(
      401,
      'unauthenticated',
      'This address is for Kenko itself, and its token is missing; use `npm run kenko` instead.',
    );
  }
  return undefined;
}

/** The header that brings a server's token. */
export const bearer = (token: string): Record<string, string> => ({
  Authorization: `Bearer ${token}`,
});

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(response: ServerResponse, { status, code, message }: HttpRefusal): void {
  // The body is not read, so the connection cannot be used again.
  response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(JSON.stringify({ error: { code, message } }));
}

/** Ends what is under way, too. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Lets what is under way come to its end, and ends what has not by then. */
export async function drainServer(server: Server, mostMs: number): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), mostMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearTimeout(late);
}

/** Undefined for a body beyond the limit, which is read all the same. */
export async function bodyOf(
  request: IncomingMessage,
  limit = Number.POSITIVE_INFINITY,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
  }
  return bytes > limit ? undefined : Buffer.concat(chunks);
}
