/**
 * Whose matter each refusal of Salesforce's is, and so what comes next: the one table of them.
 *
 * - the **row's**: the others are written; it is parked, and tried again every night, since what was
 *   mended in Salesforce is invisible here;
 * - the **call's**: where a part of it may be taken it is halved, down to the row that is refused
 *   alone; otherwise its rows wait, and an operator is told;
 * - the **service's**: it passes, so the same is asked again after a wait.
 *
 * A code that stands in no line is the row's where it answers a row, and the call's where it answers
 * a whole call; so is a row's code that answers a whole call.
 */

/** Status codes of rows and of calls, with what each means. */
const codes =
  'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm';
/** HTTP statuses of REST resources. */
const statuses =
  'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm';
/** At most 200 records, one result each. */
const collections =
  'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm';
/** What one transaction of Apex and flows may use; reaching it undoes the transaction. */
const governor =
  'https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_gov_limits.htm';
/** Requests of 24 hours, and long ones at once. */
const requests =
  'https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm';

const overLimit = 'LIMIT_EXCEEDED';

export type Meaning =
  | { of: 'row'; action: 'park' | 'repeat-once' }
  | { of: 'call'; action: 'halve' | 'alert' }
  | { of: 'service'; action: 'repeat' | 'renew-session' | 'wait-for-a-new-day' };

export type Refusal = Meaning & {
  /** Salesforce's own, or `ERROR_HTTP_` and a status, as jsforce names answers without a code. */
  codes: readonly string[];
  why: string;
  source: string;
};

export const refusals: readonly Refusal[] = [
  {
    of: 'service',
    action: 'repeat',
    codes: ['UNABLE_TO_LOCK_ROW'],
    why: 'Somebody else writes the record, or one that has to be locked with it.',
    source: codes,
  },
  {
    of: 'service',
    action: 'repeat',
    codes: [
      'SERVER_UNAVAILABLE',
      'REQUEST_RUNNING_TOO_LONG',
      'QUERY_TIMEOUT',
      'UNKNOWN_EXCEPTION',
      'API_CURRENTLY_DISABLED',
      'FUNCTIONALITY_TEMPORARILY_UNAVAILABLE',
      'EXCEEDED_RATE_LIMIT',
    ],
    why: 'Salesforce is too busy, or has a fault of its own.',
    source: codes,
  },
  {
    of: 'service',
    action: 'repeat',
    codes: ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'PROCESSING_HALTED', 'TRANSACTION_HALTED'],
    why: 'Another row failed; this one was not looked at.',
    source: codes,
  },
  {
    of: 'service',
    action: 'repeat',
    codes: [
      'ERROR_HTTP_408',
      'ERROR_HTTP_420',
      'ERROR_HTTP_429',
      'ERROR_HTTP_500',
      'ERROR_HTTP_502',
      'ERROR_HTTP_503',
      'ERROR_HTTP_504',
    ],
    why: 'The server is busy, restarts, or something before it does.',
    source: statuses,
  },
  {
    of: 'service',
    action: 'repeat',
    codes: ['REQUEST_LIMIT_EXCEEDED'],
    why: 'Too many requests at once; those of a day are told apart by their message.',
    source: requests,
  },
  {
    of: 'service',
    action: 'wait-for-a-new-day',
    codes: ['TotalRequests'],
    why: 'The calls of 24 hours are used up; some come free all the time.',
    source: requests,
  },
  {
    of: 'service',
    action: 'renew-session',
    codes: ['INVALID_SESSION_ID', 'ERROR_HTTP_401'],
    why: 'The session ended; a new one is asked for, once.',
    source: statuses,
  },
  {
    of: 'call',
    action: 'halve',
    codes: ['JSON_PARSER_ERROR'],
    why: 'One value that cannot be read fails all rows; alone, it is its own row’s.',
    source: statuses,
  },
  {
    of: 'call',
    action: 'halve',
    codes: ['ERROR_HTTP_413', 'EXCEEDED_MAX_SIZE_REQUEST', 'EXCEEDED_ID_LIMIT'],
    why: 'Too many bytes or records in one call.',
    source: collections,
  },
  {
    of: 'call',
    action: 'halve',
    codes: [overLimit],
    why: 'Automation manages fewer rows in one transaction than the call has.',
    source: governor,
  },
  {
    of: 'call',
    action: 'alert',
    codes: ['NOT_FOUND', 'ERROR_HTTP_404', 'ERROR_HTTP_410', 'UNSUPPORTED_API_VERSION'],
    why: 'The instance has moved, or the object or the version of the API is no more.',
    source: statuses,
  },
  {
    of: 'call',
    action: 'alert',
    codes: [
      'API_DISABLED_FOR_ORG',
      'CLIENT_NOT_ACCESSIBLE_FOR_USER',
      'INSUFFICIENT_ACCESS',
      'INVALID_TYPE',
      'ERROR_HTTP_403',
    ],
    why: 'Kenko’s user may not do it, or no longer sees the object.',
    source: codes,
  },
  {
    of: 'call',
    action: 'alert',
    codes: ['STORAGE_LIMIT_EXCEEDED', 'EXCEEDED_QUOTA'],
    why: 'The org is full: no row is better than another.',
    source: codes,
  },
  {
    of: 'call',
    action: 'alert',
    codes: [
      'ERROR_HTTP_400',
      'ERROR_HTTP_405',
      'ERROR_HTTP_409',
      'ERROR_HTTP_412',
      'ERROR_HTTP_414',
      'ERROR_HTTP_415',
      'ERROR_HTTP_428',
      'ERROR_HTTP_431',
    ],
    why: 'The request is not what the API takes, whatever its rows hold.',
    source: statuses,
  },
  {
    of: 'row',
    action: 'repeat-once',
    codes: ['DUPLICATE_VALUE'],
    why: 'The other record may be about to give the value up.',
    source: codes,
  },
  {
    of: 'row',
    action: 'park',
    codes: [
      'ENTITY_IS_DELETED',
      'INVALID_CROSS_REFERENCE_KEY',
      'INVALID_ID_FIELD',
      'MALFORMED_ID',
      'ERROR_HTTP_300',
    ],
    why: 'The record is no more, or not the one meant: it is looked up again.',
    source: codes,
  },
  {
    of: 'row',
    action: 'park',
    codes: [
      'STRING_TOO_LONG',
      'NUMBER_OUTSIDE_VALID_RANGE',
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'INVALID_EMAIL_ADDRESS',
      'INVALID_FIELD',
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'REQUIRED_FIELD_MISSING',
    ],
    why: 'The field does not take the value.',
    source: codes,
  },
  {
    of: 'row',
    action: 'park',
    codes: [
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      'FIELD_INTEGRITY_EXCEPTION',
      'DUPLICATES_DETECTED',
      'DUPLICATE_EXTERNAL_ID',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      'CANNOT_EXECUTE_FLOW_TRIGGER',
      'FLOW_EXCEPTION',
      'APEX_ERROR',
    ],
    why: 'A rule or automation of the org does not want the row, unless its message wraps another failure.',
    source: codes,
  },
  {
    of: 'row',
    action: 'park',
    codes: [
      'ENTITY_IS_LOCKED',
      'INSUFFICIENT_ACCESS_OR_READONLY',
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      'INACTIVE_OWNER_OR_USER',
    ],
    why: 'The record is locked by an approval, or not open to Kenko’s user.',
    source: codes,
  },
];

const byCode = new Map(
  refusals.flatMap((refusal) => refusal.codes.map((each) => [each, refusal] as const)),
);

/** Codes in whose messages automation hands on what went wrong inside it. */
const wrapping = new Set([
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  'CANNOT_EXECUTE_FLOW_TRIGGER',
  'FLOW_EXCEPTION',
  'APEX_ERROR',
  // A trigger that hands on an error by addError().
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
]);

/** What messages say in words, and the code that says the same. */
const inWords: readonly { words: RegExp; code: string; source: string }[] = [
  {
    words: /unable to obtain exclusive access|record currently unavailable/i,
    code: 'UNABLE_TO_LOCK_ROW',
    source: 'https://help.salesforce.com/s/articleView?id=000387767&type=1',
  },
  {
    // Of the org's 24 hours, not of the transaction: fewer rows do not help.
    words: /AsyncApexExecutions/,
    code: 'FUNCTIONALITY_TEMPORARILY_UNAVAILABLE',
    source: governor,
  },
  {
    words:
      /System\.LimitException|apex cpu time limit|too many (soql queries|query rows|dml statements|dml rows|queueable jobs|future calls|callouts)|heap size too large|exceeded (its|the) (cpu|governor) (time )?limit/i,
    code: overLimit,
    source: governor,
  },
];

/** What a refusal means. @param code as Salesforce gives it @param message which may wrap another */
export function meaningOf(code: string, message = ''): Meaning | undefined {
  if (code === 'REQUEST_LIMIT_EXCEEDED' && /TotalRequests/i.test(message)) {
    return byCode.get('TotalRequests');
  }
  return byCode.get(wrapping.has(code) ? wrappedIn(message, code) : code);
}

/**
 * The innermost failure that a message tells of, where it passes: automation may call automation, and
 * each puts its own words before those of the next. What does not pass is the outer one's.
 */
function wrappedIn(message: string, outer: string): string {
  const said = inWords.find(({ words }) => words.test(message));
  if (said) return said.code;
  const named = [...message.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([found]) => found);
  const innermost = named.findLast((found) => byCode.has(found));
  return innermost !== undefined && isPassing(innermost) ? innermost : outer;
}

function isPassing(code: string): boolean {
  const action = byCode.get(code)?.action;
  return code === overLimit || action === 'repeat' || action === 'repeat-once';
}
