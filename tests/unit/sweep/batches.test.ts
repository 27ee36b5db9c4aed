/** Sweep sends again what waits, and only what no queue holds. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ref } from '../../../functions/records/collection.ts';
import { crmAccounts } from '../../../functions/records/documents.ts';
import type { EventBody } from '../../../functions/records/events.ts';
import { events } from '../../../functions/records/events.ts';
import type { Message } from '../../../functions/records/messages.ts';
import { sweeps } from '../../../functions/records/sweep-documents.ts';
import { drainedInInterval, longestLifeMs } from '../../../functions/sweep/capacity.ts';
import { sweep } from '../../../functions/sweep/sweep.ts';
import { accountsIn, openSweeping } from '../../support/unit/sweeping.ts';

const hour = 3_600_000;
const name = (n: number): string => `a${String(n).padStart(5, '0')}`;
const names = (from: number, until: number): string[] =>
  Array.from({ length: until - from }, (_, i) => name(from + i));

let system: ReturnType<typeof openSweeping>;
afterEach(() => system.snapshots.close());

/** Of the fewest instances there can be: 100 messages of 200 accounts drain in an interval. */
beforeEach(() => {
  system = openSweeping({ 'sync-salesforce': 1, notify: 1, 'notify-event': 1 });
});

const drained = () => drainedInInterval(system.runtime, 'sync-salesforce') * 200;

async function wait(accounts: readonly string[]): Promise<void> {
  for (const account of accounts) await system.crm(account);
}

/** Salesforce takes them. */
async function sync(messages: readonly Message[]): Promise<void> {
  for (const account of accountsIn(messages)) await system.crm(account, { state: 'synced' });
  await system.receive('accounts-changed', messages);
}

describe('accounts that wait for Salesforce', () => {
  it('20,000 of them, and nothing is drained: one sweep sends at most what drains until the next, the two after it nothing', async () => {
    const all = names(0, 20_000);
    await wait(all);
    const first = await system.sweep();
    expect(accountsIn(first).length).toBeLessThanOrEqual(drained());
    expect(accountsIn(first)).toEqual(all);
    expect(await system.sweep()).toEqual([]);
    expect(await system.sweep()).toEqual([]);
  });

  it('more than drain in an interval are sent one batch after the other, and none is forgotten', async () => {
    const most = drained();
    await wait(names(0, most + 300));
    const first = await system.sweep();
    expect(accountsIn(first)).toEqual(names(0, most));
    expect(await system.sweep()).toEqual([]);
    await sync(first);
    const second = await system.sweep();
    expect(accountsIn(second)).toEqual(names(most, most + 300));
    await sync(second);
    expect(await system.sweep()).toEqual([]);
  });

  it('all have their turn where Salesforce takes none of them', async () => {
    const most = drained();
    await wait(names(0, most + 300));
    await system.receive('accounts-changed', await system.sweep());
    const second = await system.sweep();
    expect(accountsIn(second)).toEqual([...names(most, most + 300), ...names(0, most - 300)]);
    await system.receive('accounts-changed', second);
    expect(accountsIn(await system.sweep()).slice(0, 600)).toEqual(names(most - 300, most + 300));
  });

  it('are sent with the next sweep where Salesforce took none of them, in turn with the others', async () => {
    await wait(['a1', 'a2']);
    const first = await system.sweep();
    await system.receive('accounts-changed', first);
    await wait(['a0', 'a3']);
    expect(accountsIn(await system.sweep()).sort()).toEqual(['a0', 'a1', 'a2', 'a3']);
  });

  it('are not sent again as long as one of their messages is not received', async () => {
    await wait(names(0, 500));
    const first = await system.sweep();
    expect(first).toHaveLength(3);
    await sync(first.slice(1));
    expect(await system.sweep()).toEqual([]);
  });

  it('whose messages were lost, or given up, are sent again when none can be alive', async () => {
    await wait(['a1', 'a2']);
    await system.sweep();
    let hours = 0;
    for (; hours < 24 && (await system.sweep()).length === 0; hours += 1) {
      await system.clock.advance(hour - 10 * 60_000);
    }
    expect(hours).toBe(longestLifeMs / hour);
    expect(system.entries).toContainEqual(
      expect.objectContaining({ event: 'batch-lost', queue: 'accounts-changed', messages: 1 }),
    );
  });

  it('are sent anew, twice at worst, by the sweep after one that died while it sent them', async () => {
    await wait(['a1', 'a2']);
    expect(accountsIn(await system.dyingSweep())).toEqual(['a1', 'a2']);
    const again = await system.sweep();
    expect(accountsIn(again)).toEqual(['a1', 'a2']);
    expect(await system.sweep()).toEqual([]);
    await sync(again);
    expect(await system.sweep()).toEqual([]);
  });

  it('are sent by one of two sweeps at once', async () => {
    await wait(['a1', 'a2']);
    const { snapshots } = system;
    const query = snapshots.query.bind(snapshots);
    let other: Message[] | undefined;
    snapshots.query = async (asked) => {
      const found = await query(asked);
      if (asked.collection.path === crmAccounts.path && !other) {
        other = [];
        other = await system.sweep();
      }
      return found;
    };
    expect(await system.sweep()).toEqual([]);
    expect(accountsIn(other ?? [])).toEqual(['a1', 'a2']);
  });

  it('a message of an earlier batch that comes late says nothing of the last one', async () => {
    await wait(['a1']);
    const lost = await system.sweep();
    await system.clock.advance(longestLifeMs);
    const last = await system.sweep();
    expect(accountsIn(last)).toEqual(['a1']);
    await system.receive('accounts-changed', lost);
    expect(await system.sweep()).toEqual([]);
    await system.receive('accounts-changed', last);
    await system.receive('accounts-changed', lost);
    expect(accountsIn(await system.sweep())).toEqual(['a1']);
  });

  it('are left to a sweep that is sending them just now', async () => {
    await wait(['a1']);
    const { bus } = system.runtime;
    const publish = bus.publish.bind(bus);
    let meanwhile: Message[] | undefined;
    bus.publish = async (queue, messages) => {
      bus.publish = publish;
      await system.clock.advance(60_000);
      await sweep(system.runtime);
      meanwhile = system.taken();
      return publish(queue, messages);
    };
    expect(accountsIn(await system.sweep())).toEqual(['a1']);
    expect(meanwhile).toEqual([]);
  });

  it('nothing is written by a sweep that finds nothing', async () => {
    await system.sweep();
    expect(await system.snapshots.get(ref(sweeps, 'accounts-changed'))).toBeUndefined();
    await wait(['a1']);
    await sync(await system.sweep());
    await system.sweep();
    const before = await system.snapshots.get(ref(sweeps, 'accounts-changed'));
    await system.sweep();
    expect(await system.snapshots.get(ref(sweeps, 'accounts-changed'))).toEqual(before);
  });
});

describe('accounts of which Salesforce was never told', () => {
  /** What a run changed, and whose message outlasted all attempts before sync could say anything. */
  async function outlasted(): Promise<void> {
    await system.finishedRun('r1', system.at(0));
    for (const account of ['a1', 'a2', 'a3', 'a4']) await system.account(account, 'r1');
    await system.account('a5', 'r0');
    await system.crm('a1', { state: 'synced', run: 'r1' });
    await system.crm('a2', { state: 'synced', run: 'r0' });
    await system.crm('a3', { state: 'pending', run: 'r0' });
  }

  it('are found and sent when no queue can hold their messages any more', async () => {
    await outlasted();
    const waiting = await system.sweep();
    expect(accountsIn(waiting)).toEqual(['a3']);
    await system.crm('a3', { state: 'synced', run: 'r1' });
    await system.receive('accounts-changed', waiting);
    expect(await system.sweep()).toEqual([]);
    await system.clock.advance(longestLifeMs);
    const found = await system.sweep();
    expect(found).toMatchObject([{ run: 'r1', accounts: ['a2', 'a4'] }]);
    await system.receive('accounts-changed', found);
    expect(await system.sweep()).toEqual([]);
    await system.clock.advance(24 * hour);
    expect(await system.sweep()).toEqual([]);
  });

  it('are looked for in every later run, one after the other', async () => {
    await outlasted();
    await system.clock.advance(longestLifeMs);
    await sync(await system.sweep());
    await system.finishedRun('r2', system.at(0));
    await system.finishedRun('r3', system.at(hour));
    await system.account('b1', 'r2');
    await system.account('b2', 'r3');
    await system.clock.advance(longestLifeMs);
    expect(accountsIn(await system.sweep())).toEqual(['b1']);
  });

  it('20,000 of them at most are looked through by one sweep, and the next goes on', async () => {
    system = openSweeping();
    await system.finishedRun('r1', system.at(-longestLifeMs));
    const all = names(0, 25_000);
    for (const account of all) await system.account(account, 'r1');
    const first = await system.sweep();
    expect(accountsIn(first)).toEqual(all.slice(0, 20_000));
    await system.receive('accounts-changed', first);
    expect(accountsIn(await system.sweep())).toEqual(all.slice(20_000));
  }, 120_000);
});

describe('notices that were not sent', () => {
  it('are as many as drain in an interval, the next when those are received', async () => {
    const all = names(0, drainedInInterval(system.runtime, 'notify') + 100);
    for (const account of all) await system.dueEpisode(account);
    const first = await system.sweep();
    expect(accountsIn(first).length).toBe(drainedInInterval(system.runtime, 'notify'));
    expect(await system.sweep()).toEqual([]);
    await system.receive('signals-changed', first);
    const second = await system.sweep();
    // Nobody could send the first ones: they come again behind those that had no turn.
    const others = all.filter((account) => !accountsIn(first).includes(account));
    expect(accountsIn(second).slice(0, 100).sort()).toEqual(others);
    expect(accountsIn(second).length).toBe(drainedInInterval(system.runtime, 'notify'));
  });
});

describe('events that are not handled', () => {
  const event = (id: string): EventBody => ({
    kind: 'survey_answer',
    id,
    account: 'a1',
    survey: 'nps',
    score: 2,
    at: '2026-03-01T00:00:00Z',
  });

  async function taken(id: string, handled = false): Promise<void> {
    await system.snapshots.set(ref(events, id), {
      pack: system.runtime.pack.id,
      account: 'a1',
      taken_at: system.at(0),
      body: event(id),
      handled,
    });
  }

  it('are sent again when no queue can hold them any more, and not while it may', async () => {
    await taken('e1');
    await taken('e2', true);
    expect(await system.sweep()).toEqual([]);
    await system.clock.advance(longestLifeMs);
    expect(await system.sweep()).toEqual([event('e1')]);
    expect(await system.sweep()).toEqual([]);
    await system.clock.advance(longestLifeMs);
    expect(await system.sweep()).toEqual([event('e1')]);
    await taken('e1', true);
    expect(await system.sweep()).toEqual([]);
  });

  it('are left once they are no news', async () => {
    await taken('e1');
    await system.clock.advance(8 * 24 * hour);
    expect(await system.sweep()).toEqual([]);
  });
});
