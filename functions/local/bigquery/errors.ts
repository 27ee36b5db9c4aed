/** Failures as BigQuery reports them: https://docs.cloud.google.com/bigquery/docs/error-messages */
import { code, Rejected, Retryable } from '../../errors.ts';
import { duckDbError } from '../warehouse/errors.ts';

const statuses: Record<string, number> = {
  accessDenied: 403,
  backendError: 503,
  bytesBilledLimitExceeded: 400,
  duplicate: 409,
  internalError: 500,
  invalid: 400,
  invalidQuery: 400,
  jobBackendError: 400,
  jobInternalError: 400,
  jobRateLimitExceeded: 400,
  notFound: 404,
  notImplemented: 501,
  quotaExceeded: 403,
  rateLimitExceeded: 403,
  resourcesExceeded: 400,
  responseTooLarge: 403,
  stopped: 400,
};

/** A request or a job that fails, for a reason of BigQuery's. */
export class BigQueryFailure extends Rejected {
  readonly reason: string;
  readonly status: number;

  constructor(reason: string, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(reason, message, options);
    this.reason = reason;
    this.status = options.status ?? statuses[reason] ?? 500;
  }

  /** The body of an answer. */
  body(): unknown {
    const { reason, message, status } = this;
    return { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } };
  }

  /** The same as a part of a job's status. */
  result(): { reason: string; message: string } {
    return { reason: this.reason, message: this.message };
  }
}

/** What went wrong in DuckDB or the translator, as BigQuery would report it of a query. */
export function asFailure(thrown: unknown, invalid = 'invalidQuery'): BigQueryFailure {
  if (thrown instanceof BigQueryFailure) return thrown;
  const error = duckDbError(thrown);
  const message = error.message.replace(/^duckdb: /, '');
  const options = { cause: error };
  if (error.code === code.notFound) {
    return new BigQueryFailure('notFound', `Not found: ${message}`, options);
  }
  if (error instanceof Retryable) return new BigQueryFailure('backendError', message, options);
  return new BigQueryFailure(invalid, message, options);
}

export const notFound = (what: string): BigQueryFailure =>
  new BigQueryFailure('notFound', `Not found: ${what}`);

export const invalid = (message: string): BigQueryFailure =>
  new BigQueryFailure('invalid', message);

/** @param what a method of BigQuery's API, or a part of one's request */
export const notServed = (what: string): BigQueryFailure =>
  new BigQueryFailure(
    'notImplemented',
    `${what}: Kenko does not use this of BigQuery's API, so this stand-in does not serve it.`,
  );
