/** What every adapter of the Crm port does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { code, Rejected, Unauthorized } from '../../../functions/errors.ts';
import type { Crm, CrmTask, FieldValue, RecordUpdate } from '../../../functions/ports/crm.ts';
import { fields } from './crm-fields.ts';

export interface OpenedCrm {
  crm: Crm;
  /** What administrators do, past the port. Accounts may share an external id. */
  createAccounts(externalIds: readonly string[]): Promise<string[]>;
  deleteAccount(id: string): Promise<void>;
  /** Every account with all of its fields. */
  accounts(): Promise<Record<string, FieldValue>[]>;
  /** Every task, oldest first. */
  tasks(): Promise<Record<string, FieldValue>[]>;
  close(): Promise<void>;
}

export function describeCrm(adapter: string, open: () => Promise<OpenedCrm>): void {
  describe(`${adapter} reaches the CRM`, () => {
    let opened: OpenedCrm;
    let crm: Crm;

    beforeEach(async () => {
      opened = await open();
      crm = opened.crm;
    });
    afterEach(async () => {
      await opened.close();
    });

    const numbered = (count: number) => Array.from({ length: count }, (_, i) => `account-${i}`);
    const stored = async (id: string) =>
      (await opened.accounts()).find((account) => account.Id === id);
    const updateOne = async (id: string, values: Record<string, FieldValue>) =>
      (await crm.update('Account', [{ id, fields: values }]))[0];

    describe('to make tasks', () => {
      const task = (recordId: string, changes: Partial<CrmTask> = {}): CrmTask => ({
        key: 'episode-1-0',
        recordId,
        subject: '利用の減少: 株式会社ケンコー',
        description: 'Ask what changed.\n- too busy?',
        priority: 'High',
        due: '2026-04-03',
        owner: null,
        ...changes,
      });
      const one = async () => (await opened.createAccounts(['a']))[0] ?? '';

      test('on a record, found by their key', async () => {
        const record = await one();
        const id = await crm.createTask(task(record));
        await crm.createTask(task(record, { key: "it's another" }));
        expect(await crm.findTask('episode-1-0')).toBe(id);
        expect(await crm.findTask("it's another")).not.toBe(id);
        expect(await crm.findTask('none')).toBeUndefined();
        expect(await opened.tasks()).toMatchObject([
          {
            Id: id,
            WhatId: record,
            Subject: '利用の減少: 株式会社ケンコー',
            Priority: 'High',
            ActivityDate: '2026-04-03',
          },
          {},
        ]);
      });

      test('with texts as long as they may be', async () => {
        const long = { subject: '長'.repeat(400), description: 'x'.repeat(40_000) };
        await crm.createTask(task(await one(), long));
        const [made] = await opened.tasks();
        expect(made?.Subject).toHaveLength(255);
        expect(made?.Description).toHaveLength(32_000);
      });

      test('on no record that is not there', async () => {
        const record = await one();
        await opened.deleteAccount(record);
        await expect(crm.createTask(task(record))).rejects.toBeInstanceOf(Rejected);
        expect(await opened.tasks()).toEqual([]);
      });
    });

    describe('to find records', () => {
      test('by external id; accounts without a record are left out', async () => {
        const [a, b] = await opened.createAccounts(['a', 'b', 'c']);
        const { ids, ambiguous } = await crm.resolve(fields.externalId, ['b', 'none', 'a', 'a']);
        expect(ids).toEqual(
          new Map([
            ['b', b],
            ['a', a],
          ]),
        );
        expect(ambiguous).toEqual(new Set());
      });

      test('an account with two records is ambiguous', async () => {
        const [, , b] = await opened.createAccounts(['a', 'a', 'b']);
        const { ids, ambiguous } = await crm.resolve(fields.externalId, ['a', 'b']);
        expect(ids).toEqual(new Map([['b', b]]));
        expect(ambiguous).toEqual(new Set(['a']));
      });

      test('ids that differ by case only are different accounts', async () => {
        const [lower, upper] = await opened.createAccounts(['acme', 'ACME', 'Other']);
        const { ids, ambiguous } = await crm.resolve(fields.externalId, ['acme', 'ACME', 'other']);
        expect(ids).toEqual(
          new Map([
            ['acme', lower],
            ['ACME', upper],
          ]),
        );
        expect(ambiguous).toEqual(new Set());
      });

      test('ids may hold anything', async () => {
        const awkward = [
          "it's",
          'back\\slash',
          "\\'",
          'a/b.c',
          'line\nbreak\ttab\rreturn',
          '100%&+=?#',
          '株式会社ケンコー',
          '🙂',
          "') OR (Name != '",
        ];
        const created = await opened.createAccounts(awkward);
        const { ids } = await crm.resolve(fields.externalId, awkward);
        expect(ids).toEqual(new Map(awkward.map((id, i) => [id, created[i]])));
      });

      test('ids that no record can hold are simply not found', async () => {
        const [a] = await opened.createAccounts(['a']);
        const impossible = ['', '🙂'.repeat(375), 'x'.repeat(20_000), 'half \ud83d', 'a'];
        const { ids } = await crm.resolve(fields.externalId, impossible);
        expect(ids).toEqual(new Map([['a', a]]));
      });

      test.each([
        ['short', 'a'],
        ['long', '顧'.repeat(60)],
      ])('a thousand %s ids, more than one answer gives', async (_, prefix) => {
        const wanted = Array.from({ length: 1_000 }, (_, i) => `${prefix}-${i}`);
        const created = await opened.createAccounts(wanted);
        const { ids } = await crm.resolve(fields.externalId, wanted);
        expect(ids).toEqual(new Map(wanted.map((id, i) => [id, created[i]])));
      });

      test('none of none', async () => {
        expect(await crm.resolve(fields.externalId, [])).toEqual({
          ids: new Map(),
          ambiguous: new Set(),
        });
      });

      test('by a field that is not there is an operator’s matter', async () => {
        await expect(crm.resolve('Nope__c', ['a'])).rejects.toMatchObject({
          name: Unauthorized.name,
          message: expect.stringContaining('Nope__c'),
        });
      });

      test('by what is no field name is refused', async () => {
        await expect(crm.resolve("Id = '' OR Name", ['a'])).rejects.toMatchObject({
          code: code.badRequest,
        });
      });
    });

    describe('to update records', () => {
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
        expect(await crm.update('Account', [{ id, fields: values }])).toEqual([
          { outcome: 'updated' },
        ]);
        expect(await stored(id)).toMatchObject({ ...values, [fields.externalId]: 'a' });
        expect(await stored(other)).toEqual(before);
      });

      test('null empties a field, 0 and false do not', async () => {
        const [id = ''] = await opened.createAccounts(['a']);
        await updateOne(id, values);
        await updateOne(id, { [fields.text]: null, [fields.number]: 0, [fields.checkbox]: false });
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
        const results = await crm.update('Account', records);
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
        expect(await crm.update('Account', [])).toEqual([]);
      });

      test('a record that comes twice ends with its last values, and has two results', async () => {
        const [id = '', other = ''] = await opened.createAccounts(['a', 'b']);
        const results = await crm.update('Account', [
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
        expect(await updateOne(id, { ...wrong, [fields.shortText]: 'ok', ...wrong })).toEqual({
          outcome: 'rejected',
          code: expected,
          reason: expect.stringContaining(name),
          fields: [name],
        });
        expect(await stored(id)).toEqual(before);
      });

      test('records that are gone or never were are rejected', async () => {
        const [gone = '', here = ''] = await opened.createAccounts(['a', 'b']);
        await opened.deleteAccount(gone);
        const never = `${here.slice(0, 10)}ZZZZZ`;
        const results = await crm.update(
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
        await crm.resolve(fields.externalId, ['b']);
        await crm.update('Account', [
          { id, fields: { [fields.number]: 1 } },
          { id: 'b', fields: { [fields.number]: 1 } },
        ]);
        expect(await opened.accounts()).toHaveLength(1);
      });

      test('a type that is not there is no fault of the rows: an operator has to act', async () => {
        const [id = ''] = await opened.createAccounts(['a']);
        const update = crm.update('Nope__c', [{ id, fields: {} }]);
        await expect(update).rejects.toBeInstanceOf(Unauthorized);
      });
    });

    describe('to read records', () => {
      test('named fields by record id; unknown ids are left out', async () => {
        const ids = await opened.createAccounts(['a', 'b', 'c']);
        const [a = '', b = '', c = ''] = ids;
        await updateOne(a, { [fields.number]: 5, [fields.checkbox]: true });
        await opened.deleteAccount(c);
        const found = await crm.read(
          'Account',
          [b, a, c, `${a.slice(0, 10)}ZZZZZ`, a],
          [fields.externalId, fields.number],
        );
        expect(found).toEqual(
          new Map([
            [b, { [fields.externalId]: 'b', [fields.number]: null }],
            [a, { [fields.externalId]: 'a', [fields.number]: 5 }],
          ]),
        );
      });

      test('more than one call takes', async () => {
        const ids = await opened.createAccounts(numbered(2_001));
        expect((await crm.read('Account', ids, ['Name'])).size).toBe(2_001);
      });

      test('a field that is not there is an operator’s matter', async () => {
        const ids = await opened.createAccounts(['a']);
        await expect(crm.read('Account', ids, ['Nope__c'])).rejects.toMatchObject({
          name: Unauthorized.name,
          message: expect.stringContaining('Nope__c'),
        });
      });
    });

    describe('to list records', () => {
      test('those that name an account, a page at a time, each once', async () => {
        const given = numbered(2_500);
        const ids = await opened.createAccounts(given);
        await opened.deleteAccount(ids[3] ?? '');
        const found: { id: string; externalId: string }[] = [];
        let pages = 0;
        let after: string | null = null;
        do {
          const page: Awaited<ReturnType<Crm['list']>> = await crm.list(
            'Account',
            fields.externalId,
            after,
          );
          found.push(...page.records);
          pages += 1;
          after = page.next;
        } while (after !== null);
        expect(pages).toBeGreaterThan(1);
        const expected = given.map((externalId, i) => ({ id: ids[i] ?? '', externalId }));
        const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
        expect(found.sort(byId)).toEqual(expected.filter((_, i) => i !== 3).sort(byId));
      });

      test('by a field that is not there is an operator’s matter', async () => {
        await opened.createAccounts(['a']);
        await expect(crm.list('Account', 'Nope__c', null)).rejects.toBeInstanceOf(Unauthorized);
        await expect(crm.list('Account', "x' OR", null)).rejects.toBeInstanceOf(Rejected);
      });
    });

    describe('to describe objects', () => {
      test('fields with type, length and whether they can be written', async () => {
        const described = await crm.describe('Account');
        const byName = new Map(described.map((field) => [field.name, field]));
        expect(byName.get('Id')).toMatchObject({ type: 'id', updateable: false });
        expect(byName.get(fields.shortText)).toEqual({
          name: fields.shortText,
          type: 'string',
          length: 20,
          precision: 0,
          scale: 0,
          updateable: true,
          createable: true,
          externalId: false,
          unique: false,
          caseSensitive: false,
          choices: [],
          restricted: false,
        });
        expect(byName.get(fields.number)).toMatchObject({
          type: 'double',
          length: 0,
          precision: 16,
          scale: 2,
        });
        expect(byName.get(fields.externalId)).toMatchObject({ externalId: true });
        expect(byName.get(fields.checkbox)).toMatchObject({ type: 'boolean' });
        expect(byName.get(fields.date)).toMatchObject({ type: 'date' });
      });

      test('an unknown type is refused', async () => {
        await expect(crm.describe('Nope__c')).rejects.toMatchObject({
          name: Rejected.name,
          code: code.notFound,
        });
      });
    });

    test('usage is known after the first answer and grows', async () => {
      expect(crm.usage()).toBeUndefined();
      await crm.describe('Account');
      const first = crm.usage();
      await crm.describe('Account');
      expect(first?.limit).toBeGreaterThan(0);
      expect(crm.usage()?.used).toBeGreaterThan(first?.used ?? 0);
    });
  });
}
