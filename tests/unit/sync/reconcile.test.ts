/** A comparison with Salesforce that takes more than one call. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Throttled } from '../../../functions/errors.ts';
import { ref } from '../../../functions/records/collection.ts';
import { crmAccounts, straysOf, unclaimedOf } from '../../../functions/records/documents.ts';
import { nameOf, openReconciling } from '../../support/unit/reconciling.ts';

const tonight = '2026-03-02T02:00:00.000Z';
const tomorrow = '2026-03-03T02:00:00.000Z';
const minute = 60_000;
/** Pages of 2,000 accounts, the last of them half full. */
const many = 5_000;

let system: Awaited<ReturnType<typeof openReconciling>>;
beforeEach(async () => {
  system = await openReconciling(many);
});
afterEach(() => system.snapshots.close());

/** Salesforce takes so long for a page. */
const slowly = (minutes: number) => system.onRead(() => system.clock.advance(minutes * minute));

/** As Cloud Scheduler asks for what is left, until nothing is. */
async function toItsEnd() {
  for (let calls = 1; calls < 20; calls += 1) {
    const answer = await system.reconcile(tonight, { resume: true });
    if (answer.state === 'ended') return { answer, calls };
  }
  throw new Error('it has no end');
}

describe('a comparison that one call has no time for', () => {
  it('goes on with the next ones where it stopped, and comes to one report', async () => {
    slowly(15);
    const first = await system.reconcile(tonight);
    expect(first).toMatchObject({ state: 'running', complete: false, compared: 4_000 });
    expect(system.entries.at(-1)).toMatchObject({
      event: 'reconcile-progressed',
      reconciliation: `tiny~${tonight}`,
      compared: 4_000,
    });
    const { answer } = await toItsEnd();
    expect(answer).toMatchObject({ complete: true, compared: many, resent: 0 });
    expect(await system.report(answer)).toMatchObject({
      started_at: tonight,
      calls: 2,
      differing: { count: 0 },
      orphans: { count: 0 },
    });
    expect(system.events().filter((event) => event === 'reconciled')).toHaveLength(1);
    expect(new Set(system.reads.flat()).size).toBe(system.reads.flat().length);
    expect(await system.reconcile(tonight, { resume: true })).toMatchObject({
      reconciliation: null,
      state: 'ended',
    });
  });

  it('ends by itself long before Cloud Scheduler gives it up', async () => {
    const begun = system.clock.now().getTime();
    system.onRead(() => system.clock.advance(11 * minute));
    await system.reconcile(tonight);
    expect(system.clock.now().getTime() - begun).toBeLessThan(1_800_000);
  });

  it('counts what it finds once, over all its calls', async () => {
    for (const n of [10, 2_010, 4_010])
      Object.assign(system.record(nameOf(n)), { Kenko_Health__c: 99 });
    await system.snapshots.delete(ref(crmAccounts, nameOf(4_500)));
    slowly(21);
    await system.reconcile(tonight);
    const report = await system.report((await toItsEnd()).answer);
    expect(report).toMatchObject({
      compared: many - 1,
      differing: { count: 3, examples: [nameOf(10), nameOf(2_010), nameOf(4_010)] },
      fields: { Kenko_Health__c: 3 },
      unsent: { count: 1, examples: [nameOf(4_500)] },
    });
    expect(system.resent().sort()).toEqual([10, 2_010, 4_010, 4_500].map(nameOf));
    expect(system.events().filter((event) => event === 'records-differ')).toHaveLength(1);
  });

  it('that died goes on at the page where it died', async () => {
    await system.snapshots.delete(ref(crmAccounts, nameOf(2_500)));
    let pages = 0;
    system.onRead(async () => {
      pages += 1;
      if (pages === 2) throw new Error('it dies');
    });
    await expect(system.reconcile(tonight)).rejects.toThrow('it dies');
    expect(system.reads.flat()).toHaveLength(2_000);
    const again = await system.reconcile(tonight);
    expect(again).toMatchObject({ state: 'ended', complete: true, compared: many - 1 });
    expect(system.reads.flat()).toHaveLength(many - 1);
    expect((await system.report(again)).unsent.count).toBe(1);
  });

  it('waits where Salesforce has no calls left, and is not begun anew by the next night', async () => {
    await system.snapshots.delete(ref(crmAccounts, nameOf(2_500)));
    let pages = 0;
    system.onRead(async () => {
      pages += 1;
      if (pages === 2) throw new Throttled('daily-limit', 'none left');
    });
    const stopped = await system.reconcile(tonight);
    expect(stopped).toMatchObject({ state: 'waiting', complete: false, compared: 2_000 });
    expect(system.events()).toContain('sync-delayed');
    const next = await system.reconcile(tomorrow);
    expect(next).toMatchObject({
      ...stopped,
      state: 'ended',
      complete: true,
      compared: many - 1,
      resent: 1,
    });
    expect((await system.report(next)).unsent.count).toBe(1);
    expect(await system.reconcile(tomorrow)).toMatchObject({ reconciliation: `tiny~${tomorrow}` });
  });

  it('is worked on by the later of two calls at once, and counts nothing twice', async () => {
    let other: ReturnType<typeof system.reconcile> | undefined;
    system.onRead(async () => {
      if (other) return;
      other = system.reconcile(tonight, { resume: true });
      await other;
    });
    const first = await system.reconcile(tonight);
    expect(await other).toMatchObject({ state: 'ended', compared: many });
    expect(first.state).not.toBe('ended');
    expect((await system.report(first)).compared).toBe(many);
  });

  it('is asked for with a sentence where the body is wrong', async () => {
    await expect(system.reconcile(tonight, { seconds: 0 })).rejects.toThrow('"seconds"');
  });
});

describe('records that lost their account, over several calls', () => {
  const shown = (n: number) => system.record(nameOf(n)).Kenko_Health__c;
  const lose = (accounts: number) => {
    for (let n = 0; n < accounts; n += 1) system.unname(nameOf(n));
  };

  it('are emptied where they are few of all that is compared, though many of one call', async () => {
    lose(150);
    slowly(21);
    await system.reconcile(tonight);
    const { answer } = await toItsEnd();
    expect((await system.report(answer)).left.count).toBe(150);
    expect(shown(0)).toBeNull();
    expect(shown(149)).toBeNull();
    expect(shown(150)).not.toBeNull();
    const kept = await system.snapshots.count({
      collection: straysOf(answer.reconciliation ?? ''),
    });
    expect(kept).toBe(0);
  });

  it.each([300, 2_300])(
    'are left to a person where they are many of all, and nothing is kept of them: %i',
    async (lost) => {
      lose(lost);
      slowly(21);
      await system.reconcile(tonight);
      const { answer } = await toItsEnd();
      expect(shown(0)).not.toBeNull();
      expect(system.entries.filter(({ event }) => event === 'records-left')).toMatchObject([
        { left: lost, compared: many - lost },
      ]);
      const kept = await system.snapshots.count({
        collection: straysOf(answer.reconciliation ?? ''),
      });
      expect(kept).toBe(0);
    },
  );
});

describe('records that are nobody’s and show something', () => {
  const keptOf = async (id: string | null) =>
    system.snapshots.count({ collection: unclaimedOf(id ?? '') });

  it('are told from what people typed over several calls, and nothing is kept of them', async () => {
    const copied = { ...system.record(nameOf(4_999)), [system.externalId]: null };
    system.make(3, copied);
    slowly(21);
    await system.reconcile(tonight);
    const { answer, calls } = await toItsEnd();
    expect(calls).toBeGreaterThan(1);
    const report = await system.report(answer);
    expect(report).toMatchObject({ unclaimed: 3, left: { count: 3 }, typed: { count: 0 } });
    expect(copied.Kenko_Health__c).toBeNull();
    expect(await keptOf(answer.reconciliation)).toBe(0);
  });

  it('are not judged where they are too many to hold, which is said, and others are emptied', async () => {
    const typed = { Kenko_Owner__c: 'somebody@example.com' };
    system.make(10_001, typed);
    system.unname(nameOf(1));
    const report = await system.report(await system.reconcile(tonight));
    expect(report).toMatchObject({ unclaimed: 10_002, left: { count: 1 }, typed: { count: 0 } });
    expect(system.record(nameOf(1)).Kenko_Health__c).toBeNull();
    expect(system.entries.filter(({ event }) => event === 'records-left')).toMatchObject([
      { severity: 'ERROR', unclaimed: 10_002 },
    ]);
    expect(typed.Kenko_Owner__c).toBe('somebody@example.com');
    expect(await keptOf(`tiny~${tonight}`)).toBe(0);
  });
});
