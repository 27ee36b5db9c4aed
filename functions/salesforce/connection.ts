/**
 * A jsforce connection whose requests we carry ourselves. jsforce's own transport ends the
 * process when a connection drops inside an answer (an unhandled stream error), repeats GETs
 * with waits of its own, waits 30 minutes, and sends even loopback through `http_proxy`.
 */
import { PassThrough } from 'node:stream';
import { Connection } from 'jsforce/lib/connection.js';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/types/common.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import { z } from 'zod';
import { code, messageOf, Retryable } from '../errors.ts';
import { codeIn } from './failures.ts';

export type { Connection };

/** Answers after which the same request may succeed: 420 is Salesforce's "server busy". */
const passing = new Set([408, 420, 429, 500, 502, 503, 504]);

const tooLarge = 413;

/** A connection that is not logged in and never logs in by itself. */
export function createConnection(options: {
  loginUrl: string;
  version: string;
  timeoutMs: number;
}): Connection {
  const { loginUrl, version, timeoutMs } = options;
  const connection = new Connection({ loginUrl, version });
  const transport = {
    httpRequest: (request: HttpRequest) =>
      StreamPromise.create(() => ({
        stream: new PassThrough(),
        promise: send(request, timeoutMs),
      })),
  };
  // Both kinds of request go through the one method; the classes' other members are unused.
  Object.defineProperty(connection, '_transport', { value: transport });
  Object.defineProperty(connection.oauth2, '_transport', { value: transport });
  return connection;
}

/** @throws Retryable where there is no answer, or one that may be another next time */
async function send(request: HttpRequest, timeoutMs: number): Promise<HttpResponse> {
  const { url, method, headers = {}, body } = request;
  if (body !== undefined && body !== null && typeof body !== 'string') {
    throw new TypeError('salesforce: a request body has to be text');
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch (error) {
    // fetch hides what happened to the connection in `cause`.
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new Retryable(
      code.unavailable,
      `salesforce: no answer to ${method} ${new URL(url).pathname}`,
      { cause: error, said: messageOf(cause) },
    );
  }
  if (passing.has(response.status)) {
    throw new Retryable(
      code.unavailable,
      `salesforce: ${response.status} to ${method} ${new URL(url).pathname}: ${errorCodeIn(text)}`,
    );
  }
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    // Whatever a gateway says about it, too large is too large.
    body: response.status === tooLarge ? '' : text,
  };
}

const errorBody = z.array(z.object({ errorCode: z.string() })).min(1);

/** The code in an error's body. The rest of it may repeat what we sent, so nobody gets it. */
function errorCodeIn(text: string): string {
  try {
    return codeIn(errorBody.parse(JSON.parse(text))[0]?.errorCode);
  } catch {
    return 'no code';
  }
}
