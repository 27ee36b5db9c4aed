/** What a failed request is answered, and with which status. */
import { code, HttpRefusal, KenkoError, Rejected } from '../errors.ts';
import { statusOf } from '../http-functions.ts';
import type { Runtime } from '../runtime.ts';

export interface Failure {
  status: number;
  code: string;
  /** For the caller. */
  message: string;
  /** For the log, which keeps what may be kept of it. */
  error: unknown;
}

/** Codes of a `Rejected` that are about us, not about the request. */
const ours: readonly string[] = [code.invalidData, code.invalidRules];

export function failureOf(thrown: unknown): Failure {
  const error = asKenko(thrown);
  if (error instanceof KenkoError && !ours.includes(error.code)) {
    return { status: statusOf(error), code: error.code, message: error.message, error };
  }
  // What went wrong inside is for the log; a caller could only misread it.
  return {
    status: 500,
    code: error instanceof KenkoError ? error.code : 'internal',
    message: 'The request failed; the log says why.',
    error: thrown,
  };
}

/** Express's own refusals in our classes. */
function asKenko(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof KenkoError) return thrown;
  if (thrown instanceof URIError) {
    return new Rejected(code.badRequest, 'The address holds a malformed percent-encoding.');
  }
  if (!('status' in thrown) || typeof thrown.status !== 'number') return thrown;
  if (thrown.status === 413) return new HttpRefusal(413, 'too-large', 'The body is too large.');
  if ('type' in thrown && thrown.type === 'entity.parse.failed') {
    return new Rejected(code.badRequest, 'The body is not JSON.');
  }
  const refused = thrown.status >= 400 && thrown.status < 500;
  return refused ? new Rejected(code.badRequest, 'The request cannot be read.') : thrown;
}

/** Logged, where there is a log yet. */
export async function logFailure(
  getRuntime: () => Promise<Runtime>,
  { status, code: errorCode, error }: Failure,
): Promise<void> {
  const runtime = await getRuntime().catch(() => undefined);
  if (status < 500) runtime?.log.requestRefused({ function: 'api', code: errorCode, status });
  else runtime?.log.requestFailed({ function: 'api', error });
}
