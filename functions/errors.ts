/**
 * What a failure means for whoever asked: the class alone decides what happens next.
 * A plain `Error` is a defect and never decides a retry.
 */
export abstract class KenkoError extends Error {
  /** Stable, kebab-case; scripts and the API rely on it. */
  readonly code: string;
  /** The message without what the other side said: all of it that a log may hold. */
  readonly summary: string;

  /**
   * @param summary ids, codes, counts and names of tables, columns and fields, never a value
   * @param options.said words of another system, which may quote a value; people see them
   *   after the summary, logs never do
   */
  constructor(code: string, summary: string, options: ErrorOptions = {}) {
    const { said, cause } = options;
    super(said ? `${summary}: ${said}` : summary, cause === undefined ? {} : { cause });
    this.code = code;
    this.summary = summary;
    this.name = new.target.name;
  }
}

export interface ErrorOptions {
  cause?: unknown;
  said?: string;
}

/** The same call may succeed later (network, lock, contention). */
export class Retryable extends KenkoError {}

/** The other side asks to slow down; `retryAfterMs` says for how long, where it said so. */
export class Throttled extends KenkoError {
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    summary: string,
    options: ErrorOptions & { retryAfterMs?: number } = {},
  ) {
    super(code, summary, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The request itself is wrong or already answered; repeating it unchanged cannot help. */
export class Rejected extends KenkoError {}

/** A refusal with a status of its own in HTTP. */
export class HttpRefusal extends Rejected {
  readonly status: number;

  constructor(status: number, errorCode: string, message: string) {
    super(errorCode, message);
    this.status = status;
  }
}

/** Credentials are missing, expired or insufficient; an operator has to act. */
export class Unauthorized extends KenkoError {}

/** Codes that callers branch on. */
export const code = {
  alreadyExists: 'already-exists',
  badRequest: 'bad-request',
  conflict: 'conflict',
  duplicateJob: 'duplicate-job',
  invalidData: 'invalid-data',
  invalidRules: 'invalid-rules',
  notFound: 'not-found',
  /** A run that has ended or lost its lease: what was asked of it is no longer wanted. */
  oldRun: 'old-run',
  unavailable: 'unavailable',
} as const;

/** True where `error` carries the given code. */
export function hasCode(error: unknown, wanted: string): error is KenkoError {
  return error instanceof KenkoError && error.code === wanted;
}

/** The one sentence to show a person, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
