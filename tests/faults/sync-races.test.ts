import { afterEach, describe, expect, it } from 'vitest';
import { Retryable, Throttled, Unauthorized } from '../../functions/errors.ts';
import type { Crm } from '../../functions/ports/crm.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts, crmAccounts } from '../../functions/records/documents.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { syncSalesforce } from '../../functions/sync/sync-salesforce.ts';
import { useRuntime } from '../../functions/wiring/deployed.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld } from '../support/system/tiny-data.ts';

const message = { pack: 'tiny', run: 'r', accounts: ['a2'] };

let system: TestSystem;
afterEach(() => system.close());

async function begin(): Promise<void> {
  system = await openTestSystem();
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
}

/** The latest document says another owner from now on. */
async function publishOwner(owner: string): Promise<void> {
  const latest = await system.runtime.snapshots.get(ref(accounts, 'a2'));
  if (!latest) throw new Error('a2 is not published');
  const { data } = latest;
  await system.runtime.snapshots.set(ref(accounts, 'a2'), {
    ...data,
    attributes: { ...data.attributes, owner },
    hash: owner,
  });
}

/** The same runtime, where `update` does something else first. */
function withUpdate(before: () => Promise<void>): Runtime {
  const { crm } = system.runtime;
  let calls = 0;
  const update: Crm['update'] = async (type, records) => {
    calls += 1;
    if (calls === 1) await before();
    return crm.update(type, records);
  };
  const others = bound(crm, [
    'resolve',
    'read',
    'list',
    'describe',
    'canCreate',
    'createTask',
    'findTask',
    'usage',
  ]);
  return { ...system.runtime, crm: { ...others, update } };
}

function bound<P extends object, K extends keyof P>(port: P, names: readonly K[]): Pick<P, K> {
  const methods = names.map((name) => [name, (port[name] as () => unknown).bind(port)]);
  return Object.fromEntries(methods) as Pick<P, K>;
}

const owner = () =>
  system.salesforce.accounts().find(({ Kenko_Account_Id__c: id }) => id === 'a2')?.Kenko_Owner__c;
const state = async () => (await system.runtime.snapshots.get(ref(crmAccounts, 'a2')))?.data;

describe('a sync', () => {
  it('that is slow cannot put older values over newer ones', async () => {
    await begin();
    await publishOwner('older@example.com');
    const slow = withUpdate(async () => {
      await publishOwner('newer@example.com');
      await syncSalesforce(system.runtime, message);
      expect(owner()).toBe('newer@example.com');
    });
    await syncSalesforce(slow, message);
    expect(owner()).toBe('newer@example.com');
    expect(await state()).toMatchObject({ state: 'synced', code: null });
    expect(await syncSalesforce(system.runtime, message)).toMatchObject({ unchanged: 1 });
  });

  it('that dies before it could say what it wrote is made up for by the next delivery', async () => {
    await begin();
    const before = owner();
    const { snapshots } = system.runtime;
    await publishOwner('passing@example.com');
    let deaths = 0;
    const dying: Runtime = {
      ...system.runtime,
      snapshots: {
        ...bound(snapshots, [
          'get',
          'getAll',
          'versions',
          'query',
          'count',
          'create',
          'set',
          'delete',
        ]),
        transaction: async (work) => {
          if (deaths > 0) return snapshots.transaction(work);
          deaths += 1;
          expect(owner()).toBe('passing@example.com');
          // Somebody else takes it for what was recorded last, and has nothing to do.
          await publishOwner(String(before));
          expect(await syncSalesforce(system.runtime, message)).toMatchObject({ unchanged: 1 });
          throw new Error('dies');
        },
      },
    };
    useRuntime(dying);
    await system.bus.publish('accounts-changed', [{ body: message }]);
    await system.bus.idle();
    expect(deaths).toBe(1);
    expect(owner()).toBe(before);
  });

  it.each([
    ['it cannot be reached', new Retryable('unavailable', 'gone'), 'sync-delayed', 'WARNING'],
    ['it has no calls left', new Throttled('daily-limit', 'none left'), 'sync-delayed', 'WARNING'],
    [
      'it refuses the login',
      new Unauthorized('unauthorized', 'no'),
      'credentials-refused',
      'ERROR',
    ],
  ])('of accounts waits for sweep where %s, and says so', async (_, failure, event, severity) => {
    await begin();
    await publishOwner('new@example.com');
    const failing = withUpdate(async () => {
      throw failure;
    });
    expect(await syncSalesforce(failing, message)).toMatchObject({ waiting: 1, updated: 0 });
    expect(await state()).toMatchObject({ state: 'pending', code: failure.code });
    expect(system.entries.filter((entry) => entry.event === event)).toMatchObject([
      { severity, accounts: 1, code: failure.code },
    ]);
    const swept = await sweep(system.runtime);
    expect(swept.accounts).toBe(1);
    await system.settle();
    expect(owner()).toBe('new@example.com');
    expect((await state())?.state).toBe('synced');
  });
});
