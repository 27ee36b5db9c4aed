import { describe, expect, test } from 'vitest';
import { code, Rejected, Retryable, Unauthorized } from '../../../functions/errors.ts';
import { classified, classifying, statusOf } from '../../../functions/gcp/grpc-failures.ts';

const failure = (grpc: unknown): Error =>
  Object.assign(new Error('someone@example.com said no'), { code: grpc });

describe('a failed gRPC call', () => {
  test.each([
    [1, 'CANCELLED', Retryable, code.unavailable],
    [2, 'UNKNOWN', Retryable, code.unavailable],
    [3, 'INVALID_ARGUMENT', Rejected, code.badRequest],
    [4, 'DEADLINE_EXCEEDED', Retryable, code.unavailable],
    [5, 'NOT_FOUND', Rejected, code.notFound],
    [6, 'ALREADY_EXISTS', Rejected, code.alreadyExists],
    [7, 'PERMISSION_DENIED', Unauthorized, 'unauthorized'],
    [8, 'RESOURCE_EXHAUSTED', Retryable, code.unavailable],
    [9, 'FAILED_PRECONDITION', Rejected, code.badRequest],
    [10, 'ABORTED', Retryable, code.unavailable],
    [11, 'OUT_OF_RANGE', Rejected, code.badRequest],
    [12, 'UNIMPLEMENTED', Rejected, code.badRequest],
    [13, 'INTERNAL', Retryable, code.unavailable],
    [14, 'UNAVAILABLE', Retryable, code.unavailable],
    [15, 'DATA_LOSS', Retryable, code.unavailable],
    [16, 'UNAUTHENTICATED', Unauthorized, 'unauthorized'],
  ])('with status %i (%s) has its class', (grpc, _, kind, wanted) => {
    const cause = failure(grpc);
    const error = classified(cause, 'firestore: reading accounts');
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code: wanted, cause });
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^firestore: reading accounts .*someone@example.com said no$|^firestore: reading accounts: .*someone@example.com said no$/,
      ),
      summary: expect.not.stringContaining('someone'),
    });
  });

  test.each([
    ['an error without a code', new Error('x')],
    ['a system’s error', failure('ECONNRESET')],
    ['one of ours', new Rejected(code.conflict, 'x')],
    ['a code that is no status', failure(409)],
    ['0, which is no failure', failure(0)],
    ['what is no error', { code: 14 }],
    ['nothing', undefined],
  ])('is none of these: %s', (_, error) => {
    expect(statusOf(error)).toBeUndefined();
    expect(classified(error, 'x')).toBe(error);
  });

  test('is classified on its way through, and results are left alone', async () => {
    await expect(classifying('x', () => Promise.reject(failure(14)))).rejects.toBeInstanceOf(
      Retryable,
    );
    expect(await classifying('x', async () => 1)).toBe(1);
  });
});
