/** Records of an org's own object below Accounts in the Salesforce stand-in: upserts, lookups, merges. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { FieldData } from '../../functions/local/salesforce/record-table.ts';
import type { FieldDefinition } from '../../functions/local/salesforce/server.ts';
import { created, org, query, type Saved, send, useSalesforce } from './salesforce-under-test.ts';

const object = 'Health__c';
const fields: FieldDefinition[] = [
  { name: 'Key__c', type: 'text', length: 18, externalId: true, unique: true },
  { name: 'Other_Key__c', type: 'text', externalId: true },
  { name: 'Account__c', type: 'lookup' },
  { name: 'Band__c', type: 'text', length: 5, required: true },
];
useSalesforce({ child: { name: object, fields } });

let account: string;
beforeEach(async () => {
  [account = ''] = await created({});
});

const row = (values: FieldData) => ({ attributes: { type: object }, ...values });
const upsert = async (key: string, ...rows: FieldData[]) =>
  (await send<Saved[]>('PATCH', `/composite/sobjects/${object}/${key}`, { records: rows.map(row) }))
    .body;
const codes = (saved: Saved[]): (string | undefined)[] =>
  saved.map(({ errors }) => errors[0]?.statusCode);
const full = (key: string) => ({ Key__c: key, Account__c: account, Band__c: 'green' });

describe('an upsert by an external id', () => {
  it('makes a record, and updates it the next time', async () => {
    expect(await upsert('Key__c', full('k'))).toMatchObject([{ success: true, created: true }]);
    const again = await upsert('Key__c', { Key__c: 'K', Band__c: 'red' });
    expect(again).toMatchObject([{ success: true, created: false }]);
    expect(org.children()).toMatchObject([{ ...full('k'), Band__c: 'red' }]);
  });

  it('is none by a field that is no external id', async () => {
    const rows = { records: [row(full('k'))] };
    expect(await send('PATCH', `/composite/sobjects/${object}/Band__c`, rows)).toMatchObject({
      status: 404,
    });
  });

  it('refuses a row by itself: a lookup to nothing, a field that is missing, a key twice', async () => {
    const [gone = ''] = await created({});
    await send('DELETE', `/sobjects/Account/${gone}`);
    const saved = await upsert(
      'Key__c',
      { ...full('a'), Account__c: '0015g00000ZZZZZAAA' },
      { ...full('b'), Account__c: gone },
      { ...full('c'), Account__c: 'nobody' },
      { Key__c: 'd', Account__c: account },
      { ...full('e'), Band__c: 'too long' },
      full('f'),
      full('f'),
      full('g'),
      { ...full(''), Key__c: null },
    );
    expect(codes(saved)).toEqual([
      ...['INVALID_CROSS_REFERENCE_KEY', 'ENTITY_IS_DELETED', 'MALFORMED_ID'],
      ...['REQUIRED_FIELD_MISSING', 'STRING_TOO_LONG', 'DUPLICATE_VALUE', 'DUPLICATE_VALUE'],
      ...[undefined, 'MISSING_ARGUMENT'],
    ]);
    expect(org.children().map(({ Key__c }) => Key__c)).toEqual(['g']);
  });

  it('cannot tell between two that carry it, where it is not unique', async () => {
    for (const key of ['a', 'b']) {
      const records = [row({ ...full(key), Other_Key__c: 'same' })];
      await send('POST', '/composite/sobjects', { records });
    }
    const given = { Other_Key__c: 'same', Band__c: 'red' };
    expect(codes(await upsert('Other_Key__c', given))).toEqual(['DUPLICATE_EXTERNAL_ID']);
    const one = await send('PATCH', `/sobjects/${object}/Other_Key__c/same`, { Band__c: 'red' });
    expect(one.status).toBe(300);
    expect(one.body).toHaveLength(2);
  });

  it('only updates where the login may make none', async () => {
    await upsert('Key__c', full('k'));
    org.mayCreate(false);
    const saved = await upsert('Key__c', { ...full('k'), Band__c: 'red' }, full('new'));
    expect(codes(saved)).toEqual([undefined, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY']);
    const described = await send<{ createable: boolean }>('GET', `/sobjects/${object}/describe`);
    expect(described.body.createable).toBe(false);
  });
});

describe('a lookup', () => {
  const above = () => org.children().map(({ Account__c }) => Account__c);

  it('is described with what it is to', async () => {
    const { body } = await send<{ fields: { name: string }[] }>(
      'GET',
      `/sobjects/${object}/describe`,
    );
    expect(body.fields.find(({ name }) => name === 'Account__c')).toMatchObject({
      type: 'reference',
      referenceTo: ['Account'],
    });
  });

  it('follows an Account into the one that it is merged into, and is empty once that is deleted', async () => {
    const [other = ''] = await created({});
    await upsert('Key__c', full('k'));
    org.merge(other, [account]);
    expect(above()).toEqual([other]);
    await send('DELETE', `/sobjects/Account/${other}`);
    expect(above()).toEqual([null]);
  });

  it('stays where a merge fails', async () => {
    const [other = ''] = await created({});
    await upsert('Key__c', full('k'));
    expect(org.merge(other, [account], { Nope__c: 1 }).success).toBe(false);
    expect(above()).toEqual([account]);
  });
});

it('records are queried, read and deleted by their own ids, and are no Accounts', async () => {
  const [{ id = '' } = {}] = await upsert('Key__c', full('k'));
  const found = await query(`SELECT Id, Band__c FROM ${object} WHERE Key__c IN ('k')`);
  expect(found.body.records).toMatchObject([{ Id: id, Band__c: 'green' }]);
  expect((await query('SELECT Id FROM Account')).body.records).toMatchObject([{ Id: account }]);
  const read = { ids: [id, account], fields: ['Band__c'] };
  const { body } = await send(`POST`, `/composite/sobjects/${object}`, read);
  expect(body).toMatchObject([{ Id: id, Band__c: 'green' }, null]);
  await send('DELETE', `/composite/sobjects?ids=${id}`);
  expect(org.children()).toEqual([]);
  expect(org.accounts()).toHaveLength(1);
});
