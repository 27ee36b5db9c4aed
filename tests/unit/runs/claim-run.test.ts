import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { momentOf } from '../../../functions/inputs/moments.ts';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import type { Snapshots } from '../../../functions/ports/snapshots.ts';
import { ref } from '../../../functions/records/collection.ts';
import { packs, type RunDocument, runs } from '../../../functions/records/run-documents.ts';
import { type Claim, claimRun } from '../../../functions/runs/claim-run.ts';
import { changeRun } from '../../../functions/runs/leases.ts';

const daily = { zone: 'Asia/Tokyo', asOf: 'midnight' as const };
const minute = 60_000;

let snapshots: Snapshots & { close(): void };
let now: Date;

beforeEach(() => {
  snapshots = openSqliteSnapshots({ path: ':memory:' });
  now = new Date('2026-03-02T00:00:00.000Z');
});
afterEach(() => snapshots.close());

const later = (ms: number): void => {
  now = new Date(now.getTime() + ms);
};

const claim = (slot: string): Promise<Claim> =>
  claimRun(snapshots, {
    pack: 'tiny',
    kind: 'scheduled',
    moment: momentOf(slot, daily),
    rulesHash: 'rules',
    engineHash: 'engine',
    now,
  });

const first = '2026-03-01T15:00:00Z';
const second = '2026-03-02T15:00:00Z';

async function change({ id, run }: Claim, changes: Partial<RunDocument>): Promise<void> {
  await snapshots.set(ref(runs, id), { ...run, ...changes });
}

/** The run is closed: what people see is its. */
async function close({ id, run }: Claim): Promise<void> {
  await changeRun(snapshots, id, run, [run.state], now, () => ({ state: 'finished' }), {
    release: true,
    current: ({ date, slot }) => ({ date, slot, revision: 1, run: id }),
  });
}

describe('a slot that is claimed', () => {
  it('is one run however often, under one token', async () => {
    const once = await claim(first);
    const again = await claim(first);
    expect(once).toMatchObject({ holds: true, run: { state: 'preparing', token: 1, attempt: 1 } });
    expect(again).toEqual(once);
  });

  it('is not claimed again once it has ended, nor counted as behind itself', async () => {
    const ended = await claim(first);
    await close(ended);
    expect(await claim(first)).toMatchObject({ holds: false, run: { state: 'finished' } });
    await change(ended, { state: 'failed' });
    expect(await claim(first)).toMatchObject({ holds: true, run: { state: 'preparing' } });
  });

  it('starts over with tables of its own where it failed', async () => {
    const failed = await claim(first);
    // As sweep ends one that never came through: it keeps its lease.
    await change(failed, { state: 'failed', failure: { code: 'expired', message: 'Too late.' } });
    const again = await claim(first);
    expect(again).toMatchObject({
      holds: true,
      run: { state: 'preparing', attempt: 2, token: 2, failure: null },
    });
    expect(await claim(first)).toEqual(again);
  });

  it('is superseded where a later slot or date is closed already', async () => {
    await close(await claim(second));
    expect(await claim(first)).toMatchObject({ holds: false, run: { state: 'superseded' } });
    expect(await claim('2026-03-02T14:59:00Z')).toMatchObject({ run: { state: 'superseded' } });
    expect(await claim('2026-03-02T15:01:00Z')).toMatchObject({ holds: true });
  });
});

describe('while another run is under way', () => {
  it('a slot waits until its lease is free or has expired', async () => {
    const holder = await claim(first);
    expect(await claim('2026-03-01T16:00:00Z')).toMatchObject({ holds: false, holder: holder.id });
    later(14 * minute);
    expect(await claim('2026-03-01T16:00:00Z')).toMatchObject({ holds: false });
    later(2 * minute);
    expect(await claim('2026-03-01T16:00:00Z')).toMatchObject({ holds: true, run: { token: 2 } });
    expect((await snapshots.get(ref(packs, 'tiny')))?.data.next_token).toBe(3);
  });

  it('one that is closing keeps its lease: it may be between its copy and its commit', async () => {
    const holder = await claim(first);
    await change(holder, { state: 'closing' });
    later(60 * minute);
    expect(await claim('2026-03-01T16:00:00Z')).toMatchObject({ holds: false, holder: holder.id });
  });

  it('a later date waits for an earlier one, but not for ever', async () => {
    const earlier = await claim(first);
    later(60 * minute);
    expect(await claim(second)).toMatchObject({ holds: false, holder: earlier.id });
    later(5 * 60 * minute);
    expect(await claim(second)).toMatchObject({ holds: true });
  });

  it('what is left to be published is published whoever holds the lease', async () => {
    const earlier = await claim(first);
    await change(earlier, { state: 'publishing' });
    later(7 * 60 * minute);
    await claim(second);
    expect(await claim(first)).toMatchObject({ holds: true, run: { state: 'publishing' } });
  });
});
