import { afterEach, expect, it } from 'vitest';
import type { AccountsChangedMessage } from '../../functions/records/messages.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

let system: TestSystem;
afterEach(() => system.close());

it('many accounts are written in small transactions and announced 200 at once', async () => {
  const files = [...tinyPackFiles()].map(
    ([path, text]) =>
      [path, text.replace('accounts_per_shard: 3', 'accounts_per_shard: 1000')] as const,
  );
  system = await openTestSystem({ files: new Map(files) });
  await createWorld(system);
  const further = Array.from({ length: 421 }, (_, i) => `b${1000 + i}`);
  await execute(system, [
    `INSERT INTO source.accounts
       SELECT 'b' || (1000 + i), 'Further', 'csm-0@example.com', NULL, NULL FROM range(421) t(i)`,
  ]);
  system.salesforce.seedAccounts(further.map((id) => ({ Kenko_Account_Id__c: id, Name: id })));
  const { bus, snapshots } = system.runtime;

  const announced: string[][] = [];
  const publish = bus.publish.bind(bus);
  bus.publish = (queue, messages) => {
    if (queue === 'accounts-changed') {
      announced.push(...messages.map(({ body }) => (body as AccountsChangedMessage).accounts));
    }
    return publish(queue, messages);
  };
  const writes: number[] = [];
  const transaction = snapshots.transaction.bind(snapshots);
  snapshots.transaction = (work) =>
    transaction((tx) => {
      let count = 0;
      const set = tx.set.bind(tx);
      tx.set = (ref, data) => {
        if (ref.collection.path === 'accounts') count += 1;
        set(ref, data);
      };
      return work(tx).finally(() => writes.push(count));
    });

  await system.score('2026-03-01T17:00:00Z');
  await system.settle();

  expect(announced.map((accounts) => accounts.length)).toEqual([200, 200, 30]);
  expect(new Set(announced.flat()).size).toBe(430);
  expect(Math.max(...writes)).toBe(50);
});
