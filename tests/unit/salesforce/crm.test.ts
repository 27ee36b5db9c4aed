/** How the Salesforce adapter takes failures; what it does otherwise is in its contract. */
import { describe, expect, test } from 'vitest';
import { code, Retryable, Throttled, Unauthorized } from '../../../functions/errors.ts';
import { fields } from '../../support/contracts/crm-fields.ts';
import type { Fault, SeenRequest } from '../../support/contracts/salesforce-org.ts';
import {
  closeOrgsAfterEach,
  isLogin,
  isPatch,
  numbered,
  open,
  patches,
  refusal,
  scoreOf,
  taskOf,
  written,
} from '../../support/salesforce/org-calls.ts';

closeOrgsAfterEach();

/** Faults for the first updates, one each; what follows goes through. */
function faultsOfUpdates(...faults: Fault[]) {
  return (request: SeenRequest): Fault => (isPatch(request) ? faults.shift() : undefined);
}

const rowError = (statusCode: string) => ({
  success: false,
  errors: [{ statusCode, message: 'no', fields: [] }],
});
const daily = refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');

describe('a call that may succeed later is made again', () => {
  test.each<[string, Fault]>([
    ['503', refusal(503, 'SERVER_UNAVAILABLE')],
    ['500', { status: 500, body: 'oops' }],
    ['420', { status: 420, body: 'busy' }],
    [
      'too many requests at once',
      refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests Limit exceeded.'),
    ],
    ['a connection broken before the call arrived', 'drop-before'],
    ['a connection broken inside the answer', 'drop-after'],
    ['an answer for another number of records', { status: 200, body: [] }],
    ['an answer that is none', { status: 200, body: 'ok' }],
    [
      'an answer for another record',
      { status: 200, body: [{ id: '0010000000ZZZZZAAA', success: true, errors: [] }] },
    ],
  ])('after %s', async (_, fault) => {
    const { org, crm, seconds } = await open();
    const ids = await org.create(['a']);
    org.fault = faultsOfUpdates(fault, fault);
    expect(await crm.update('Account', scoreOf(ids))).toEqual([{ outcome: 'updated' }]);
    expect(patches(org)).toHaveLength(3);
    expect(seconds()).toBe(1 + 2);
    expect(written(org)).toEqual([1]);
  });

  test('a query and a read too', async () => {
    const { org, crm } = await open();
    const ids = await org.create(['a']);
    let failures = 2;
    org.fault = (request) => (!isLogin(request) && failures-- > 0 ? 'drop-after' : undefined);
    expect((await crm.resolve(fields.externalId, ['a'])).ids.get('a')).toBe(ids[0]);
    failures = 1;
    expect((await crm.read('Account', ids, ['Name'])).size).toBe(1);
  });

  test('except for a new task, which would be there twice', async () => {
    const { org, crm } = await open();
    const [recordId = ''] = await org.create(['a']);
    org.fault = ({ method, url }) =>
      method === 'POST' && url.endsWith('/composite/sobjects') ? 'drop-after' : undefined;
    await expect(crm.createTask(taskOf(recordId))).rejects.toBeInstanceOf(Retryable);
    expect(org.tasks()).toHaveLength(1);
    expect(await crm.findTask('k')).toBe(org.tasks()[0]?.Id);
  });

  test('but not for ever: then the rows are to be retried, and later calls are not tried', async () => {
    const { org, crm } = await open({ attempts: 3 });
    const ids = await org.create(numbered(401));
    org.fault = (request) => (isPatch(request) ? refusal(503, 'SERVER_UNAVAILABLE') : undefined);
    const results = await crm.update('Account', scoreOf(ids));
    expect(results).toHaveLength(401);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['retry']));
    expect(patches(org)).toHaveLength(3);
  });

  test('no answer in time is none', async () => {
    const { org, crm } = await open({ timeoutMs: 1_000, attempts: 1 });
    const ids = await org.create(['a']);
    org.fault = (request) => (isPatch(request) ? 'never-answer' : undefined);
    expect(await crm.update('Account', scoreOf(ids))).toMatchObject([
      { outcome: 'retry', reason: expect.stringContaining('no answer') },
    ]);
  });

  test('calls before the failed one keep their results', async () => {
    const { org, crm } = await open({ attempts: 1 });
    const ids = await org.create(numbered(401));
    org.fault = faultsOfUpdates(undefined, 'drop-before');
    const outcomes = (await crm.update('Account', scoreOf(ids))).map(({ outcome }) => outcome);
    expect(outcomes.slice(0, 200)).toEqual(Array(200).fill('updated'));
    expect(outcomes.slice(200)).toEqual(Array(201).fill('retry'));
    expect(written(org).filter((n) => n === 1)).toHaveLength(200);
  });
});

describe('a row that failed', () => {
  test.each(['UNABLE_TO_LOCK_ROW', 'DUPLICATE_VALUE'])(
    'for %s is sent again, alone',
    async (statusCode) => {
      const { org, crm, seconds } = await open();
      const ids = await org.create(['a', 'b', 'c']);
      const done = { success: true, errors: [] };
      org.fault = faultsOfUpdates({ status: 200, body: [done, rowError(statusCode), done] });
      expect(await crm.update('Account', scoreOf(ids))).toEqual(
        Array(3).fill({ outcome: 'updated' }),
      );
      expect(seconds()).toBe(1);
      expect(JSON.parse(patches(org)[1]?.body ?? '').records).toMatchObject([{ id: ids[1] }]);
    },
  );

  test.each([
    ['UNABLE_TO_LOCK_ROW', 'retry', 4],
    ['DUPLICATE_VALUE', 'rejected', 2],
    ['DUPLICATES_DETECTED', 'rejected', 1],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'rejected', 1],
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'rejected', 1],
    ['SOMETHING_NEW', 'rejected', 1],
  ])('for %s each time ends as %s', async (statusCode, outcome, calls) => {
    const { org, crm } = await open();
    const ids = await org.create(['a']);
    org.fault = (request) =>
      isPatch(request) ? { status: 200, body: [rowError(statusCode)] } : undefined;
    expect(await crm.update('Account', scoreOf(ids))).toEqual([
      { outcome, code: statusCode, reason: 'Salesforce: no' },
    ]);
    expect(patches(org)).toHaveLength(calls);
  });

  test('may name its code as request errors do', async () => {
    const { org, crm } = await open();
    const ids = await org.create(['a']);
    const body = [{ success: false, errors: [{ errorCode: 'NOT_FOUND', message: 'gone' }] }];
    org.fault = faultsOfUpdates({ status: 200, body });
    expect(await crm.update('Account', scoreOf(ids))).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('and cannot even be read is found among the others', async () => {
    const { org, crm } = await open();
    const ids = await org.create(numbered(200));
    org.fault = ({ body }) =>
      body.includes('"unreadable"') ? refusal(400, 'JSON_PARSER_ERROR', 'line 1') : undefined;
    const records = scoreOf(ids).map((record, i) =>
      i === 137 ? { id: record.id, fields: { [fields.text]: 'unreadable' } } : record,
    );
    const results = await crm.update('Account', records);
    expect(results.map(({ outcome }) => outcome)).toEqual(
      ids.map((_, i) => (i === 137 ? 'rejected' : 'updated')),
    );
    expect(results[137]).toMatchObject({ code: 'JSON_PARSER_ERROR' });
    expect(patches(org).length).toBeLessThan(20);
  });
});

describe('a call that is refused whatever its rows', () => {
  const refusals: [string, Fault][] = [
    ['the instance has moved', refusal(404, 'NOT_FOUND')],
    ['a permission on the object was taken away', refusal(400, 'INVALID_TYPE')],
    ['a field is hidden from us', refusal(400, 'INVALID_FIELD')],
    ['the version of the API is no more', refusal(410, 'UNSUPPORTED_API_VERSION')],
    ['the API is off', refusal(403, 'API_DISABLED_FOR_ORG')],
    ['something else answers', { status: 404, body: '<html>' }],
  ];

  test.each(refusals)('is an operator’s matter, and parks no row: %s', async (_, fault) => {
    const { org, crm } = await open();
    const [recordId = ''] = await org.create(['a']);
    org.fault = (request) => (isLogin(request) ? undefined : fault);
    await expect(crm.update('Account', scoreOf([recordId]))).rejects.toBeInstanceOf(Unauthorized);
    await expect(crm.createTask(taskOf(recordId))).rejects.toBeInstanceOf(Unauthorized);
    await expect(crm.findTask('k')).rejects.toBeInstanceOf(Unauthorized);
  });

  test('after others were carried out leaves its rows to be retried', async () => {
    const { org, crm } = await open();
    const ids = await org.create(numbered(401));
    org.fault = faultsOfUpdates(undefined, refusal(400, 'INVALID_TYPE'));
    const results = await crm.update('Account', scoreOf(ids));
    expect(results.filter(({ outcome }) => outcome === 'updated')).toHaveLength(200);
    expect(results[400]).toMatchObject({ outcome: 'retry', code: 'INVALID_TYPE' });
    expect(patches(org)).toHaveLength(2);
  });

  test('for its size is made in parts', async () => {
    const { org, crm } = await open();
    const ids = await org.create(numbered(200));
    org.fault = ({ body }) => (body.length > 8_000 ? { status: 413, body: '' } : undefined);
    const results = await crm.update('Account', scoreOf(ids));
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['updated']));
    expect(written(org)).toEqual(ids.map(() => 1));
  });
});

describe('the daily limit', () => {
  test('throws Throttled where nothing was sent', async () => {
    const { org, crm } = await open();
    const ids = await org.create(['a']);
    org.usage.used = org.usage.limit + 1;
    await expect(crm.describe('Account')).rejects.toBeInstanceOf(Throttled);
    await expect(crm.update('Account', scoreOf(ids))).rejects.toBeInstanceOf(Throttled);
    await expect(crm.resolve(fields.externalId, ['a'])).rejects.toBeInstanceOf(Throttled);
    expect(patches(org)).toEqual([]);
  });

  test('in the middle leaves the rest to be retried', async () => {
    const { org, crm } = await open();
    const ids = await org.create(numbered(401));
    org.fault = faultsOfUpdates(undefined, daily);
    const results = await crm.update('Account', scoreOf(ids));
    expect(results.slice(0, 200)).toEqual(Array(200).fill({ outcome: 'updated' }));
    expect(new Set(results.slice(200).map(({ outcome }) => outcome))).toEqual(new Set(['retry']));
    expect(results[400]).toMatchObject({ code: 'REQUEST_LIMIT_EXCEEDED' });
    expect(patches(org)).toHaveLength(2);
  });

  test('is kept away from by the share left to others, until calls come free', async () => {
    const { org, crm, clock } = await open({ headroomShare: 0.2 }, { dailyLimit: 100 });
    const ids = await org.create(['a']);
    await crm.describe('Account');
    org.usage.used = 79;
    await crm.describe('Account');
    const refused = crm.update('Account', scoreOf(ids));
    await expect(refused).rejects.toMatchObject({
      name: Throttled.name,
      retryAfterMs: expect.any(Number),
      message: expect.stringMatching(
        /of 100 daily API calls are used, and 20 % are left to others/,
      ),
    });
    expect(patches(org)).toEqual([]);

    org.usage.used = 10;
    const calls = org.calls().length;
    await expect(crm.update('Account', scoreOf(ids))).rejects.toBeInstanceOf(Throttled);
    expect(org.calls()).toHaveLength(calls);
    await clock.sleep(60_000);
    expect(await crm.update('Account', scoreOf(ids))).toEqual([{ outcome: 'updated' }]);
  });
});

test.each([
  [{ loginUrl: 'login.salesforce.com' }, 'loginUrl'],
  [{ headroomShare: 1 }, 'headroomShare'],
  [{ headroomShare: Number.NaN }, 'headroomShare'],
])('an option that cannot be right is refused: %j', async (options, name) => {
  await expect(open(options)).rejects.toMatchObject({
    code: code.badRequest,
    message: expect.stringContaining(name),
  });
});
