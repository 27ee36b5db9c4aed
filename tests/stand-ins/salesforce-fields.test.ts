/** What each kind of field in the Salesforce stand-in takes, what it then shows, and what automation says. */
import { describe, expect, it } from 'vitest';
import type { FieldDefinition } from '../../functions/local/salesforce/server.ts';
import {
  create,
  created,
  org,
  outcomes,
  query,
  send,
  stored,
  update,
  useSalesforce,
} from './salesforce-under-test.ts';

const bands = ['Healthy', 'Watch', 'At risk'];
const fields: FieldDefinition[] = [
  { name: 'Text__c', type: 'text', length: 5 },
  { name: 'Long__c', type: 'long-text', length: 300 },
  { name: 'Number__c', type: 'number', precision: 5, scale: 2 },
  { name: 'Money__c', type: 'currency', precision: 8, scale: 2 },
  { name: 'Percent__c', type: 'percent', precision: 4, scale: 1 },
  { name: 'Box__c', type: 'checkbox' },
  { name: 'Date__c', type: 'date' },
  { name: 'At__c', type: 'datetime' },
  { name: 'Band__c', type: 'picklist', values: bands, restricted: true },
  { name: 'Open__c', type: 'picklist', values: bands },
  { name: 'Lists__c', type: 'multipicklist', values: bands, restricted: true },
  { name: 'Tags__c', type: 'multipicklist', values: bands },
  { name: 'Url__c', type: 'url' },
  { name: 'Mail__c', type: 'email' },
  { name: 'Phone__c', type: 'phone' },
  { name: 'Formula__c', type: 'number', readOnly: true },
];
useSalesforce({ fields });

type Value = string | number | boolean | null;
const long = (length: number) => 'x'.repeat(length);
const write = async (field: string, value: Value) => {
  const [id = ''] = await created({});
  const [row] = await update({ id, [field]: value });
  return { row, shown: stored(id)?.[field] };
};

describe('a field takes', () => {
  it.each<[string, Value, Value]>([
    ['Text__c', 'abcde', 'abcde'],
    ['Text__c', ' a b\n', 'a b'],
    ['Text__c', '  abcde  ', 'abcde'],
    ['Text__c', '', null],
    ['Text__c', ' \t', null],
    ['Text__c', '🙂🙂', '🙂🙂'],
    ['Long__c', 'one\r\ntwo', 'one\r\ntwo'],
    ['Long__c', long(300), long(300)],
    ['Number__c', 999.99, 999.99],
    ['Number__c', 1.234, 1.23],
    ['Number__c', -0.5, -0.5],
    ['Number__c', null, null],
    ['Money__c', 1234.567, 1234.57],
    ['Percent__c', 12.34, 12.3],
    ['Box__c', true, true],
    ['Date__c', '2028-02-29', '2028-02-29'],
    ['Date__c', null, null],
    ['At__c', '2026-04-01T09:00:00.750+09:00', '2026-04-01T00:00:00.000+0000'],
    ['Band__c', 'At risk', 'At risk'],
    ['Band__c', ' Watch ', 'Watch'],
    ['Band__c', '', null],
    ['Band__c', null, null],
    ['Open__c', 'Anything', 'Anything'],
    // Several choices come back in the order of their definition, each once.
    ['Lists__c', 'At risk;Healthy', 'Healthy;At risk'],
    ['Lists__c', 'Watch; Watch;', 'Watch'],
    ['Lists__c', ';', null],
    ['Tags__c', 'New;Watch', 'Watch;New'],
    ['Url__c', 'https://example.com/健康', 'https://example.com/健康'],
    ['Mail__c', 'a.b+c@example.co.jp', 'a.b+c@example.co.jp'],
    ['Phone__c', '+81 3-1234-5678 (ext. 9)', '+81 3-1234-5678 (ext. 9)'],
  ])('%s: %j, and shows %j', async (field, value, shown) => {
    const result = await write(field, value);
    expect(result.row).toMatchObject({ success: true });
    expect(result.shown ?? null).toEqual(shown);
  });
});

describe('a field refuses', () => {
  it.each<[string, Value, string]>([
    ['Text__c', 'abcdef', 'STRING_TOO_LONG'],
    ['Text__c', '🙂🙂🙂', 'STRING_TOO_LONG'],
    ['Text__c', 1, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Text__c', true, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Long__c', long(301), 'STRING_TOO_LONG'],
    ['Number__c', 1_000, 'NUMBER_OUTSIDE_VALID_RANGE'],
    ['Number__c', -1_000, 'NUMBER_OUTSIDE_VALID_RANGE'],
    // Rounded it needs one digit more.
    ['Number__c', 999.996, 'NUMBER_OUTSIDE_VALID_RANGE'],
    ['Number__c', '1', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Money__c', 1_000_000, 'NUMBER_OUTSIDE_VALID_RANGE'],
    ['Percent__c', 1_000, 'NUMBER_OUTSIDE_VALID_RANGE'],
    ['Percent__c', true, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Box__c', null, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Box__c', 'true', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Date__c', '2026-02-29', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Date__c', '2026-2-1', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Date__c', '1699-12-31', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Date__c', '4001-01-01', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Date__c', '', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['At__c', 'yesterday', 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    ['Band__c', 'Unknown', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['Band__c', 'Healthy;Watch', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['Open__c', long(256), 'STRING_TOO_LONG'],
    ['Lists__c', 'Healthy;Unknown', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['Tags__c', `Watch;${long(256)}`, 'STRING_TOO_LONG'],
    ['Tags__c', Array.from({ length: 1_000 }, (_, i) => `n${i}`).join(';'), 'STRING_TOO_LONG'],
    ['Url__c', `https://${long(250)}`, 'STRING_TOO_LONG'],
    ['Mail__c', 'somebody', 'INVALID_EMAIL_ADDRESS'],
    ['Mail__c', 'a@b', 'INVALID_EMAIL_ADDRESS'],
    ['Mail__c', 'a@example.com; b@example.com', 'INVALID_EMAIL_ADDRESS'],
    ['Mail__c', `${long(80)}@example.com`, 'STRING_TOO_LONG'],
    ['Phone__c', long(41), 'STRING_TOO_LONG'],
    ['Formula__c', 1, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
    ['LastModifiedDate', '2026-04-01T00:00:00Z', 'INVALID_FIELD_FOR_INSERT_UPDATE'],
    ['Missing__c', 1, 'INVALID_FIELD'],
    ['Name', '  ', 'REQUIRED_FIELD_MISSING'],
  ])('%s: %.40j with %s', async (field, value, statusCode) => {
    const { row, shown } = await write(field, value);
    expect(row).toMatchObject({ success: false, errors: [{ statusCode, fields: [field] }] });
    expect(row?.errors[0]?.message).toContain(field);
    if (field.endsWith('__c')) expect(shown ?? null).toBeNull();
  });

  it('and what an administrator took away is no field any more', async () => {
    const [id = ''] = await created({ Text__c: 'a' });
    org.removeField('Text__c');
    expect(outcomes(await update({ id, Text__c: 'b' }))).toEqual(['INVALID_FIELD']);
    expect((await query('SELECT Text__c FROM Account')).status).toBe(400);
  });
});

it('a describe tells lengths, digits and choices', async () => {
  const { body } = await send<{ fields: Record<string, unknown>[] }>(
    'GET',
    '/sobjects/Account/describe',
  );
  const told = Object.fromEntries(
    body.fields.map(({ name, type, length, precision, scale }) => [
      name,
      [type, length, precision, scale],
    ]),
  );
  expect(told).toMatchObject({
    Text__c: ['string', 5, 0, 0],
    Long__c: ['textarea', 300, 0, 0],
    Number__c: ['double', 0, 5, 2],
    Money__c: ['currency', 0, 8, 2],
    Percent__c: ['percent', 0, 4, 1],
    Box__c: ['boolean', 0, 0, 0],
    Date__c: ['date', 0, 0, 0],
    At__c: ['datetime', 0, 0, 0],
    Band__c: ['picklist', 255, 0, 0],
    Lists__c: ['multipicklist', 4_099, 0, 0],
    Url__c: ['url', 255, 0, 0],
    Mail__c: ['email', 80, 0, 0],
    Phone__c: ['phone', 40, 0, 0],
  });
  const band = body.fields.find(({ name }) => name === 'Band__c');
  expect(band).toMatchObject({
    restrictedPicklist: true,
    picklistValues: bands.map((value) => ({ value, label: value, active: true })),
  });
  expect(body.fields.find(({ name }) => name === 'Formula__c')).toMatchObject({
    updateable: false,
    createable: false,
  });
});

describe('automation of the org', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => ({ Name: `N${i}` }));

  it('fails rows that it does not want, with whatever it has to say', async () => {
    const message =
      'T: execution of AfterUpdate\n\ncaused by: first error: UNABLE_TO_LOCK_ROW, no: []';
    org.automation.onSave = ({ Name }) =>
      Name === 'N1'
        ? { statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message, fields: [] }
        : undefined;
    const rows = await create(...names(3));
    expect(outcomes(rows)).toEqual(['updated', 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'updated']);
    expect(rows[1]?.errors[0]?.message).toBe(message);
    expect(org.accounts()).toHaveLength(2);
  });

  it('fails every row of a call that is more than it manages, and undoes all of them', async () => {
    org.automation.mostRows = 2;
    const ids = await created(...names(2));
    const rows = await create(...names(3));
    expect(new Set(outcomes(rows))).toEqual(new Set(['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY']));
    expect(rows[0]?.errors[0]?.message).toContain('System.LimitException');
    expect(org.accounts().map(({ Id }) => Id)).toEqual(ids);
  });

  it('detects duplicates where a rule says so, also of what is updated', async () => {
    const [, second = ''] = await created(
      { Name: 'Acme', Url__c: 'a' },
      { Name: 'Other', Url__c: 'a' },
    );
    org.automation.duplicatesBy = ['Name', 'Url__c'];
    expect(outcomes(await create({ Name: 'ACME', Url__c: 'a' }))).toEqual(['DUPLICATES_DETECTED']);
    expect(outcomes(await update({ id: second, Name: 'acme' }))).toEqual(['DUPLICATES_DETECTED']);
    expect(outcomes(await update({ id: second, Number__c: 1 }))).toEqual(['updated']);
    expect(outcomes(await create({ Name: 'Acme' }))).toEqual(['updated']);
  });
});

describe('limits of calls', () => {
  it('are 200 records to write and 2,000 to read', async () => {
    const record = { attributes: { type: 'Account' }, Name: 'A' };
    const many = { records: Array.from({ length: 201 }, () => record) };
    const ids = { ids: Array.from({ length: 2_001 }, () => '0015g0000000001'), fields: ['Id'] };
    for (const [method, path, body] of [
      ['POST', '/composite/sobjects', many],
      ['PATCH', '/composite/sobjects', many],
      ['POST', '/composite/sobjects/Account', ids],
    ] as const) {
      expect(await send(method, path, body)).toMatchObject({
        status: 400,
        body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }],
      });
    }
    expect(org.accounts()).toEqual([]);
  });

  it('are counted in every answer, refused ones too, and end for the day', async () => {
    expect((await send('GET', '/limits')).usage).toBe('api-usage=1/1000000');
    expect((await send('GET', '/sobjects/Nope/describe')).usage).toBe('api-usage=2/1000000');
    org.usage.used = org.usage.limit;
    expect(await send('GET', '/limits')).toMatchObject({
      status: 403,
      usage: 'api-usage=1000001/1000000',
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    });
    expect((await send('PATCH', '/composite/sobjects', { records: [] })).status).toBe(403);
  });
});

describe('a query by a field', () => {
  const where = async (condition: string) => query(`SELECT Id FROM Account WHERE ${condition}`);

  it('is refused for a long text, which is only shown', async () => {
    await created({ Long__c: 'why' });
    for (const [soql, how] of [
      ["Long__c = 'why'", 'filtered'],
      ["(Text__c != null OR Long__c != null) AND Id > ''", 'filtered'],
      ["Text__c != 'a' ORDER BY Long__c", 'sorted'],
    ] as const) {
      expect(await where(soql)).toMatchObject({
        status: 400,
        body: [
          {
            errorCode: 'INVALID_FIELD',
            message: expect.stringContaining(`'Long__c' can not be ${how}`),
          },
        ],
      });
    }
    const { body } = await send<{ fields: { name: string; filterable: boolean }[] }>(
      'GET',
      '/sobjects/Account/describe',
    );
    const unfiltered = body.fields.filter(({ filterable }) => !filterable).map(({ name }) => name);
    expect(unfiltered.sort()).toEqual(['Description', 'Long__c']);
    expect((await query('SELECT Id, Long__c FROM Account')).body.records).toMatchObject([
      { Long__c: 'why' },
    ]);
  });

  it('finds any of several where brackets hold them together', async () => {
    const ids = await created(
      { Text__c: 'a' },
      { Box__c: true },
      {},
      { Text__c: 'b', Box__c: false },
    );
    const found = async (condition: string) =>
      (await where(condition)).body.records.map(({ Id }) => ids.indexOf(String(Id)));
    expect(await found('(Text__c != null OR Box__c = true)')).toEqual([0, 1, 3]);
    expect(await found("(Text__c = 'a' OR Text__c = 'b') AND Box__c = false")).toEqual([0, 3]);
  });

  it('knows no empty checkbox', async () => {
    await created({}, { Box__c: true });
    expect((await where('Box__c != null')).body.totalSize).toBe(2);
    expect((await where('Box__c = null')).body.totalSize).toBe(0);
  });
});
