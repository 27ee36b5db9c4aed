/**
 * What Salesforce's errors mean for whoever asked. Codes:
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 */
import { z } from 'zod';
import {
  code,
  KenkoError,
  messageOf,
  Rejected,
  Retryable,
  Throttled,
  Unauthorized,
} from '../errors.ts';
import type { UpdateResult } from '../ports/crm.ts';

/** Row errors say `statusCode`, request errors `errorCode`. */
const rowError = z.object({
  statusCode: z.string().optional(),
  errorCode: z.string().optional(),
  message: z.string().optional(),
  fields: z.array(z.string()).nullish(),
});
export type RowError = z.infer<typeof rowError>;

/** What a Collections call answers, a row each. */
export const saveResults = z.array(
  z.object({
    id: z.string().nullish(),
    success: z.boolean(),
    errors: z.array(rowError).default([]),
  }),
);

/** Nothing is wrong with the row or the request itself. */
const passingCodes = new Set([
  'UNABLE_TO_LOCK_ROW',
  'SERVER_UNAVAILABLE',
  'REQUEST_LIMIT_EXCEEDED',
  'REQUEST_RUNNING_TOO_LONG',
  'QUERY_TIMEOUT',
  'UNKNOWN_EXCEPTION',
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'PROCESSING_HALTED',
]);

/**
 * The code of a request error, as jsforce throws it; undefined for any other error. An answer
 * of something else than Salesforce may hold anything in its place, so only a code passes.
 */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'errorCode' in error && typeof error.errorCode === 'string'
    ? codeIn(error.errorCode)
    : undefined;
}

/** The text, if it looks like one of Salesforce's codes. */
export function codeIn(text: string | undefined): string {
  return text !== undefined && /^[A-Za-z][\w]{0,79}$/.test(text) ? text : 'UNKNOWN';
}

/** The session has ended; a new one may help, once. */
export function isExpiredSession(error: unknown): boolean {
  return errorCodeOf(error) === 'INVALID_SESSION_ID' || errorCodeOf(error) === 'ERROR_HTTP_401';
}

/** The class of a failed request. Errors that no answer explains stay as they are. */
export function classified(error: unknown, what: string): unknown {
  const found = errorCodeOf(error);
  if (found === undefined) return error;
  const message = `salesforce: ${what}: ${found}`;
  const options = { cause: error, said: messageOf(error) };
  if (isDailyLimit(found, messageOf(error))) return new Throttled('daily-limit', message, options);
  if (passingCodes.has(found) || /^ERROR_HTTP_(4(08|20|29)|5\d\d)$/.test(found)) {
    return new Retryable(code.unavailable, message, options);
  }
  if (isExpiredSession(error) || /ACCESS|DISABLED|PERMISSION|ERROR_HTTP_403/.test(found)) {
    return new Unauthorized('unauthorized', message, options);
  }
  if (found === 'NOT_FOUND' || found === 'ERROR_HTTP_404') {
    return new Rejected(code.notFound, message, options);
  }
  return new Rejected(code.invalidData, message, options);
}

/**
 * A call that is refused as a whole, as for an object whose permission was taken away or a version
 * of the API that is no more, says nothing of its rows: an operator has to act, and they wait.
 */
export function refusedCall(error: unknown): unknown {
  const found = errorCodeOf(causeOf(error));
  if (!(error instanceof Rejected) || isOfSomeRow(found)) return error;
  const { cause, summary } = error;
  return new Unauthorized(found ?? error.code, summary, { cause, said: messageOf(cause) });
}

/** One value that Salesforce cannot read fails the whole call, and so do too many bytes. */
export const isOfSomeRow = (found: string | undefined): boolean =>
  found === 'JSON_PARSER_ERROR' || found === 'ERROR_HTTP_413';

export const causeOf = (error: unknown): unknown =>
  error instanceof Error ? error.cause : undefined;

/** A refused login: `invalid_grant`, `invalid_client` and the like are for an operator. */
export function classifiedLogin(error: unknown): unknown {
  if (error instanceof KenkoError) return error;
  // The OAuth client throws errors whose name is the code.
  const found = codeIn(error instanceof Error ? error.name : undefined);
  return new Unauthorized(
    'unauthorized',
    `salesforce: the login was refused (${found}); check the client id, its secret or key, and the login URL`,
    { cause: error, said: messageOf(error) },
  );
}

/** The limit of a day, not that of requests under way at once, which passes by itself. */
function isDailyLimit(errorCode: string, message: string): boolean {
  return errorCode === 'REQUEST_LIMIT_EXCEEDED' && /TotalRequests/i.test(message);
}

/** No answer, or not one to what was asked. */
export function unreadable(what: string): Retryable {
  return new Retryable(
    code.unavailable,
    `salesforce: ${what}: the answer is not what was asked for.`,
  );
}

/** What a row's errors mean: parked unless each of them may pass. */
export function rowFailure(errors: readonly RowError[], alreadyRepeated: boolean): UpdateResult {
  const codes = errors.map((error) => codeIn(error.statusCode ?? error.errorCode));
  const lasting = codes.findIndex(
    // A duplicate may be one that another transaction is about to give up.
    (each) => !passingCodes.has(each) && (each !== 'DUPLICATE_VALUE' || alreadyRepeated),
  );
  const at = Math.max(0, lasting);
  const fields = errors[at]?.fields ?? [];
  const where = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  return {
    outcome: lasting >= 0 || errors.length === 0 ? 'rejected' : 'retry',
    code: codes[at] ?? 'UNKNOWN',
    reason: `Salesforce: ${errors[at]?.message ?? 'the row failed without a reason'}${where}`,
  };
}

/** Every row of a call that was not carried out gets the same answer. */
export function callFailure(error: unknown): UpdateResult {
  const retry = !(error instanceof Rejected);
  return {
    outcome: retry ? 'retry' : 'rejected',
    code: errorCodeOf(causeOf(error)) ?? codeOf(error),
    reason: messageOf(error),
  };
}

function codeOf(error: unknown): string {
  return error instanceof KenkoError ? error.code : 'UNKNOWN';
}
