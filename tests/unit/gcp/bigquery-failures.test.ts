/** What comes after each failure of BigQuery's: every line of the table. */
import { common } from '@google-cloud/bigquery';
import { describe, expect, it } from 'vitest';
import { code, Rejected, Retryable, Throttled, Unauthorized } from '../../../functions/errors.ts';
import { failed, failureOf, isPassing } from '../../../functions/gcp/bigquery/failures.ts';
import {
  type Action,
  actionAfter,
  reasonLines,
  statusLines,
  wordLines,
} from '../../../functions/gcp/bigquery/reasons.ts';

const answer = (status: number, ...reasons: string[]) =>
  failureOf(
    status,
    JSON.stringify({
      error: { message: 'No.', errors: reasons.map((reason) => ({ reason, message: 'No.' })) },
    }),
  );

const classes: Record<Action, [unknown, string]> = {
  repeat: [Retryable, code.unavailable],
  'slow-down': [Throttled, 'rate-limit'],
  later: [Retryable, code.unavailable],
  'wait-for-a-new-day': [Throttled, 'quota'],
  alert: [Unauthorized, 'unauthorized'],
  'not-found': [Rejected, code.notFound],
  'already-exists': [Rejected, code.alreadyExists],
  refuse: [Rejected, code.invalidData],
};
const repeated = (action: Action) => action === 'repeat' || action === 'slow-down';
const lines = reasonLines.flatMap(({ reasons, action }) =>
  reasons.map((reason): [string, Action] => [reason, action]),
);

describe('the table of BigQuery’s failures', () => {
  it('has each reason and status once, and says why and where that is written', () => {
    for (const all of [
      lines.map(([reason]) => reason),
      statusLines.flatMap(({ statuses }) => statuses),
    ]) {
      expect(new Set<unknown>(all).size).toBe(all.length);
    }
    for (const { why, source } of [...reasonLines, ...statusLines, ...wordLines]) {
      expect(why).toMatch(/^[A-Z].*\.$/);
      expect(source).toMatch(/^https:\/\//);
    }
  });

  it.each(lines)('%s: %s, of an answer and of a job', (reason, action) => {
    const [kind, wanted] = classes[action];
    const ofJob = { reason, message: 'No.' };
    for (const failure of [answer(400, reason), ofJob]) {
      expect(isPassing(failure)).toBe(repeated(action));
      const error = failed('job x', failure);
      expect(error).toBeInstanceOf(kind);
      expect(error.code).toBe(wanted);
      expect(error.message).toContain(`bigquery: job x: ${reason}`);
    }
  });

  it.each(
    statusLines.flatMap(({ statuses, action }) => statuses.map((each) => [each, action] as const)),
  )('status %i: %s, whatever reason it carries', (status, action) => {
    for (const [reason] of lines) expect(actionAfter(answer(status, reason))).toBe(action);
    expect(actionAfter(answer(status, 'somethingNew'))).toBe(action);
    expect(actionAfter(failureOf(status, '<html>busy</html>'))).toBe(action);
  });

  it.each<[string, string, Action]>([
    [
      'invalidQuery',
      'Job exceeded rate limits: Your table exceeded quota for table update operations.',
      'slow-down',
    ],
    [
      'quotaExceeded',
      'Exceeded rate limits: too many concurrent queries for this project.',
      'slow-down',
    ],
    [
      'quotaExceeded',
      'Quota exceeded: Your table exceeded quota for imports per table.',
      'wait-for-a-new-day',
    ],
    [
      'invalid',
      'The job encountered an error during execution. Retrying the job may solve the problem.',
      'repeat',
    ],
    ['invalidQuery', 'Query failed: internal error during execution', 'repeat'],
    [
      'invalidQuery',
      'Could not serialize access to table p:d.t due to concurrent update',
      'repeat',
    ],
    [
      'invalidQuery',
      'Transaction is aborted due to concurrent update against table p:d.t',
      'repeat',
    ],
    [
      'invalidQuery',
      'UPDATE or DELETE statement over table p.d.t would affect rows in the streaming buffer, which is not supported',
      'later',
    ],
    ['notFound', 'Not found: Job p:EU.job_1', 'repeat'],
    ['notFound', 'Not found: Table p:d.jobs was not found in location EU', 'not-found'],
    ['invalidQuery', 'Syntax error: Unexpected identifier "rate"', 'refuse'],
    ['accessDenied', 'Access Denied: retrying the job may solve the problem', 'alert'],
    ['somethingNew', 'No.', 'refuse'],
  ])('%s, "%s": %s', (reason, message, action) => {
    expect(actionAfter({ reason, message })).toBe(action);
  });

  it('repeats whatever the official client for Node does', () => {
    const statuses = [
      200, 300, 400, 401, 403, 404, 408, 409, 410, 412, 413, 429, 500, 501, 502, 503, 504,
    ];
    const reasons = [...lines.map(([reason]) => reason), 'somethingNew'];
    let clientRepeats = 0;
    for (const status of statuses) {
      for (const first of reasons) {
        for (const second of ['', 'rateLimitExceeded']) {
          const both = [first, second].filter(Boolean);
          const errors = both.map((reason) => ({ reason, message: 'No.' }));
          const error = Object.assign(new Error('No.'), { code: status, errors });
          if (!common.util.shouldRetryRequest(error)) continue;
          clientRepeats++;
          expect(isPassing(answer(status, ...both)), `${status} ${both}`).toBe(true);
        }
      }
    }
    expect(clientRepeats).toBeGreaterThan(100);
  });
});
