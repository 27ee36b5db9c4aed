/** The stand-in by plain HTTP: what the adapter never asks for, or would never see. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type SalesforceServer,
  type SalesforceServerOptions,
  startSalesforceServer,
} from '../../../functions/local/salesforce/server.ts';
import { parseSoql } from '../../../functions/local/salesforce/soql.ts';
import { inQueries, soqlText } from '../../../functions/salesforce/soql.ts';
import { orgFields } from '../../support/contracts/salesforce-org.ts';
import { seedSalesforceAccounts, spawnSalesforceServer } from '../../support/salesforce/child.ts';

const external = 'Kenko_Account_Id__c';

describe('the Salesforce stand-in', () => {
  let server: SalesforceServer;
  let token: string;

  const start = async (options: Partial<SalesforceServerOptions> = {}) => {
    server = await startSalesforceServer({ path: ':memory:', fields: orgFields, ...options });
    token = await logIn();
  };
  const logIn = async (form: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'kenko',
        client_secret: 'local',
        ...form,
      }),
    });
    const body = (await response.json()) as Record<string, string>;
    return body.access_token ?? `${response.status} ${body.error}`;
  };
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${server.url}/services/data/v62.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      usage: response.headers.get('sforce-limit-info'),
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  const query = (soql: string) => send('GET', `/query?q=${encodeURIComponent(soql)}`);
  const account = (values: Record<string, unknown>) => ({
    attributes: { type: 'Account' },
    ...values,
  });

  beforeEach(() => start());
  afterEach(() => server.close());

  test('answers a login with the instance, an identity and a token', async () => {
    const response = await fetch(`${server.url}/services/oauth2/token`, {
      method: 'POST',
      body: 'grant_type=client_credentials&client_id=kenko&client_secret=local',
    });
    expect(await response.json()).toMatchObject({
      access_token: expect.any(String),
      token_type: 'Bearer',
      instance_url: server.url,
      id: expect.stringMatching(/\/id\/00D.{15}\/005.{15}$/),
    });
  });

  test.each([
    [{ client_secret: 'wrong' }, '400 invalid_client'],
    [{ client_id: 'who' }, '400 invalid_client_id'],
    [{ grant_type: 'password' }, '400 unsupported_grant_type'],
    [
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x.y.z' },
      '400 invalid_grant',
    ],
  ])('refuses a login with %j', async (form, expected) => {
    expect(await logIn(form as Record<string, string>)).toBe(expected);
  });

  test('refuses what has no session', async () => {
    token = 'stolen';
    expect(await send('GET', '/limits')).toMatchObject({
      status: 401,
      body: [{ errorCode: 'INVALID_SESSION_ID' }],
    });
  });

  test('counts every call, says so in every answer, and ends at the limit', async () => {
    await server.close();
    await start({ dailyLimit: 2 });
    expect((await send('GET', '/limits')).body).toEqual({
      DailyApiRequests: { Max: 2, Remaining: 1 },
    });
    expect((await send('GET', '/nope')).usage).toBe('api-usage=2/2');
    expect(await send('GET', '/limits')).toMatchObject({
      status: 403,
      usage: 'api-usage=3/2',
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: expect.stringMatching(/^TotalReq/) }],
    });
  });

  test('keeps records, whoever restarts it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-salesforce-'));
    const path = join(folder, 'salesforce.sqlite');
    await server.close();
    await start({ path });
    server.seedAccounts([{ [external]: 'a', Name: 'A' }]);
    const before = server.accounts();
    await server.close();
    await start({ path });
    expect(server.accounts()).toEqual(before);
    rmSync(folder, { recursive: true });
  });

  test('seeds only accounts that are not there yet', async () => {
    expect(server.seedAccounts([{ [external]: 'a', Name: 'A' }])).toBe(1);
    const two = [
      { [external]: 'a', Name: 'Changed' },
      { [external]: 'A', Name: 'Another' },
    ];
    expect(server.seedAccounts(two)).toBe(1);
    expect(server.accounts().map(({ Name }) => Name)).toEqual(['A', 'Another']);
  });

  test('a record reads back by plain HTTP', async () => {
    server.seedAccounts([{ [external]: 'a', Name: 'A' }]);
    const id = server.accounts()[0]?.Id;
    expect((await send('GET', `/sobjects/Account/${id}`)).body).toMatchObject({
      attributes: { type: 'Account', url: `/services/data/v62.0/sobjects/Account/${id}` },
      Id: id,
      Name: 'A',
    });
    expect((await send('GET', `/sobjects/Account/${id}?fields=name`)).body).toEqual({
      attributes: expect.any(Object),
      Name: 'A',
    });
    expect((await send('GET', '/sobjects/Account/0015gZZZZZZZZZZ')).status).toBe(404);
  });

  test('takes fields that an administrator adds later', async () => {
    const create = () =>
      send('POST', '/composite/sobjects', { records: [account({ Name: 'A', New__c: 1 })] });
    expect((await create()).body).toMatchObject([
      { success: false, errors: [{ statusCode: 'INVALID_FIELD' }] },
    ]);
    server.defineFields([{ name: 'New__c', type: 'number' }]);
    expect((await create()).body).toMatchObject([{ success: true }]);
  });

  test('takes at most 200 records of one call, and refuses a record that comes twice', async () => {
    const many = Array.from({ length: 201 }, () => account({ Name: 'A' }));
    expect(await send('POST', '/composite/sobjects', { records: many })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }],
    });
    const created = await send('POST', '/composite/sobjects', { records: many.slice(0, 2) });
    const [a, b] = created.body.map(({ id }: { id: string }) => id);
    const records = [a, b, a.slice(0, 15)].map((id) => account({ id, Name: 'B' }));
    const { body } = await send('PATCH', '/composite/sobjects', { records });
    expect(body.map(({ success }: { success: boolean }) => success)).toEqual([false, true, false]);
    expect(body[0].errors[0].statusCode).toBe('DUPLICATE_VALUE');
  });

  test('undoes a call with a failing row only where it is asked to', async () => {
    const records = [account({ Name: 'A' }), account({ Name: null })];
    const failing = await send('POST', '/composite/sobjects', { allOrNone: true, records });
    expect(failing.body).toMatchObject([
      { success: false, errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] },
      { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] },
    ]);
    expect(server.accounts()).toEqual([]);
    await send('POST', '/composite/sobjects', { records });
    expect(server.accounts()).toHaveLength(1);
  });

  test('an upsert by external id creates what it does not find, as Salesforce does', async () => {
    server.seedAccounts([{ [external]: 'a', Name: 'A' }]);
    const records = ['a', 'b'].map((id) => account({ [external]: id, Name: 'New' }));
    const { body } = await send('PATCH', `/composite/sobjects/Account/${external}`, { records });
    expect(body).toMatchObject([
      { success: true, created: false },
      { success: true, created: true },
    ]);
    expect(server.accounts().map(({ Name }) => Name)).toEqual(['New', 'New']);
  });

  test.each<[string, string, unknown, string]>([
    ['PATCH', '/composite/sobjects', '{"records":', 'JSON_PARSER_ERROR'],
    ['PATCH', '/composite/sobjects', { records: [account({ Name: {} })] }, 'JSON_PARSER_ERROR'],
    ['PATCH', '/composite/sobjects', { records: [{ Name: 'x' }] }, 'INVALID_TYPE'],
    ['PUT', '/composite/sobjects', {}, 'METHOD_NOT_ALLOWED'],
    ['GET', '/sobjects/Contact/describe', undefined, 'NOT_FOUND'],
    ['GET', '/query?q=SELECT', undefined, 'MALFORMED_QUERY'],
    ['GET', '/query?q=SELECT+Id+FROM+Contact', undefined, 'INVALID_TYPE'],
    ['GET', '/query?q=SELECT+Nope+FROM+Account', undefined, 'INVALID_FIELD'],
    ['GET', '/query/01g-2000', undefined, 'INVALID_QUERY_LOCATOR'],
    ['GET', `/query?q=${'x'.repeat(17_000)}`, undefined, 'URI_TOO_LONG'],
  ])('refuses %s %.40s', async (method, path, body, errorCode) => {
    const answer = await send(method, path, body);
    expect(answer).toMatchObject({ body: [{ errorCode, message: expect.any(String) }] });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.usage).toMatch(/^api-usage=/);
  });

  test('queries filter, order, limit, count and come in pages', async () => {
    await server.close();
    await start({ queryPageSize: 2 });
    const records = [5, 3, 4, 1, 2].map((n) =>
      account({ Name: `N${n}`, [external]: String(n), Kenko_Health__c: n }),
    );
    await send('POST', '/composite/sobjects', { records });
    const first = await query(
      'SELECT Name FROM Account WHERE Kenko_Health__c > 1 ORDER BY Kenko_Health__c DESC LIMIT 3',
    );
    expect(first.body).toMatchObject({ totalSize: 3, done: false });
    const next = await send('GET', first.body.nextRecordsUrl.replace('/services/data/v62.0', ''));
    expect(next.body).toMatchObject({ totalSize: 3, done: true });
    const names = [...first.body.records, ...next.body.records].map(({ Name }) => Name);
    expect(names).toEqual(['N5', 'N4', 'N3']);
    expect((await query("SELECT COUNT() FROM Account WHERE Name IN ('n1', 'N2')")).body).toEqual({
      totalSize: 2,
      done: true,
      records: [],
    });
    expect((await query('SELECT Id FROM Account WHERE Kenko_Band__c = null')).body.totalSize).toBe(
      5,
    );
  });

  test('runs in a process of its own, and is seeded from here', async () => {
    const child = await spawnSalesforceServer({ path: ':memory:', fields: orgFields });
    const accounts = Array.from({ length: 5_001 }, (_, i) => ({ [external]: `${i}`, Name: 'x' }));
    expect(await seedSalesforceAccounts(child.url, accounts)).toBe(5_001);
    expect(await seedSalesforceAccounts(child.url, accounts.slice(0, 10))).toBe(0);
    await child.close();
    await expect(fetch(child.url)).rejects.toThrow();
  });
});

describe('SOQL', () => {
  test('text comes back as it was, whatever it holds', () => {
    for (const text of ["it's", '\\', "\\'", 'a\nb\rc\td\be\ff', '🙂', "') OR (", '%_']) {
      const { where } = parseSoql(`SELECT Id FROM Account WHERE Name = ${soqlText(text)}`);
      expect(where).toEqual([[{ field: 'Name', operator: '=', values: [text] }]]);
    }
  });

  test('long lists are several queries, each short enough for a URI, that hold every value once', () => {
    const values = Array.from({ length: 3_000 }, (_, i) => `顧客-${i}`);
    const queries = inQueries({
      fields: ['Id'],
      object: 'Account',
      field: 'Name',
      values: [...values, ...values],
    });
    expect(queries.length).toBeGreaterThan(1);
    for (const soql of queries) expect(encodeURIComponent(soql).length).toBeLessThan(12_100);
    const found = queries.flatMap((soql) => parseSoql(soql).where[0]?.[0]?.values ?? []);
    expect(found).toEqual(values);
  });

  test.each([
    'SELECT Id FROM',
    'SELECT Id, FROM Account',
    'SELECT Id FROM Account WHERE',
    "SELECT Id FROM Account WHERE Name = 'open",
    'SELECT Id FROM Account LIMIT x',
    'SELECT Id FROM Account; DROP',
    "SELECT Id FROM Account WHERE Name LIKE 'x'",
  ])('is refused where it is malformed: %s', (soql) => {
    expect(() => parseSoql(soql)).toThrow(/expected|unexpected/);
  });
});
