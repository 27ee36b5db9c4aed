/** What every adapter of the Crm port does. */
import { describe, expect, test } from 'vitest';
import { code, Rejected, Unauthorized } from '../../../functions/errors.ts';
import type { Crm, CrmTask } from '../../../functions/ports/crm.ts';
import { fields } from './crm-fields.ts';
import { describeCrmUpdates } from './crm-updates-contract.ts';
import { numbered, type OpenedCrm, openedForEach, updateOne } from './opened-crm.ts';

export function describeCrm(adapter: string, open: () => Promise<OpenedCrm>): void {
  describe(`${adapter} reaches the CRM`, () => {
    const opened = openedForEach(open);

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
        const id = await opened.crm.createTask(task(record));
        await opened.crm.createTask(task(record, { key: "it's another" }));
        expect(await opened.crm.findTask('episode-1-0')).toBe(id);
        expect(await opened.crm.findTask("it's another")).not.toBe(id);
        expect(await opened.crm.findTask('none')).toBeUndefined();
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
        await opened.crm.createTask(task(await one(), long));
        const [made] = await opened.tasks();
        expect(made?.Subject).toHaveLength(255);
        expect(made?.Description).toHaveLength(32_000);
      });

      test('on no record that is not there', async () => {
        const record = await one();
        await opened.deleteAccount(record);
        await expect(opened.crm.createTask(task(record))).rejects.toBeInstanceOf(Rejected);
        expect(await opened.tasks()).toEqual([]);
      });
    });

    describe('to find records', () => {
      test('by external id; accounts without a record are left out', async () => {
        const [a, b] = await opened.createAccounts(['a', 'b', 'c']);
        const { ids, ambiguous } = await opened.crm.resolve(fields.externalId, [
          'b',
          'none',
          'a',
          'a',
        ]);
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
        const { ids, ambiguous } = await opened.crm.resolve(fields.externalId, ['a', 'b']);
        expect(ids).toEqual(new Map([['b', b]]));
        expect(ambiguous).toEqual(new Set(['a']));
      });

      test('ids that differ by case only are different accounts', async () => {
        const [lower, upper] = await opened.createAccounts(['acme', 'ACME', 'Other']);
        const { ids, ambiguous } = await opened.crm.resolve(fields.externalId, [
          'acme',
          'ACME',
          'other',
        ]);
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
        const { ids } = await opened.crm.resolve(fields.externalId, awkward);
        expect(ids).toEqual(new Map(awkward.map((id, i) => [id, created[i]])));
      });

      test('ids that no record can hold are simply not found', async () => {
        const [a] = await opened.createAccounts(['a']);
        const impossible = ['', '🙂'.repeat(375), 'x'.repeat(20_000), 'half \ud83d', 'a'];
        const { ids } = await opened.crm.resolve(fields.externalId, impossible);
        expect(ids).toEqual(new Map([['a', a]]));
      });

      test.each([
        ['short', 'a'],
        ['long', '顧'.repeat(60)],
      ])('a thousand %s ids, more than one answer gives', async (_, prefix) => {
        const wanted = Array.from({ length: 1_000 }, (_, i) => `${prefix}-${i}`);
        const created = await opened.createAccounts(wanted);
        const { ids } = await opened.crm.resolve(fields.externalId, wanted);
        expect(ids).toEqual(new Map(wanted.map((id, i) => [id, created[i]])));
      });

      test('none of none', async () => {
        expect(await opened.crm.resolve(fields.externalId, [])).toEqual({
          ids: new Map(),
          ambiguous: new Set(),
        });
      });

      test('by a field that is not there is an operator’s matter', async () => {
        await expect(opened.crm.resolve('Nope__c', ['a'])).rejects.toMatchObject({
          name: Unauthorized.name,
          message: expect.stringContaining('Nope__c'),
        });
      });

      test('by what is no field name is refused', async () => {
        await expect(opened.crm.resolve("Id = '' OR Name", ['a'])).rejects.toMatchObject({
          code: code.badRequest,
        });
      });
    });

    describe('to read records', () => {
      test('named fields by record id; unknown ids are left out', async () => {
        const ids = await opened.createAccounts(['a', 'b', 'c']);
        const [a = '', b = '', c = ''] = ids;
        await updateOne(opened, a, { [fields.number]: 5, [fields.checkbox]: true });
        await opened.deleteAccount(c);
        const found = await opened.crm.read(
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
        expect((await opened.crm.read('Account', ids, ['Name'])).size).toBe(2_001);
      });

      test('a field that is not there is an operator’s matter', async () => {
        const ids = await opened.createAccounts(['a']);
        await expect(opened.crm.read('Account', ids, ['Nope__c'])).rejects.toMatchObject({
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
        const found: { id: string; externalId: string | null }[] = [];
        let pages = 0;
        let after: string | null = null;
        do {
          const page: Awaited<ReturnType<Crm['list']>> = await opened.crm.list(
            'Account',
            { externalIdField: fields.externalId, showing: [] },
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
        const by = (externalIdField: string) => ({ externalIdField, showing: [] });
        await expect(opened.crm.list('Account', by('Nope__c'), null)).rejects.toBeInstanceOf(
          Unauthorized,
        );
        await expect(opened.crm.list('Account', by("x' OR"), null)).rejects.toBeInstanceOf(
          Rejected,
        );
      });

      test('those that show something in one of the fields, named or not, each once', async () => {
        const [named, other, checked, unchecked, long] = (await opened.createAccounts([
          ...['a', 'b', 'c', 'd', 'e'],
        ])) as [string, string, string, string, string];
        const nobody = { [fields.externalId]: null };
        await opened.crm.update('Account', [
          { id: named, fields: { [fields.shortText]: 'green' } },
          { id: other, fields: { ...nobody, [fields.shortText]: 'green' } },
          { id: checked, fields: { ...nobody, [fields.checkbox]: true } },
          { id: unchecked, fields: { ...nobody, [fields.checkbox]: false } },
          { id: long, fields: { ...nobody, [fields.text]: 'why' } },
        ]);
        const showing = [fields.shortText, fields.checkbox, fields.text];
        const listed = async (externalIdField: string | null) =>
          (await opened.crm.list('Account', { externalIdField, showing }, null)).records;
        const byKey = await listed(fields.externalId);
        expect(byKey).toEqual([
          { id: named, externalId: 'a' },
          { id: other, externalId: null },
          { id: checked, externalId: null },
        ]);
        const unnamed = byKey.map(({ id }) => ({ id, externalId: null }));
        expect(await listed(null)).toEqual(unnamed);
        const behind = { externalIdField: null, showing };
        expect((await opened.crm.list('Account', behind, other)).records).toEqual(unnamed.slice(2));
        // Salesforce asks for nothing by a long text alone.
        const byLong = { externalIdField: null, showing: [fields.text] };
        expect((await opened.crm.list('Account', byLong, null)).records).toEqual([]);
      });
    });

    describe('to describe objects', () => {
      test('fields with type, length and whether they can be written', async () => {
        const described = await opened.crm.describe('Account');
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
          filterable: true,
          referenceTo: [],
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

      test('whether records may be made', async () => {
        expect(await opened.crm.canCreate('Account')).toBe(true);
        await expect(opened.crm.canCreate('Nope__c')).rejects.toMatchObject({
          code: code.notFound,
        });
      });

      test('an unknown type is refused', async () => {
        await expect(opened.crm.describe('Nope__c')).rejects.toMatchObject({
          name: Rejected.name,
          code: code.notFound,
        });
      });
    });

    test('usage is known after the first answer and grows', async () => {
      expect(opened.crm.usage()).toBeUndefined();
      await opened.crm.describe('Account');
      const first = opened.crm.usage();
      await opened.crm.describe('Account');
      expect(first?.limit).toBeGreaterThan(0);
      expect(opened.crm.usage()?.used).toBeGreaterThan(first?.used ?? 0);
    });
  });

  describeCrmUpdates(adapter, open);
}
