/** Accounts that only an earlier revision of a date showed become absent with the later one. */
import { afterEach, describe, expect, it } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts } from '../../functions/records/documents.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, nextDay, usage } from '../support/system/tiny-data.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

const run = (slot: string) => system.run(slot);

const ghostIsListed = (date: string): Promise<void> =>
  execute(system, [
    `INSERT INTO source.accounts VALUES ('ghost', 'Test', 'csm-0@example.com', NULL, NULL)`,
    usage('ghost', date, 9, 900),
  ]);

/** A test account, or a mistake of the feed. */
async function ghostComes(date: string): Promise<void> {
  await ghostIsListed(date);
  system.salesforce.seedAccounts([{ Kenko_Account_Id__c: 'ghost', Name: 'ghost' }]);
}

async function ghostGoes(): Promise<void> {
  await execute(system, [
    `DELETE FROM source.accounts WHERE account_id = 'ghost'`,
    `DELETE FROM source.usage_daily WHERE account_id = 'ghost'`,
  ]);
}

/** What people see of it: its document, and its record in Salesforce. */
async function shown() {
  const document = await system.runtime.snapshots.get(ref(accounts, 'ghost'));
  const record = system.salesforce.accounts().find(({ Kenko_Account_Id__c: id }) => id === 'ghost');
  return { state: document?.data.state, band: record?.Kenko_Band__c ?? null };
}

const gone = { state: 'absent', band: null };

describe('an account that only an earlier revision of a date showed', () => {
  it('case 20e: is absent with the next revision, and on the days after', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await run(monday);
    await nextDay(system, '2026-03-02');
    await ghostComes('2026-03-02');
    await run(tuesday);
    expect(await shown()).toEqual({ state: 'active', band: 'green' });
    await ghostGoes();
    await run('2026-03-02T18:00:00Z');
    expect(await shown()).toEqual(gone);
    await nextDay(system, '2026-03-03');
    await run('2026-03-03T17:00:00Z');
    expect(await shown()).toEqual(gone);
    // Its absence is reported once.
    const rows = await system.warehouse.query(
      `SELECT date, state FROM score_history WHERE account_id = 'ghost'`,
    );
    expect(rows).toEqual([{ date: '2026-03-02', state: 'absent' }]);
  });

  it('is absent where the date is the first of all', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await ghostComes('2026-03-01');
    await run(monday);
    await ghostGoes();
    await run('2026-03-01T18:00:00Z');
    expect(await shown()).toEqual(gone);
  });

  it('is absent where the revision without it could not be published before the next', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await run(monday);
    await nextDay(system, '2026-03-02');
    await ghostComes('2026-03-02');
    await run(tuesday);
    await ghostGoes();
    const { bus } = system.runtime;
    const publish = bus.publish.bind(bus);
    bus.publish = async (queue, messages) => {
      if (queue !== 'publish-shards') await publish(queue, messages);
    };
    const { run: stuck } = (await system.score('2026-03-02T18:00:00Z')) as { run: string };
    await system.bus.idle();
    expect((await system.runtime.snapshots.get(ref(runs, stuck)))?.data.state).toBe('publishing');
    await system.clock.advance(16 * 60_000);
    await system.score('2026-03-02T19:00:00Z');
    await system.bus.idle();
    bus.publish = publish;
    await system.settle();
    expect(await shown()).toEqual(gone);
  });

  it('comes back with the revision that has it again', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await ghostComes('2026-03-01');
    await run(monday);
    await ghostGoes();
    await run('2026-03-01T18:00:00Z');
    await ghostIsListed('2026-03-01');
    await run('2026-03-01T19:00:00Z');
    expect(await shown()).toEqual({ state: 'active', band: 'green' });
  });
});

describe('an account that only a replaced pack had', () => {
  it('is absent when that pack is retired, and those of both packs stay', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await ghostComes('2026-03-01');
    await run(monday);
    await ghostGoes();
    // The pack has another name from here on.
    const { pack } = system.runtime;
    system.runtime.pack = { ...pack, id: 'small' };
    const retire = () =>
      postJson(`${system.url('api')}/v1/packs/tiny/retire`, {
        author: 'ops@example.com',
        reason: 'It is called small now.',
      });
    await expect(retire()).rejects.toThrow(/No run of small has finished yet/);
    await nextDay(system, '2026-03-02');
    await run(tuesday);
    expect(await shown()).toEqual({ state: 'active', band: 'green' });
    expect(await retire()).toEqual({ pack: 'tiny', accounts: 1 });
    await sweep(system.runtime);
    await system.settle();
    expect(await shown()).toEqual(gone);
    const others = await system.runtime.snapshots.query({ collection: accounts, limit: 100 });
    expect(others.filter(({ data }) => data.state === 'active')).toHaveLength(9);
    expect(await retire()).toEqual({ pack: 'tiny', accounts: 0 });
  });
});
