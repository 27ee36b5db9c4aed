import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { createLog } from '../../../functions/log.ts';
import type { Outgoing } from '../../../functions/ports/bus.ts';
import type { Snapshots } from '../../../functions/ports/snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { type PackDocument, packs, runs } from '../../../functions/records/run-documents.ts';
import { decideHeldRun } from '../../../functions/runs/held-runs.ts';
import { noLease } from '../../../functions/runs/leases.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { runOf } from '../../support/api/documents.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const decision = { author: 'ops@example.com', reason: 'We changed the rules.' };

let snapshots: Snapshots & { close(): void };
let sent: Outgoing[];
let runtime: Runtime;

beforeEach(async () => {
  snapshots = openSqliteSnapshots({ path: ':memory:' });
  sent = [];
  const clock = virtualClock(new Date('2026-11-24T00:00:00Z'));
  const bus = { publish: async (_: string, messages: Outgoing[]) => void sent.push(...messages) };
  const log = createLog(() => undefined, clock);
  runtime = { snapshots, clock, bus, log } as unknown as Runtime;
  await snapshots.set(ref(runs, 'held'), runOf({ state: 'held', token: 4 }));
  await holder({ next_token: 6 });
});
afterEach(() => snapshots.close());

const holder = (change: Partial<PackDocument>): Promise<void> =>
  snapshots.set(ref(packs, 'saas'), { ...noLease, ...change });

const decide = (action: 'release' | 'discard') =>
  decideHeldRun(runtime, 'held', { ...decision, action });

describe('a held run', () => {
  it('goes on under a new lease when it is released, and a repeated decision does nothing', async () => {
    const run = await decide('release');
    expect(run).toMatchObject({ state: 'closing', token: 6, decision: { action: 'release' } });
    const pack = (await snapshots.get(ref(packs, 'saas')))?.data;
    expect(pack).toMatchObject({ lease: { run: 'held', token: 6 }, next_token: 7 });
    expect(await decide('release')).toEqual(run);
    expect((await snapshots.get(ref(packs, 'saas')))?.data).toEqual(pack);
    expect(sent).toHaveLength(2);
  });

  it('takes no lease when it is discarded', async () => {
    expect(await decide('discard')).toMatchObject({ state: 'discarded', token: 4 });
    expect((await snapshots.get(ref(packs, 'saas')))?.data).toMatchObject({ lease: null });
  });

  it('cannot be released while another run is under way, but discarded', async () => {
    await holder({ lease: { run: 'other', token: 5, until: '2026-11-24T00:15:00.000Z' } });
    await expect(decide('release')).rejects.toThrow(/while other is under way/);
    expect(await decide('discard')).toMatchObject({ state: 'discarded' });
  });

  it('cannot be released once a newer one is closed', async () => {
    const current = { date: '2026-11-24', slot: '2026-11-24T15:00:00Z', revision: 1, run: 'newer' };
    await holder({ current });
    await expect(decide('release')).rejects.toThrow(/newer is newer and closed already/);
  });
});
