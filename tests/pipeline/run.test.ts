import { afterEach, describe, expect, it } from 'vitest';
import { getJson } from '../../functions/cli/session/http-client.ts';
import type { DuckDbWarehouse } from '../../functions/local/warehouse/warehouse.ts';
import type { TableSchema } from '../../functions/ports/warehouse.ts';
import { republishOverridden } from '../../functions/publish/overrides.ts';
import { ref } from '../../functions/records/collection.ts';
import {
  type AccountDocument,
  accounts,
  crmAccounts,
  overrides,
} from '../../functions/records/documents.ts';
import { crmFields } from '../../functions/sync/crm-fields.ts';
import { finalState } from '../support/system/final-state.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, lateRows, leave, nextDay } from '../support/system/tiny-data.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';
const tuesdayAgain = '2026-03-02T18:00:00Z';
const wednesday = '2026-03-03T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

async function account(id: string): Promise<AccountDocument> {
  const stored = await system.runtime.snapshots.get(ref(accounts, id));
  if (!stored) throw new Error(`account ${id} is not stored`);
  return stored.data;
}

/** Accounts written to Salesforce on behalf of a run. */
async function pushedBy(id: string): Promise<string[]> {
  const found = await system.runtime.snapshots.query({
    collection: crmAccounts,
    where: [{ field: 'run', op: '==', value: id }],
    limit: 1000,
  });
  return found.map((document) => document.id).sort();
}

/** Accounts whose latest document a run wrote. */
async function changedBy(id: string): Promise<string[]> {
  const found = await system.runtime.snapshots.query({
    collection: accounts,
    where: [{ field: 'run', op: '==', value: id }],
    limit: 1000,
  });
  return found.map((document) => document.id).sort();
}

async function begin(): Promise<void> {
  system = await openTestSystem();
  await createWorld(system);
}

describe('a scheduled run', () => {
  it('scores every account into history, documents and Salesforce', async () => {
    await begin();
    const first = await system.run(monday);
    expect(first).toMatchObject({ state: 'finished', accounts: 9, shards: 3, changed: 9 });
    const state = await finalState(system);
    expect(state.accounts).toHaveLength(9);
    expect(state.history).toHaveLength(9);
    expect(state.deadLetters).toEqual([]);
    expect(await pushedBy(first.id)).toHaveLength(9);
  });

  it('leaves in Salesforce what the documents say, field by field', async () => {
    await begin();
    await system.run(monday);
    const mapping = system.runtime.pack.salesforce;
    if (!mapping) throw new Error('the pack has no mapping');
    for (const record of system.salesforce.accounts()) {
      const expected = crmFields(mapping, await account(String(record.Kenko_Account_Id__c)));
      expect(Object.keys(expected)).toHaveLength(4);
      expect(record).toMatchObject(expected);
    }
  });

  it('is one run where its slot comes twice', async () => {
    await begin();
    await system.run(monday);
    const before = await finalState(system);
    await system.run(monday);
    expect(await finalState(system)).toEqual(before);
  });

  it('changes and pushes nothing for a new slot on unchanged data', async () => {
    await begin();
    await system.run(monday);
    const again = await system.run('2026-03-01T18:00:00Z');
    expect(again).toMatchObject({ state: 'finished', revision: 2, changed: 0 });
    expect(await pushedBy(again.id)).toEqual([]);
  });

  it('writes and pushes only what changed on the next day', async () => {
    await begin();
    await system.run(monday);
    await nextDay(system, '2026-03-02');
    const next = await system.run(tuesday);
    const changed = await changedBy(next.id);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(9);
    expect(next.changed).toBe(changed.length);
    expect(await pushedBy(next.id)).toEqual(changed);
  });

  it('splits the change of a score into parts that sum to it', async () => {
    await begin();
    await system.run(monday);
    await nextDay(system, '2026-03-02');
    const next = await system.run(tuesday);
    for (const id of await changedBy(next.id)) {
      const change = (await account(id)).scores.health?.change;
      expect(change).not.toBeNull();
      expect((change?.rules ?? 0) + (change?.data ?? 0) + (change?.behaviour ?? 0)).toBe(
        change?.total,
      );
    }
  });

  it('revises a date: late rows replace the partition, the date before stays', async () => {
    await begin();
    await system.run(monday);
    await nextDay(system, '2026-03-02');
    await system.run(tuesday);
    await lateRows(system, '2026-03-02');
    const revised = await system.run(tuesdayAgain);
    expect(revised).toMatchObject({ revision: 2, before_date: '2026-03-01', state: 'finished' });
    expect(await changedBy(revised.id)).toEqual(['a4']);
    const days = await system.warehouse.query(
      'SELECT date, COUNT(*) AS n FROM score_history GROUP BY date ORDER BY date',
    );
    expect(days).toEqual([
      { date: '2026-03-01', n: 9 },
      { date: '2026-03-02', n: 9 },
    ]);
  });

  it('supersedes a slot that comes after a newer one of its date', async () => {
    await begin();
    await system.run(monday);
    await nextDay(system, '2026-03-02');
    await system.run(tuesdayAgain);
    const before = await finalState(system);
    expect(await system.run(tuesday)).toMatchObject({ state: 'superseded' });
    expect((await finalState(system)).accounts).toEqual(before.accounts);
  });
});

describe('an account that leaves', () => {
  it('is absent once, and its fields in Salesforce are cleared', async () => {
    await begin();
    await system.run(monday);
    await leave(system, 'a7', '2026-03-02T01:00:00Z');
    await nextDay(system, '2026-03-02');
    expect(await system.run(tuesday)).toMatchObject({ counts: { absent: 1 } });
    expect(await account('a7')).toMatchObject({ state: 'absent', scores: {} });
    const record = system.salesforce
      .accounts()
      .find((candidate) => candidate.Kenko_Account_Id__c === 'a7');
    expect(record).toMatchObject({
      Name: 'Record of a7',
      Kenko_Health__c: null,
      Kenko_Band__c: null,
    });
    await nextDay(system, '2026-03-03');
    const later = await system.run(wednesday);
    expect(later).toMatchObject({ accounts: 8, counts: { absent: 0 } });
  });
});

describe('an override', () => {
  const entered = {
    pack: 'tiny',
    account: 'a9',
    score: 'health',
    band: 'red',
    reason: 'The sponsor has left.',
    author: 'csm@example.com',
    from: '2026-03-01T00:00:00Z',
    until: '2026-03-10T00:00:00Z',
  };

  it('is shown beside the computed band, pushed, and ends by itself', async () => {
    await begin();
    await system.runtime.snapshots.create(ref(overrides, 'o-1'), entered);
    await system.run(monday);
    expect((await account('a9')).scores.health).toMatchObject({
      band: 'red',
      override: { id: 'o-1', author: 'csm@example.com' },
    });
    expect((await account('a9')).scores.health?.computed_band).not.toBe('red');
    const [history] = await system.warehouse.query(
      "SELECT band FROM score_history WHERE account_id = 'a9'",
    );
    expect(history?.band).not.toBe('red');

    await system.clock.advance(Date.parse('2026-03-10T00:01:00Z') - system.clock.now().getTime());
    expect(await republishOverridden(system.runtime)).toBe(1);
    await system.settle();
    const { band, computed_band, override } = (await account('a9')).scores.health ?? {};
    expect(override).toBeNull();
    expect(band).toBe(computed_band);
    const record = system.salesforce
      .accounts()
      .find((candidate) => candidate.Kenko_Account_Id__c === 'a9');
    expect(record?.Kenko_Band__c).toBe(computed_band);
  });

  it('that ended is not brought back by a process that stood still when it did', async () => {
    await begin();
    await system.runtime.snapshots.create(ref(overrides, 'o-1'), entered);
    await system.run(monday);
    const { snapshots } = system.runtime;
    const transaction = snapshots.transaction.bind(snapshots);
    snapshots.transaction = async (work) => {
      snapshots.transaction = transaction;
      await system.clock.advance(Date.parse(entered.until) - system.clock.now().getTime());
      await republishOverridden(system.runtime);
      return transaction(work);
    };
    expect(await republishOverridden(system.runtime)).toBe(0);
    expect((await account('a9')).scores.health?.override).toBeNull();
  });
});

describe('a backfill', () => {
  it('rebuilds deleted partitions byte for byte and touches nothing else', async () => {
    await begin();
    await system.run(monday);
    await nextDay(system, '2026-03-02');
    await system.run(tuesday);
    await nextDay(system, '2026-03-03');
    await system.run(wednesday);
    const before = await finalState(system);
    await execute(system, ["DELETE FROM score_history WHERE date < '2026-03-03'"]);
    await system.run('2026-03-04T01:00:00Z', { backfill: '2026-03-01' });
    await system.run('2026-03-04T01:01:00Z', { backfill: '2026-03-02' });
    const after = await finalState(system);
    for (const part of ['history', 'accounts', 'years', 'crm', 'salesforce'] as const) {
      expect(after[part], part).toEqual(before[part]);
    }
    expect(after.current).toContainEqual(
      expect.objectContaining({
        id: 'tiny',
        current: expect.objectContaining({ date: '2026-03-03' }),
      }),
    );
  });

  it('is refused for the current date', async () => {
    await begin();
    await system.run(monday);
    await expect(system.score('2026-03-02T01:00:00Z', { backfill: '2026-03-01' })).rejects.toThrow(
      /only writes dates before it/,
    );
  });
});

describe('data that cannot be scored', () => {
  const cases = {
    'no accounts': ['DELETE FROM source.accounts', /accounts/],
  } as const;

  for (const [name, [statement, sentence]] of Object.entries(cases)) {
    it(`ends the run with one sentence and no effect: ${name}`, async () => {
      await begin();
      await system.run(monday);
      const before = await finalState(system);
      await nextDay(system, '2026-03-02');
      await execute(system, [statement]);
      const failed = await system.run(tuesday);
      expect(failed.state).toBe('failed');
      expect(failed.failure?.message).toMatch(sentence);
      expect(failed.failure?.message).not.toContain('\n');
      const after = await finalState(system);
      for (const part of ['history', 'accounts', 'years', 'crm', 'salesforce'] as const) {
        expect(after[part], part).toEqual(before[part]);
      }
    });
  }

  it('case 20k: a negative cell, an account without an id and one twice set their accounts aside', async () => {
    await begin();
    await system.run(monday);
    await nextDay(system, '2026-03-02');
    await execute(system, [
      "INSERT INTO source.accounts VALUES ('a1', 'again', NULL, NULL, NULL)",
      "INSERT INTO source.accounts VALUES (NULL, 'nobody', NULL, NULL, NULL)",
      "UPDATE source.usage_daily SET minutes = -5 WHERE account_id = 'a3' AND usage_date = '2026-03-01'",
    ]);
    const done = await system.run(tuesday);
    expect(done).toMatchObject({
      state: 'finished',
      found_in_rows: {
        set_aside: {
          count: 2,
          examples: [
            { account: 'a1', table: 'accounts', column: 'account_id' },
            {
              account: 'a3',
              table: 'usage_daily',
              column: 'minutes',
              reason: "usage_daily.minutes is '-5'; the smallest value allowed is 0.",
            },
          ],
        },
        notes: [expect.stringContaining('accounts.account_id is empty')],
      },
    });
    const [kept] = await system.warehouse.query(
      "SELECT reason FROM score_history WHERE date = '2026-03-02' AND account_id = 'a3'",
    );
    expect(kept?.reason).toBe("usage_daily.minutes is '-5'; the smallest value allowed is 0.");
    const results = (date: string) =>
      system.warehouse.query(
        "SELECT points, band, state FROM score_history WHERE date = @date AND account_id IN ('a1', 'a3') ORDER BY account_id",
        { date: { date } },
      );
    expect(await results('2026-03-02')).toEqual(
      (await results('2026-03-01')).map((row) => ({ ...row, state: 'error' })),
    );
    expect(system.entries.some((entry) => entry.event === 'account-set-aside')).toBe(true);
  });

  it('case 05: equal rows count once and are named; different ones set their account aside', async () => {
    await begin();
    const once = await system.run(monday);
    const [{ points } = { points: null }] = await system.warehouse.query(
      "SELECT points FROM score_history WHERE account_id = 'a5' AND date = '2026-03-01'",
    );
    await execute(system, [
      "INSERT INTO source.usage_daily SELECT * FROM source.usage_daily WHERE account_id = 'a5'",
    ]);
    const twice = await system.run('2026-03-02T00:01:00Z');
    expect([once.state, twice.state]).toEqual(['finished', 'finished']);
    expect(twice.found_in_rows?.notes).toEqual([
      expect.stringContaining('there again with the same values'),
    ]);
    expect(
      await system.warehouse.query(
        "SELECT points, state FROM score_history WHERE account_id = 'a5' AND date = '2026-03-01'",
      ),
    ).toEqual([{ points, state: 'scored' }]);
    await execute(system, [
      "UPDATE source.usage_daily SET minutes = minutes + 1 WHERE rowid = (SELECT MAX(rowid) FROM source.usage_daily WHERE account_id = 'a5')",
    ]);
    const other = await system.run('2026-03-02T00:02:00Z');
    expect(other.found_in_rows?.set_aside.examples).toMatchObject([
      { account: 'a5', table: 'usage_daily', column: 'usage_date' },
    ]);
  });

  it('runs the same slot once the data is mended', async () => {
    await begin();
    await execute(system, ['ALTER TABLE source.accounts RENAME TO others']);
    expect(await system.run(monday)).toMatchObject({ state: 'failed' });
    await execute(system, ['ALTER TABLE source.others RENAME TO accounts']);
    expect(await system.run(monday)).toMatchObject({ state: 'finished', changed: 9, attempt: 2 });
  });

  it('keeps hostile account ids apart, all the way', async () => {
    await begin();
    const ids = [
      'a/b',
      '.',
      '..',
      '__x__',
      '健康 🩺',
      `long-${'x'.repeat(1400)}`,
      "o'hara",
      'a%2Fb',
    ];
    await execute(
      system,
      ids.map(
        (id) =>
          `INSERT INTO source.accounts VALUES ('${id.replaceAll("'", "''")}', 'hostile', NULL, NULL, NULL)`,
      ),
    );
    const first = await system.run(monday);
    expect(first).toMatchObject({ state: 'finished', accounts: 9 + ids.length });
    for (const id of ids) {
      expect(await account(id), id).toMatchObject({ state: 'active' });
      // URLs take these two for steps in a path, encoded or not.
      if (id === '.' || id === '..') continue;
      const answer = await getJson(`${system.url('api')}/v1/accounts/${encodeURIComponent(id)}`);
      expect(answer).toMatchObject({ id });
    }
  });
});

describe('tables of another release', () => {
  it('close a run that knows nothing of a later column, and gain the columns they lack', async () => {
    await begin();
    const warehouse = system.runtime.warehouse as DuckDbWarehouse;
    const schema = system.runtime.tables.get('score_history') as TableSchema;
    const later = {
      ...schema,
      columns: [...schema.columns, { name: 'later', type: 'STRING' } as const],
    };
    await warehouse.keepTable('score_history', later);
    // As this release starts on it again: the column stays.
    await warehouse.keepTable('score_history', schema);
    const { state } = await system.run(monday);
    expect(state).toBe('finished');
    const [row] = await warehouse.query(
      'SELECT COUNT(*) AS n, COUNT(later) AS known FROM score_history',
    );
    expect(row).toEqual({ n: 9, known: 0 });
    await expect(
      warehouse.keepTable('score_history', { ...schema, partition: 'before_date' }),
    ).rejects.toThrow('other columns, partitions or clusters');
  });
});
