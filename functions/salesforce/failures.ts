/** What Salesforce's errors mean for whoever asked, by the table in `refusals.ts`. */
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
import { type Meaning, meaningOf } from './refusals.ts';

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

const severalErrors = z.array(z.object({ errorCode: z.string() })).min(1);

/**
 * The code of a request error, as jsforce throws it; undefined for any other error. An answer
 * of something else than Salesforce may hold anything in its place, so only a code passes.
 */
export function errorCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'errorCode' in error)) return undefined;
  const { errorCode } = error;
  // jsforce's own word for an answer of several errors; the first is as good as any.
  const several = 'data' in error ? severalErrors.safeParse(error.data).data : undefined;
  if (several) return codeIn(several[0]?.errorCode);
  return typeof errorCode === 'string' ? codeIn(errorCode) : undefined;
}

/** The text, if it looks like one of Salesforce's codes. */
export function codeIn(text: string | undefined): string {
  return text !== undefined && /^[A-Za-z][\w]{0,79}$/.test(text) ? text : 'UNKNOWN';
}

/** The session has ended; a new one may help, once. */
export function isExpiredSession(error: unknown): boolean {
  return meaningOf(errorCodeOf(error) ?? '')?.action === 'renew-session';
}

/** The class of a failed request. Errors that no answer explains stay as they are. */
export function classified(error: unknown, what: string): unknown {
  const found = errorCodeOf(error);
  if (found === undefined) return error;
  const message = `salesforce: ${what}: ${found}`;
  const options = { cause: error, said: messageOf(error) };
  const action = meaningOf(found, messageOf(error))?.action;
  if (action === 'wait-for-a-new-day') return new Throttled('daily-limit', message, options);
  if (action === 'repeat' || /^ERROR_HTTP_5\d\d$/.test(found)) {
    return new Retryable(code.unavailable, message, options);
  }
  if (action === 'renew-session' || /ACCESS|DISABLED|PERMISSION|ERROR_HTTP_403/.test(found)) {
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
  if (!(error instanceof Rejected) || isToBeHalved(error)) return error;
  const { cause, summary } = error;
  const found = errorCodeOf(cause);
  return new Unauthorized(found ?? error.code, summary, { cause, said: messageOf(cause) });
}

/** A part of the call may be taken. */
export function isToBeHalved(error: unknown): boolean {
  const found = errorCodeOf(causeOf(error));
  return found !== undefined && meaningOf(found)?.action === 'halve';
}

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

/** No answer, or not one to what was asked. */
export function unreadable(what: string): Retryable {
  return new Retryable(
    code.unavailable,
    `salesforce: ${what}: the answer is not what was asked for.`,
  );
}

/** What a row's errors mean: parked unless each of them may pass. */
export function rowFailure(errors: readonly RowError[], alreadyRepeated: boolean): UpdateResult {
  const lasting = errors.findIndex((error) => {
    const meaning = meaningOfRow(error);
    // The call's and the service's are no fault of the row.
    return meaning.action === 'repeat-once' ? alreadyRepeated : meaning.of === 'row';
  });
  const at = Math.max(0, lasting);
  const fields = errors[at]?.fields ?? [];
  const where = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  const said = {
    code: errors[at] ? rowCode(errors[at]) : 'UNKNOWN',
    reason: `Salesforce: ${errors[at]?.message ?? 'the row failed without a reason'}${where}`,
  };
  if (lasting < 0 && errors.length > 0) return { outcome: 'retry', ...said };
  return { outcome: 'rejected', ...said, ...(fields.length > 0 && { fields }) };
}

/** The row came to a limit of what a transaction may use, which is that of all rows of its call. */
export const isOverLimit = (errors: readonly RowError[]): boolean =>
  errors.length > 0 && errors.every((error) => meaningOfRow(error).action === 'halve');

const rowCode = ({ statusCode, errorCode }: RowError): string => codeIn(statusCode ?? errorCode);

function meaningOfRow(error: RowError): Meaning {
  const found = rowCode(error);
  // Of a row it is its record that is not there.
  if (found === 'NOT_FOUND') return { of: 'row', action: 'park' };
  return meaningOf(found, error.message) ?? { of: 'row', action: 'park' };
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
