/** What a message asked for is done in the end, although it outlasted every attempt to deliver it. */
import { afterEach, expect, it } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { ref } from '../../functions/records/collection.ts';
import { crmAccounts } from '../../functions/records/documents.ts';
import { events } from '../../functions/records/events.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { longestLifeMs } from '../../functions/sweep/capacity.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { useRuntime } from '../../functions/wiring/deployed.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, nextDay } from '../support/system/tiny-data.ts';
import { channels, signalPackFiles } from '../support/system/tiny-signals.ts';

const tuesday = '2026-03-02T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

async function begin(): Promise<void> {
  system = await openTestSystem({ files: signalPackFiles() });
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  await nextDay(system, '2026-03-02');
}

/** The functions work with this in place of a port's method, until they are mended. */
function broken<P extends 'crm' | 'snapshots'>(port: P, method: keyof Runtime[P]): void {
  const fails = async () => {
    throw new Error('a defect');
  };
  const other = new Proxy(system.runtime[port], {
    get(target, key) {
      if (key === method) return fails;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  useRuntime({ ...system.runtime, [port]: other });
}

const mended = (): void => useRuntime(system.runtime);

/** A sweep every ten minutes, for as long as a message may live and a little longer. */
async function hoursOfSweeps(): Promise<void> {
  for (let passed = 0; passed <= longestLifeMs + 3_600_000; passed += 600_000) {
    await system.clock.advance(600_000);
    await sweep(system.runtime);
    await system.bus.idle();
  }
}

const givenUp = async () => (await system.bus.deadLetters()).map(({ queue }) => queue);

it('a sync: its accounts are found, and Salesforce shows them as they are', async () => {
  await begin();
  const states = async () =>
    (await system.runtime.snapshots.query({ collection: crmAccounts, limit: 100 })).map(
      ({ id, data }) => [id, data.state, data.hash],
    );
  const before = await states();
  broken('crm', 'update');
  await system.score(tuesday);
  await system.bus.idle();
  expect(new Set(await givenUp())).toEqual(new Set(['accounts-changed']));
  // Nobody could say that they wait.
  expect(await states()).toEqual(before);
  mended();
  await hoursOfSweeps();
  expect(await states()).not.toEqual(before);
  const shown = system.salesforce.accounts().map((record) => ({ ...record }));
  await system.reconcile('2026-03-03T20:00:00Z');
  await system.settle();
  expect(
    system.entries.findLast(({ event }) => /^re(conciled|cords-differ)$/.test(event)),
  ).toMatchObject({ event: 'reconciled', differing: 0, unsent: 0 });
  expect(system.salesforce.accounts()).toEqual(shown);
});

it('an event that the API took: it is handled, and told once', async () => {
  await begin();
  await system.score(tuesday);
  await system.settle();
  const alerts = () => system.slack.messages().filter(({ channel }) => channel === channels.alerts);
  const before = alerts().length;
  broken('snapshots', 'transaction');
  await postJson(`${system.url('api')}/v1/events`, {
    ...{ kind: 'survey_answer', id: 'e1', account: 'a5', survey: 'nps', score: 2, user: 'u1' },
    at: '2026-03-02T01:00:00Z',
  });
  await system.bus.idle();
  expect(await givenUp()).toEqual(['events']);
  const handled = async () => (await system.runtime.snapshots.get(ref(events, 'e1')))?.data.handled;
  expect(await handled()).toBe(false);
  mended();
  await hoursOfSweeps();
  await hoursOfSweeps();
  expect(await handled()).toBe(true);
  expect(alerts()).toHaveLength(before + 1);
  // By hand as well: it is known, and nobody hears of it again.
  await system.bus.replay((await system.bus.deadLetters()).map(({ id }) => id));
  await system.bus.idle();
  expect(alerts()).toHaveLength(before + 1);
});

it('an event of an account that has left asks for nothing, and is not taken up again', async () => {
  await begin();
  const at = '2026-03-02T01:00:00Z';
  const body = { kind: 'user_departed', id: 'e2', account: 'nobody', user: 'u1', at } as const;
  await system.runtime.bus.publish('events', [{ body }]);
  await system.bus.idle();
  expect((await system.runtime.snapshots.get(ref(events, 'e2')))?.data.handled).toBe(true);
});
