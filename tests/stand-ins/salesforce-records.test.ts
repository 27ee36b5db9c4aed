/** What people do to Account records in the Salesforce stand-in, and what its API then answers. */
import { describe, expect, it } from 'vitest';
import {
  create,
  created,
  org,
  outcomes,
  query,
  type Saved,
  send,
  stored,
  update,
  useSalesforce,
} from './salesforce-under-test.ts';

const key = 'Kenko_Account_Id__c';
useSalesforce({
  fields: [
    { name: key, type: 'text', length: 255, externalId: true, unique: true },
    { name: 'Exact__c', type: 'text', unique: true, caseSensitive: true },
    { name: 'Loose__c', type: 'text', externalId: true },
    { name: 'Health__c', type: 'number', precision: 5, scale: 2 },
  ],
});

const one = async (fields = {}): Promise<string> => (await created(fields))[0] ?? '';

describe('a deleted record', () => {
  it('is neither found nor updated, and is still there for queryAll', async () => {
    const id = await one({ [key]: 'a' });
    expect((await send('DELETE', `/sobjects/Account/${id}`)).status).toBe(204);
    expect((await query('SELECT Id FROM Account')).body.totalSize).toBe(0);
    expect(outcomes(await update({ id, Health__c: 1 }))).toEqual(['ENTITY_IS_DELETED']);
    const { body } = await query('SELECT Id, IsDeleted, MasterRecordId FROM Account', 'queryAll');
    expect(body.records).toMatchObject([{ Id: id, IsDeleted: true, MasterRecordId: null }]);
    expect(await send('DELETE', `/sobjects/Account/${id}`)).toMatchObject({
      status: 404,
      body: [{ errorCode: 'ENTITY_IS_DELETED' }],
    });
  });

  it('comes back as it was, once', async () => {
    const id = await one({ [key]: 'a', Health__c: 7 });
    await send('DELETE', `/sobjects/Account/${id}`);
    expect(org.undelete(id)).toMatchObject({ id, success: true });
    expect(stored(id)).toMatchObject({ [key]: 'a', Health__c: 7, IsDeleted: false });
    expect(org.undelete(id).errors).toMatchObject([{ statusCode: 'UNDELETE_FAILED' }]);
  });

  it('leaves its unique values to others, and does not come back while they have them', async () => {
    const id = await one({ [key]: 'a' });
    await send('DELETE', `/sobjects/Account/${id}`);
    const heir = await one({ [key]: 'a' });
    expect(org.undelete(id).errors).toMatchObject([{ statusCode: 'DUPLICATE_VALUE' }]);
    await update({ id: heir, [key]: 'b' });
    expect(org.undelete(id).success).toBe(true);
  });

  it('is one of up to 200 in a call', async () => {
    const ids = await created({}, {});
    const gone = await send<Saved[]>(
      'DELETE',
      `/composite/sobjects?ids=${ids.join(',')},0015gZZZZZZZZZZ`,
    );
    expect(outcomes(gone.body)).toEqual(['updated', 'updated', 'INVALID_CROSS_REFERENCE_KEY']);
    expect(org.accounts()).toEqual([]);
    const many = Array.from({ length: 201 }, () => ids[0]).join(',');
    expect(await send('DELETE', `/composite/sobjects?ids=${many}`)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }],
    });
  });
});

describe('a merge', () => {
  it('keeps one record with its own values, and says of the others where they went', async () => {
    const [kept = '', lost = ''] = await created(
      { [key]: 'a', Health__c: 1 },
      { [key]: 'b', Health__c: 2, Loose__c: 'x' },
    );
    expect(org.merge(kept, [lost])).toMatchObject({ id: kept, success: true });
    expect(stored(kept)).toMatchObject({ [key]: 'a', Health__c: 1 });
    expect(stored(kept)?.Loose__c).toBeUndefined();
    expect(outcomes(await update({ id: lost, Health__c: 3 }))).toEqual(['ENTITY_IS_DELETED']);
    const { body } = await query('SELECT MasterRecordId FROM Account WHERE Id != null', 'queryAll');
    expect(body.records[1]).toMatchObject({ MasterRecordId: kept });
  });

  it('takes over what the person chose, unique values too', async () => {
    const [kept = '', lost = ''] = await created({ [key]: 'a' }, { [key]: 'b', Health__c: 2 });
    expect(org.merge(kept, [lost], { [key]: 'b', Health__c: 2 }).success).toBe(true);
    expect(stored(kept)).toMatchObject({ [key]: 'b', Health__c: 2 });
    expect(org.undelete(lost).errors).toMatchObject([{ statusCode: 'DUPLICATE_VALUE' }]);
    await update({ id: kept, [key]: 'a' });
    expect(org.undelete(lost).success).toBe(true);
    expect(stored(lost)?.MasterRecordId).toBeUndefined();
  });

  it('that cannot be saved changes nothing', async () => {
    const [kept = '', lost = ''] = await created({ [key]: 'a' }, { [key]: 'b' });
    expect(org.merge(kept, [lost], { Health__c: 10_000 }).errors).toMatchObject([
      { statusCode: 'NUMBER_OUTSIDE_VALID_RANGE' },
    ]);
    expect(org.accounts()).toHaveLength(2);
    expect(org.merge(kept, ['0015gZZZZZZZZZZ']).success).toBe(false);
    expect(org.merge(kept, []).success).toBe(false);
  });
});

describe('a unique field', () => {
  it('takes no value that another record has, whatever its case', async () => {
    const [first = '', second = ''] = await created({ [key]: 'acme' }, { [key]: 'other' });
    const [refused] = await update({ id: second, [key]: 'ACME' });
    expect(refused?.errors).toEqual([
      {
        statusCode: 'DUPLICATE_VALUE',
        message: `duplicate value found: ${key} duplicates value on record with id: ${first.slice(0, 15)}`,
        fields: [],
      },
    ]);
    expect(outcomes(await update({ id: first, [key]: 'ACME' }))).toEqual(['updated']);
    expect(outcomes(await create({ [key]: 'acme' }))).toEqual(['DUPLICATE_VALUE']);
  });

  it('tells case where its definition says so', async () => {
    await created({ Exact__c: 'acme' }, { Exact__c: 'ACME' });
    expect(outcomes(await create({ Exact__c: 'acme' }))).toEqual(['DUPLICATE_VALUE']);
    expect((await query("SELECT Id FROM Account WHERE Exact__c = 'acme'")).body.totalSize).toBe(1);
  });

  it('does not hinder two records without a value, nor two of a field that is not unique', async () => {
    await created({}, {}, { Loose__c: 'x' }, { Loose__c: 'x' });
    const described = (
      await send<{ fields: { name: string }[] }>('GET', '/sobjects/Account/describe')
    ).body;
    const byName = new Map(described.fields.map((field) => [field.name, field]));
    expect(byName.get(key)).toMatchObject({ unique: true, externalId: true, caseSensitive: false });
    expect(byName.get('Exact__c')).toMatchObject({ unique: true, caseSensitive: true });
    expect(byName.get('Loose__c')).toMatchObject({ unique: false, externalId: true });
  });
});

describe('blanks around an external id', () => {
  // Upserts match without them, queries compare with what is stored:
  // https://github.com/forcedotcom/dataloader/pull/1453,
  // https://www.eonesolutions.com/help-article/salesforce-update-map-returning-the-message-no-record-was-found-to-update/
  it('are not stored, so that a query with them finds nothing', async () => {
    const id = await one({ [key]: ' a-1\t' });
    expect(stored(id)?.[key]).toBe('a-1');
    const found = async (value: string) =>
      (await query(`SELECT Id FROM Account WHERE ${key} = '${value}'`)).body.totalSize;
    expect([await found('a-1'), await found('A-1'), await found('a-1 ')]).toEqual([1, 1, 0]);
  });

  it('are no other value to an upsert, and full-width ones are', async () => {
    const id = await one({ [key]: 'a-1' });
    const upsert = async (value: string) =>
      (
        await send<Saved[]>('PATCH', `/composite/sobjects/Account/${key}`, {
          records: [{ attributes: { type: 'Account' }, [key]: value, Name: 'Upserted' }],
        })
      ).body;
    expect(await upsert(' a-1 ')).toMatchObject([{ id, created: false }]);
    expect(await upsert('a-1　')).toMatchObject([{ created: true }]);
  });

  it('of nothing else leave no value', async () => {
    const id = await one({ [key]: 'a-1' });
    await update({ id, [key]: '  ' });
    expect(stored(id)?.[key]).toBeNull();
  });
});

it('an upsert by a field that is no external id is refused', async () => {
  const records = [{ attributes: { type: 'Account' }, Health__c: 1 }];
  const answer = await send('PATCH', '/composite/sobjects/Account/Health__c', { records });
  expect(answer.status).toBe(404);
});
