/** What BigQuery's errors mean for whoever asked, by the table in `reasons.ts`. */
import { z } from 'zod';
import {
  code,
  type KenkoError,
  Rejected,
  Retryable,
  Throttled,
  Unauthorized,
} from '../../errors.ts';
import { actionAfter, type Failure } from './reasons.ts';

export type { Failure };

/** The part of a job's `status.errorResult` that we use. */
export const errorResult = z.object({
  reason: z.string().default('unknown'),
  message: z.string().default('no message'),
});

const errorBody = z.object({
  error: z.object({
    message: z.string().default('no message'),
    errors: z.array(errorResult).default([]),
  }),
});

/** Reasons by status, where an answer names none: a proxy's, or one cut short. */
function reasonOf(status: number): string {
  if (status === 401) return 'authError';
  if (status === 403) return 'accessDenied';
  if (status === 404) return 'notFound';
  if (status === 429) return 'rateLimitExceeded';
  if (status === 501) return 'notImplemented';
  return status === 408 || status >= 500 ? 'backendError' : 'invalid';
}

/** What an answer that is not a success says. */
export function failureOf(status: number, body: string): Failure {
  const parsed = errorBody.safeParse(jsonOf(body));
  const errors = parsed.data?.error.errors ?? [];
  // Of several, one that passes is enough, as for the official client.
  const first = errors.find(isPassing) ?? errors[0];
  return {
    reason: first?.reason ?? reasonOf(status),
    message: first?.message ?? parsed.data?.error.message ?? `HTTP ${status}`,
    status,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same may succeed in a moment. Never a quota, which is for a day. */
export function isPassing(failure: Failure): boolean {
  const action = actionAfter(failure);
  return action === 'repeat' || action === 'slow-down';
}

/** The class of a failure of `what`. BigQuery's words may quote a row, so logs go without. */
export function failed(what: string, failure: Failure): KenkoError {
  const { reason, message } = failure;
  const known = /^\w{1,60}$/.test(reason) ? reason : 'unknown';
  const text = `bigquery: ${what}: ${known}`;
  const options = { said: message };
  switch (actionAfter(failure)) {
    case 'slow-down':
      return new Throttled('rate-limit', text, options);
    case 'wait-for-a-new-day':
      return new Throttled('quota', text, options);
    case 'repeat':
    case 'later':
      return new Retryable(code.unavailable, text, options);
    case 'alert':
      return new Unauthorized('unauthorized', text, options);
    case 'not-found':
      return new Rejected(code.notFound, text, options);
    case 'already-exists':
      return new Rejected(code.alreadyExists, text, options);
    default: {
      const limit = 'the limit is KENKO_MAX_BYTES_BILLED, to be raised where the tables have grown';
      const said = reason === 'bytesBilledLimitExceeded' ? `${text}; ${limit}` : text;
      return new Rejected(code.invalidData, said, options);
    }
  }
}

/** An answer that is not as documented: cut short or made by something in between. */
export function unreadable(what: string, why: string, cause?: unknown): Retryable {
  return new Retryable(code.unavailable, `bigquery: ${what}: the answer cannot be read`, {
    cause,
    said: why,
  });
}
