/**
 * What a failure means for whoever asked: the class alone decides what happens next.
 * A plain `Error` is a defect and never decides a retry.
 */
export abstract class KenkoError extends Error {
  /** Stable, kebab-case; scripts and the API rely on it. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** The same call may succeed later (network, lock, contention). */
export class Retryable extends KenkoError {}

/** The other side asks to slow down; `retryAfterMs` says for how long, where it said so. */
export class Throttled extends KenkoError {
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The request itself is wrong or already answered; repeating it unchanged cannot help. */
export class Rejected extends KenkoError {}

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
