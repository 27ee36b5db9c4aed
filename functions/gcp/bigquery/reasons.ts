/**
 * What comes after each failure of BigQuery's: the one table of them. What Google's own clients
 * repeat is repeated, whatever reason it carries: a status decides before a reason, and a reason
 * before words.
 */

/** Reasons and their meaning. */
const reasons = 'https://docs.cloud.google.com/bigquery/docs/error-messages';
/** `shouldRetryRequest` of the official client for Node (@google-cloud/common, src/util.ts). */
const nodeClient = 'https://github.com/googleapis/nodejs-common';
/** `retry.py` of the one for Python: requests, and jobs that ended with an error. */
const pythonClient =
  'https://github.com/googleapis/python-bigquery/blob/main/google/cloud/bigquery/retry.py';
/** `retryableError` of the one for Go. */
const goClient = 'https://github.com/googleapis/google-cloud-go/blob/main/bigquery/bigquery.go';
/** Statements that change rows, at the same time or soon after others. */
const dml = 'https://docs.cloud.google.com/bigquery/docs/data-manipulation-language';

export type Action =
  /** The service's: asked again after a moment, and later if it stays. */
  | 'repeat'
  /** The same, where asking less often is what helps. */
  | 'slow-down'
  /** It passes, but not within a call. */
  | 'later'
  /** The quota of a day. */
  | 'wait-for-a-new-day'
  /** An operator has to act. */
  | 'alert'
  /** There is no such thing. */
  | 'not-found'
  /** There is such a thing already. */
  | 'already-exists'
  /** The request or its data is wrong. */
  | 'refuse';

interface Line {
  action: Action;
  why: string;
  source: string;
}

/** Of answers, before their reasons are looked at. */
export const statusLines: readonly (Line & { statuses: readonly number[] })[] = [
  {
    statuses: [429],
    action: 'slow-down',
    why: 'Too many requests, whatever counts them.',
    source: nodeClient,
  },
  {
    statuses: [408, 500, 502, 503, 504],
    action: 'repeat',
    why: 'A fault of the service, or of what stands before it.',
    source: goClient,
  },
];

export const reasonLines: readonly (Line & { reasons: readonly string[] })[] = [
  {
    reasons: ['rateLimitExceeded', 'userRateLimitExceeded', 'jobRateLimitExceeded'],
    action: 'slow-down',
    why: 'A limit that is counted over seconds.',
    source: pythonClient,
  },
  {
    reasons: ['backendError', 'internalError', 'badGateway'],
    action: 'repeat',
    why: 'A fault of the service, under any status.',
    source: pythonClient,
  },
  {
    reasons: ['jobBackendError', 'jobInternalError', 'tableUnavailable'],
    action: 'repeat',
    why: 'A job failed for a fault of the service, or a table of Google’s was not there for a moment.',
    source: reasons,
  },
  {
    reasons: ['stopped', 'timeout'],
    action: 'later',
    why: 'Somebody stopped the job, or BigQuery ran out of time for it.',
    source: reasons,
  },
  {
    reasons: ['blocked'],
    action: 'later',
    why: 'BigQuery holds the operation off for a while, to guard the service.',
    source: reasons,
  },
  {
    reasons: ['quotaExceeded'],
    action: 'wait-for-a-new-day',
    why: 'A quota of the project, mostly of a day.',
    source: reasons,
  },
  {
    reasons: ['accessDenied', 'authError', 'required', 'billingNotEnabled', 'invalidUser'],
    action: 'alert',
    why: 'Credentials, permissions or billing are missing.',
    source: reasons,
  },
  {
    reasons: ['notFound'],
    action: 'not-found',
    why: 'No such table, dataset or job, or not in this location.',
    source: reasons,
  },
  {
    reasons: ['duplicate'],
    action: 'already-exists',
    why: 'The id is taken.',
    source: reasons,
  },
  {
    reasons: [
      'invalid',
      'invalidQuery',
      'badRequest',
      'bytesBilledLimitExceeded',
      'billingTierLimitExceeded',
      'resourcesExceeded',
      'responseTooLarge',
      'resourceInUse',
      'notImplemented',
    ],
    action: 'refuse',
    why: 'The same request fails again.',
    source: reasons,
  },
];

/** Said under reasons that mean something else, such as `invalidQuery` or `quotaExceeded`. */
export const wordLines: readonly (Line & { words: RegExp })[] = [
  {
    words: /^not found: job /i,
    action: 'repeat',
    why: 'The job was started a moment ago, and not every server knows it yet.',
    source: 'https://github.com/googleapis/python-bigquery/issues/2134',
  },
  {
    words: /exceeded rate limits/i,
    action: 'slow-down',
    why: 'A limit that is counted over seconds.',
    source: 'https://github.com/googleapis/java-bigquery/issues/2372',
  },
  {
    words: /retrying (the job )?may solve the problem|internal error during execution/i,
    action: 'repeat',
    why: 'A fault of the service that is given as one of the request.',
    source: 'https://github.com/googleapis/python-bigquery/issues/23',
  },
  {
    words: /could not serialize access|aborted due to concurrent update/i,
    action: 'repeat',
    why: 'Another statement changed the table at the same time.',
    source: dml,
  },
  {
    words: /rows in the streaming buffer/i,
    action: 'later',
    why: 'Rows that were streamed cannot be changed for half an hour.',
    source: dml,
  },
];

const byStatus = new Map(
  statusLines.flatMap(({ statuses, action }) => statuses.map((one) => [one, action] as const)),
);
const byReason = new Map(
  reasonLines.flatMap(({ reasons: names, action }) => names.map((one) => [one, action] as const)),
);

/** Why a request or a job failed. */
export interface Failure {
  reason: string;
  message: string;
  /** Of the answer; jobs that ended with an error have none. */
  status?: number;
}

/** What comes after a failure; one of an unknown reason is refused. */
export function actionAfter({ status, reason, message }: Failure): Action {
  const found = (status === undefined ? undefined : byStatus.get(status)) ?? byReason.get(reason);
  if (found !== undefined && !saysLittle.has(found)) return found;
  return wordLines.find(({ words }) => words.test(message))?.action ?? found ?? 'refuse';
}

/** After which words may still say that it passes. */
const saysLittle = new Set<Action>(['refuse', 'wait-for-a-new-day', 'not-found']);
