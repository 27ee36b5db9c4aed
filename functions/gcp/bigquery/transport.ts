/**
 * How requests to Google's REST services are carried: with a time limit, and repeated on the
 * clock that is given.
 */
import { code, KenkoError, messageOf, Retryable, Unauthorized } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Failure, failed, failureOf, isPassing } from './failures.ts';

export interface ApiRequest {
  method: string;
  url: URL;
  contentType?: string;
  /** A Blob is sent piece by piece, without being put together. */
  body?: string | Blob;
}

export interface TransportOptions {
  /** Authorises a request. */
  headers: (url: URL) => Promise<Headers>;
  clock: Clock;
  /** For one request and its whole answer. */
  timeoutMs: number;
}

/** Waits between tries of one request; a limit is counted over 10 seconds. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 16_000];

/** The body of a 2xx answer. Other answers are errors by what they mean. */
export type Send = (request: ApiRequest) => Promise<Buffer>;

/** Every request may be repeated: those that change something have an id, or say what shall be. */
export function createTransport({ headers, clock, timeoutMs }: TransportOptions): Send {
  return async (request) => {
    const what = `${request.method} ${request.url.pathname.replace(/^.*\/projects\//, '')}`;
    for (let attempt = 0; ; attempt++) {
      const authorised = await authorisation(headers, request.url);
      const answer = await tryOnce(request, authorised, timeoutMs);
      if (Buffer.isBuffer(answer)) return answer;
      const pause = pausesMs[attempt];
      if (pause === undefined || !isPassing(answer)) throw failed(what, answer);
      await clock.sleep(pause);
    }
  };
}

async function authorisation(headers: TransportOptions['headers'], url: URL): Promise<Headers> {
  try {
    return await headers(url);
  } catch (error) {
    if (error instanceof KenkoError) throw error;
    if (isNetwork(error)) {
      throw new Retryable(code.unavailable, 'bigquery: no access token can be fetched', {
        cause: error,
        said: messageOf(error),
      });
    }
    throw new Unauthorized('unauthorized', 'bigquery: no credentials', {
      cause: error,
      said: messageOf(error),
    });
  }
}

/** Of a socket or a name, or an answer of the token's server that may be another next time. */
function isNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const found = 'code' in error ? String(error.code) : '';
  const status = 'status' in error ? Number(error.status) : Number.NaN;
  return /^(E[A-Z]{3,}|UND_ERR)/.test(found) || status === 429 || status >= 500;
}

async function tryOnce(
  { method, url, contentType, body }: ApiRequest,
  headers: Headers,
  timeoutMs: number,
): Promise<Buffer | Failure> {
  const sent = new Headers(headers);
  if (contentType !== undefined) sent.set('content-type', contentType);
  try {
    const response = await fetch(url, {
      method,
      headers: sent,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok ? bytes : failureOf(response.status, bytes.toString('utf8'));
  } catch (error) {
    // fetch hides what happened to the connection in `cause`.
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return { reason: 'backendError', message: `no answer: ${messageOf(cause)}` };
  }
}
