/** What every adapter of the Crm port does with updates of records. */
import { describe, expect, test } from 'vitest';
import { Unauthorized } from '../../../functions/errors.ts';
import type { FieldValue, RecordUpdate } from '../../../functions/ports/crm.ts';
import { fields } from './crm-fields.ts';
import { numbered, type OpenedCrm, openedForEach, updateOne } from './opened-crm.ts';

export function describeCrmUpdates(adapter: string, open: () => Promise<OpenedCrm>): void {
  describe(`${adapter} reaches the CRM to update records`, () => {
    const opened = openedForEach(open);
    const stored = async (id: string) =>
      (await opened.accounts()).find((account) => account.Id === id);

    const values = {
      [fields.text]: 'Fewer active users 🙂\n利用者が減少',
      [fields.number]: 71.25,
      [fields.checkbox]: true,
      [fields.date]: '2026-04-01',
      [fields.shortText]: 'red',
    };

    test('fields of every type arrive, and others stay', async () => {
      const [id = '', other = ''] = await opened.createAccounts(['a', 'b']);
      const before = await stored(other);
      expect(await opened.crm.update('Account', [{ id, fields: values }])).toEqual([
        { outcome: 'updated' },
      ]);
      expect(await stored(id)).toMatchObject({ ...values, [fields.externalId]: 'a' });
      expect(await stored(other)).toEqual(before);
    });

    test('null empties a field, 0 and false do not', async () => {
      const [id = ''] = await opened.createAccounts(['a']);
      await updateOne(opened, id, values);
      await updateOne(opened, id, {
        [fields.text]: null,
        [fields.number]: 0,
        [fields.checkbox]: false,
      });
      expect(await stored(id)).toMatchObject({
        [fields.text]: null,
        [fields.number]: 0,
        [fields.checkbox]: false,
        [fields.date]: '2026-04-01',
      });
    });

    test('any number of records, one result each, in order', async () => {
      const ids = await opened.createAccounts(numbered(401));
      const records: RecordUpdate[] = ids.map((id, i) => ({
        id,
        // Every 100th one is too long.
        fields: { [fields.shortText]: i % 100 === 7 ? 'x'.repeat(21) : `band-${i}` },
      }));
      const results = await opened.crm.update('Account', records);
      expect(results.map(({ outcome }) => outcome)).toEqual(
        ids.map((_, i) => (i % 100 === 7 ? 'rejected' : 'updated')),
      );
      const accounts = await opened.accounts();
      const bands = new Map(accounts.map((account) => [account.Id, account[fields.shortText]]));
      expect(ids.map((id) => bands.get(id) ?? null)).toEqual(
        ids.map((_, i) => (i % 100 === 7 ? null : `band-${i}`)),
      );
    });

    test('no records, no results', async () => {
      expect(await opened.crm.update('Account', [])).toEqual([]);
    });

    test('a record that comes twice ends with its last values, and has two results', async () => {
      const [id = '', other = ''] = await opened.createAccounts(['a', 'b']);
      const results = await opened.crm.update('Account', [
        { id, fields: { [fields.number]: 1 } },
        { id: other, fields: { [fields.number]: 2 } },
        { id: id.slice(0, 15), fields: { [fields.number]: 3 } },
      ]);
      expect(results).toEqual(Array.from({ length: 3 }, () => ({ outcome: 'updated' })));
      expect(await stored(id)).toMatchObject({ [fields.number]: 3 });
    });

    test.each<[string, Record<string, FieldValue>, string]>([
      ['text that is too long', { [fields.shortText]: 'x'.repeat(21) }, 'STRING_TOO_LONG'],
      ['an unknown field', { Nope__c: 1 }, 'INVALID_FIELD'],
      ['a read-only field', { Id: 'x' }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
      ['text for a number', { [fields.number]: 'high' }, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
      ['a number for text', { [fields.text]: 1 }, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
      ['no date', { [fields.date]: '2026-02-30' }, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
      ['an empty checkbox', { [fields.checkbox]: null }, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
      ['a huge number', { [fields.number]: 1e30 }, 'NUMBER_OUTSIDE_VALID_RANGE'],
    ])('%s is rejected with its code, and changes nothing', async (_, wrong, expected) => {
      const [id = ''] = await opened.createAccounts(['a']);
      const before = await stored(id);
      const [name = ''] = Object.keys(wrong);
      expect(await updateOne(opened, id, { ...wrong, [fields.shortText]: 'ok', ...wrong })).toEqual(
        {
          outcome: 'rejected',
          code: expected,
          reason: expect.stringContaining(name),
          fields: [name],
        },
      );
      expect(await stored(id)).toEqual(before);
    });

    test('records that are gone or never were are rejected', async () => {
      const [gone = '', here = ''] = await opened.createAccounts(['a', 'b']);
      await opened.deleteAccount(gone);
      const never = `${here.slice(0, 10)}ZZZZZ`;
      const results = await opened.crm.update(
        'Account',
        [gone, never, 'nonsense', here].map((id) => ({ id, fields: { [fields.number]: 1 } })),
      );
      expect(results).toMatchObject([
        { outcome: 'rejected', code: 'ENTITY_IS_DELETED' },
        { outcome: 'rejected', code: 'NOT_FOUND' },
        { outcome: 'rejected', code: 'MALFORMED_ID' },
        { outcome: 'updated' },
      ]);
    });

    test('none is ever created', async () => {
      const [id = ''] = await opened.createAccounts(['a']);
      await opened.crm.resolve(fields.externalId, ['b']);
      await opened.crm.update('Account', [
        { id, fields: { [fields.number]: 1 } },
        { id: 'b', fields: { [fields.number]: 1 } },
      ]);
      expect(await opened.accounts()).toHaveLength(1);
    });

    test('a type that is not there is no fault of the rows: an operator has to act', async () => {
      const [id = ''] = await opened.createAccounts(['a']);
      const update = opened.crm.update('Nope__c', [{ id, fields: {} }]);
      await expect(update).rejects.toBeInstanceOf(Unauthorized);
    });
  });
}
