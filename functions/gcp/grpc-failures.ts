/**
 * What the status codes of Google's gRPC services mean for whoever asked
 * (https://grpc.io/docs/guides/status-codes/). The clients have repeated what is worth
 * repeating at once before a failure gets here.
 */
import { code, messageOf, Rejected, Retryable, Unauthorized } from '../errors.ts';

export const status = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

const passing: ReadonlySet<number> = new Set([
  status.cancelled,
  status.unknown,
  status.deadlineExceeded,
  status.resourceExhausted,
  status.aborted,
  status.internal,
  status.unavailable,
  status.dataLoss,
]);

/** The status code (1 to 16) of a failed call; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const found = error.code;
  return typeof found === 'number' && found >= 1 && found <= 16 ? found : undefined;
}

/**
 * The class of a failed call. Errors that are none stay as they are.
 * @param what the adapter and what it was doing, e.g. `firestore: reading accounts`
 */
export function classified(error: unknown, what: string): unknown {
  const found = statusOf(error);
  if (found === undefined) return error;
  const options = { said: messageOf(error), cause: error };
  if (passing.has(found)) return new Retryable(code.unavailable, `${what} failed`, options);
  if (found === status.unauthenticated || found === status.permissionDenied) {
    return new Unauthorized('unauthorized', `${what} is not allowed`, options);
  }
  if (found === status.notFound) {
    return new Rejected(code.notFound, `${what}: it is not there`, options);
  }
  if (found === status.alreadyExists) {
    return new Rejected(code.alreadyExists, `${what}: it exists already`, options);
  }
  return new Rejected(code.badRequest, `${what} is refused`, options);
}

/** Does `work`; what it throws gets its class. */
export async function classifying<R>(what: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw classified(error, what);
  }
}
