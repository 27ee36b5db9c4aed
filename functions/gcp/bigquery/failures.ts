/**
 * What BigQuery's errors mean for whoever asked. Reasons:
 * https://docs.cloud.google.com/bigquery/docs/error-messages
 */
import { z } from 'zod';
import {
  code,
  type KenkoError,
  Rejected,
  Retryable,
  Throttled,
  Unauthorized,
} from '../../errors.ts';

/** Why a request or a job failed. */
export interface Failure {
  reason: string;
  message: string;
}

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

const slowDown = new Set(['rateLimitExceeded', 'jobRateLimitExceeded']);
const passing = new Set([
  ...slowDown,
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
]);
const forbidden = new Set(['accessDenied', 'authError', 'required', 'billingNotEnabled']);

/** Reasons by status, where an answer names none: a proxy's, or one cut short. */
function reasonOf(status: number): string {
  if (status === 401) return 'authError';
  if (status === 403) return 'accessDenied';
  if (status === 404) return 'notFound';
  if (status === 429) return 'rateLimitExceeded';
  return status === 408 || status >= 500 ? 'backendError' : 'invalid';
}

/** What an answer that is not a success says. */
export function failureOf(status: number, body: string): Failure {
  const parsed = errorBody.safeParse(jsonOf(body));
  const [first] = parsed.data?.error.errors ?? [];
  return {
    reason: first?.reason ?? reasonOf(status),
    message: first?.message ?? parsed.data?.error.message ?? `HTTP ${status}`,
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
export const isPassing = ({ reason }: Failure): boolean => passing.has(reason);

/** The class of a failure of `what`. BigQuery's words may quote a row, so logs go without. */
export function failed(what: string, { reason, message }: Failure): KenkoError {
  const known = /^\w{1,60}$/.test(reason) ? reason : 'unknown';
  const text = `bigquery: ${what}: ${known}`;
  const options = { said: message };
  if (slowDown.has(reason)) return new Throttled('rate-limit', text, options);
  if (passing.has(reason)) return new Retryable(code.unavailable, text, options);
  if (reason === 'quotaExceeded') return new Throttled('quota', text, options);
  if (forbidden.has(reason)) return new Unauthorized('unauthorized', text, options);
  if (reason === 'notFound') return new Rejected(code.notFound, text, options);
  if (reason === 'duplicate') return new Rejected(code.alreadyExists, text, options);
  if (reason === 'bytesBilledLimitExceeded') {
    const limit = 'the limit is KENKO_MAX_BYTES_BILLED, to be raised where the tables have grown';
    return new Rejected(code.invalidData, `${text}; ${limit}`, options);
  }
  // Somebody stopped the job, or BigQuery ran out of time for it.
  if (reason === 'stopped' || reason === 'timeout') {
    return new Retryable(code.unavailable, text, options);
  }
  return new Rejected(code.invalidData, text, options);
}

/** An answer that is not as documented: cut short or made by something in between. */
export function unreadable(what: string, why: string, cause?: unknown): Retryable {
  return new Retryable(code.unavailable, `bigquery: ${what}: the answer cannot be read`, {
    cause,
    said: why,
  });
}
