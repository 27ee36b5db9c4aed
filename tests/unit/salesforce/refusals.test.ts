/** Whose each refusal of Salesforce is, and what the adapter does after it: every line of the table. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Rejected, Retryable, Throttled, Unauthorized } from '../../../functions/errors.ts';
import type { UpdateResult } from '../../../functions/ports/crm.ts';
import { type Meaning, meaningOf, refusals } from '../../../functions/salesforce/refusals.ts';
import { fields } from '../../support/contracts/crm-fields.ts';
import type { Fault } from '../../support/contracts/salesforce-org.ts';
import {
  closeOrgsAfterEach,
  numbered,
  open,
  patches,
  scoreOf,
  taskOf,
} from '../../support/salesforce/org-calls.ts';

type Opened = Awaited<ReturnType<typeof open>>;
let org: Opened['org'];
let crm: Opened['crm'];
let seconds: Opened['seconds'];
beforeEach(async () => {
  ({ org, crm, seconds } = await open());
});
closeOrgsAfterEach();

interface Patch {
  rows: number;
  call: number;
}
/** Answers updates, unless `answer` gives nothing. */
function answerUpdates(answer: (patch: Patch) => Fault): void {
  org.requests.length = 0;
  let call = 0;
  org.fault = ({ method, body }) => {
    if (method !== 'PATCH') return undefined;
    return answer({ rows: JSON.parse(body).records.length, call: ++call });
  };
}
const rowsRefused = (rows: number, statusCode: string, message: string): Fault => ({
  status: 200,
  body: Array.from({ length: rows }, () => ({
    success: false,
    errors: [{ statusCode, message, fields: [] }],
  })),
});
const callRefused = (code: string, message = 'no'): Fault =>
  code.startsWith('ERROR_HTTP_')
    ? { status: Number(code.slice(11)), body: '' }
    : { status: 400, body: [{ errorCode: code, message }] };

const write = (ids: readonly string[], n = 1): Promise<UpdateResult[]> =>
  crm.update('Account', scoreOf(ids, n));
const tally = (results: readonly UpdateResult[]) => {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

describe('the table of refusals', () => {
  it('has every code once, and says why and where that is written', () => {
    const all = refusals.flatMap(({ codes }) => codes);
    expect(new Set(all).size).toBe(all.length);
    for (const { why, source } of refusals) {
      expect(why).toMatch(/^[A-Z].*\.$/);
      expect(source).toMatch(/^https:\/\//);
    }
  });

  type Line = [code: string, meaning: Meaning];
  const lines: Line[] = refusals.flatMap((meaning) =>
    meaning.codes.map((each): Line => [each, meaning]),
  );

  /** Of one row that is refused each time: what becomes of it, after how many calls. */
  const ofRows: Record<Meaning['action'], [UpdateResult['outcome'], number]> = {
    park: ['rejected', 1],
    'repeat-once': ['rejected', 2],
    repeat: ['retry', 4],
    'renew-session': ['retry', 4],
    'wait-for-a-new-day': ['retry', 4],
    alert: ['retry', 4],
    // Alone it is the row's, once it is sure.
    halve: ['rejected', 4],
  };

  it('holds for rows: only what is a row’s own parks it', async () => {
    const ids = await org.create(['a']);
    for (const [each, { action }] of lines) {
      // Of a row it is its record that is not there.
      const [outcome, calls] = ofRows[each === 'NOT_FOUND' ? 'park' : action];
      const [code, message] =
        each === 'TotalRequests'
          ? ['REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.']
          : [each, 'no'];
      answerUpdates(({ rows }) => rowsRefused(rows, code, message));
      expect(await write(ids), each).toEqual([{ outcome, code, reason: `Salesforce: ${message}` }]);
      expect(patches(org).length, each).toBe(calls);
    }
  });

  it('holds for calls: none of them parks a row that others are refused with', async () => {
    const ids = await org.create(['a', 'b']);
    for (const [each, { action }] of lines) {
      if (each === 'ERROR_HTTP_300') continue;
      answerUpdates(({ rows, call }) => {
        if (each === 'TotalRequests') {
          return callRefused('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
        }
        // Too much at once, or a session that ended.
        const passes = action === 'halve' ? rows === 1 : action === 'renew-session' && call > 1;
        return passes ? undefined : callRefused(each);
      });
      const result = await write(ids).then(tally, (error: unknown) => error);
      switch (action) {
        case 'repeat':
          expect(result, each).toEqual({ retry: 2 });
          expect(patches(org).length, each).toBe(4);
          break;
        case 'wait-for-a-new-day':
          expect(result, each).toEqual({ retry: 2 });
          expect(patches(org).length, each).toBe(1);
          break;
        case 'renew-session':
          expect(result, each).toEqual({ updated: 2 });
          break;
        case 'halve':
          expect(result, each).toEqual({ updated: 2 });
          expect(patches(org).length, each).toBe(3);
          break;
        default:
          // A row's refusal of a whole call is the call's.
          expect(result, each).toBeInstanceOf(Unauthorized);
          expect(patches(org).length, each).toBe(1);
      }
    }
  });

  it('knows no other code: of a row it is parked, of a call it waits for an operator', async () => {
    const ids = await org.create(['a', 'b']);
    answerUpdates(({ rows }) => rowsRefused(rows, 'SOMETHING_NEW', 'no'));
    expect(tally(await write(ids))).toEqual({ rejected: 2 });
    answerUpdates(() => callRefused('SOMETHING_NEW'));
    await expect(write(ids)).rejects.toBeInstanceOf(Unauthorized);
  });

  it('takes too large for too large, whatever is said about it', async () => {
    const ids = await org.create(['a', 'b']);
    const body = [{ errorCode: 'REQUEST_ENTITY_TOO_LARGE', message: 'Request Entity Too Large' }];
    answerUpdates(({ rows }) => (rows > 1 ? { status: 413, body } : undefined));
    expect(tally(await write(ids))).toEqual({ updated: 2 });
  });

  it('takes the first of several errors of a call', async () => {
    const ids = await org.create(['a', 'b']);
    const error = (errorCode: string) => ({ errorCode, message: 'line 1' });
    const body = [error('JSON_PARSER_ERROR'), error('JSON_PARSER_ERROR')];
    answerUpdates(({ rows }) => (rows > 1 ? { status: 400, body } : undefined));
    expect(tally(await write(ids))).toEqual({ updated: 2 });
  });
});

const lock =
  'Update failed. First exception on row 0 with id 001000000000001AAA; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []';
const trigger = (inner: string) =>
  `rollup_AccountTrigger: execution of AfterUpdate\n\ncaused by: System.DmlException: ${inner}`;
const flow = (inner: string) =>
  `We can't save this record because the “Roll up” process failed. Give your Salesforce admin these details. This error occurred when the flow tried to update records: ${inner}. You can look up ExceptionCode values in the SOAP API Developer Guide. Error ID: 1-2`;
const cpu = 'System.LimitException: Apex CPU time limit exceeded';

describe('case 04: what automation hands on counts as what it wraps', () => {
  it.each<[string, string, string, Meaning['action']]>([
    ['a lock in a trigger', 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', trigger(lock), 'repeat'],
    [
      'a lock in a trigger of what a trigger wrote',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      trigger(
        `Update failed. First exception on row 0; first error: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, ContactTrigger: execution of AfterUpdate\n\ncaused by: System.DmlException: ${lock}: []`,
      ),
      'repeat',
    ],
    [
      'a lock in a flow',
      'CANNOT_EXECUTE_FLOW_TRIGGER',
      flow(
        'UNABLE_TO_LOCK_ROW: unable to obtain exclusive access to this record or 1 records: 001',
      ),
      'repeat',
    ],
    [
      'a lock, in words only',
      'CANNOT_EXECUTE_FLOW_TRIGGER',
      flow(
        'Record Currently Unavailable: The record you are attempting to edit, or one of its related records, is currently being modified by another user.',
      ),
      'repeat',
    ],
    [
      'a lock that a trigger gives as the row’s',
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      lock,
      'repeat',
    ],
    [
      'a busy server',
      'APEX_ERROR',
      trigger('first error: SERVER_UNAVAILABLE, try again'),
      'repeat',
    ],
    ['a query that took too long', 'FLOW_EXCEPTION', flow('QUERY_TIMEOUT: too slow'), 'repeat'],
    [
      'a day’s worth of jobs',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      trigger('System.LimitException: AsyncApexExecutions Limit exceeded.'),
      'repeat',
    ],
    [
      'a unique value of another record',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      trigger('first error: DUPLICATE_VALUE, duplicate value found: Key__c'),
      'repeat-once',
    ],
    ['a limit of time', 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `T: ${cpu}`, 'halve'],
    [
      'a limit of queries in a flow that a trigger began',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      trigger(
        `first error: CANNOT_EXECUTE_FLOW_TRIGGER, ${flow('System.LimitException: Too many SOQL queries: 101')}`,
      ),
      'halve',
    ],
    [
      'a limit, in words only',
      'CANNOT_EXECUTE_FLOW_TRIGGER',
      flow('Apex CPU time limit exceeded'),
      'halve',
    ],
    [
      'too many writes',
      'CANNOT_EXECUTE_FLOW_TRIGGER',
      flow('Too many DML statements: 151'),
      'halve',
    ],
    [
      'a rule that does not want the row',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      trigger('first error: FIELD_CUSTOM_VALIDATION_EXCEPTION, Close the case first: []'),
      'park',
    ],
    [
      'a rule inside of what was repeated for a lock',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      trigger('after UNABLE_TO_LOCK_ROW: first error: FIELD_INTEGRITY_EXCEPTION, no such owner'),
      'park',
    ],
    [
      'a session of automation’s own',
      'APEX_ERROR',
      trigger('callout failed: INVALID_SESSION_ID: expired'),
      'park',
    ],
    [
      'a defect',
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      trigger('System.NullPointerException'),
      'park',
    ],
    ['what a person wrote', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Fill in the Segment.', 'park'],
  ])('%s', (_, code, message, action) => {
    expect(meaningOf(code, message)?.action).toBe(action);
  });

  it('a lock inside a trigger is repeated as a plain one is', async () => {
    const ids = await org.create(['a', 'b', 'c']);
    answerUpdates(({ rows, call }) =>
      call === 1
        ? rowsRefused(rows, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', trigger(lock))
        : undefined,
    );
    expect(tally(await write(ids))).toEqual({ updated: 3 });
    expect(patches(org)).toHaveLength(2);
    expect(seconds()).toBe(1);
  });

  it('a call that automation cannot manage at once is halved until it can, without waiting', async () => {
    const ids = await org.create(numbered(200));
    org.automation.mostRows = 60;
    answerUpdates(() => undefined);
    expect(tally(await write(ids, 2))).toEqual({ updated: 200 });
    expect(patches(org)).toHaveLength(1 + 2 + 4);
    expect(org.accounts().every((account) => account[fields.number] === 2)).toBe(true);
    expect(seconds()).toBe(0);
  });

  it('one row that automation cannot manage alone is parked, and the others are written', async () => {
    const ids = await org.create(numbered(200));
    // One row spoils the transaction that it is in.
    const isHeavy = (body: string) => body.includes(String(ids[137]));
    org.requests.length = 0;
    org.fault = ({ method, body }) =>
      method === 'PATCH' && isHeavy(body)
        ? rowsRefused(
            JSON.parse(body).records.length,
            'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
            `T: ${cpu}`,
          )
        : undefined;
    const results = await write(ids);
    expect(tally(results)).toEqual({ updated: 199, rejected: 1 });
    expect(results[137]).toEqual({
      outcome: 'rejected',
      code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      reason: `Salesforce: T: ${cpu}`,
    });
    expect(patches(org).length).toBeLessThan(24);
  });

  it('where it manages no row at all they wait, instead of being tried one by one', async () => {
    const ids = await org.create(numbered(401));
    answerUpdates(({ rows }) => rowsRefused(rows, 'CANNOT_EXECUTE_FLOW_TRIGGER', flow(cpu)));
    const results = await write(ids);
    expect(tally(results)).toEqual({ retry: 401 });
    expect(patches(org).length).toBeLessThan(30);
  });

  it('a task that automation cannot make now may be made later', async () => {
    const [recordId = ''] = await org.create(['a']);
    const refuse = (statusCode: string, message: string) => {
      org.fault = ({ method, url }) =>
        method === 'POST' && url.endsWith('/composite/sobjects')
          ? rowsRefused(1, statusCode, message)
          : undefined;
    };
    for (const inner of [lock, cpu]) {
      refuse('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', trigger(inner));
      await expect(crm.createTask(taskOf(recordId))).rejects.toBeInstanceOf(Retryable);
    }
    refuse('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', trigger('System.NullPointerException'));
    await expect(crm.createTask(taskOf(recordId))).rejects.toBeInstanceOf(Rejected);
  });
});

it('the calls of a day are told from those at once by their message', async () => {
  const refuse = (message: string) => {
    org.fault = ({ url }) =>
      url.includes('/describe') ? callRefused('REQUEST_LIMIT_EXCEEDED', message) : undefined;
  };
  refuse('TotalRequests Limit exceeded.');
  await expect(crm.describe('Account')).rejects.toBeInstanceOf(Throttled);
  refuse('ConcurrentPerOrgLongTxn Limit exceeded.');
  await expect(crm.describe('Account')).rejects.toBeInstanceOf(Retryable);
});
