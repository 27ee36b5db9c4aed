/**
 * The contract of Snapshots on Google's Firestore emulator. It locks what a transaction reads,
 * as Firestore does by default; it serves queries without the index that Firestore would need.
 */
import { Firestore, Timestamp } from '@google-cloud/firestore';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { code } from '../../functions/errors.ts';
import { RampUp } from '../../functions/gcp/firestore/ramp-up.ts';
import { openFirestoreSnapshots } from '../../functions/gcp/firestore/snapshots.ts';
import {
  type Emulator,
  startFirestoreEmulator,
} from '../../functions/local/emulators/processes.ts';
import { ref } from '../../functions/records/collection.ts';
import { documentId } from '../../functions/records/document-id.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { yearPatch, yearsOf } from '../../functions/records/years.ts';
import { describeSnapshots } from '../support/contracts/snapshots-contract.ts';
import { at, thingIndexes } from '../support/contracts/snapshots-things.ts';
import { virtualClock } from '../support/virtual-clock.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startFirestoreEmulator();
});
afterAll(() => emulator.stop());

let projects = 0;

describeSnapshots('firestore', async () => {
  const options = {
    projectId: `kenko-${++projects}`,
    databaseId: 'kenko',
    emulator: emulator.host,
    indexes: thingIndexes,
  };
  const snapshots = openFirestoreSnapshots(options);
  const other = openFirestoreSnapshots(options);
  return {
    snapshots,
    other,
    async close() {
      await snapshots.close();
      await other.close();
    },
  };
});

test('a document is stored under its encoded name, with an expiry that a TTL policy sees', async () => {
  const options = { projectId: `kenko-${++projects}`, databaseId: 'kenko' };
  const snapshots = openFirestoreSnapshots({ ...options, emulator: emulator.host });
  const raw = new Firestore({
    ...options,
    host: emulator.host,
    ssl: false,
    authClient: new PassThroughClient(),
  });
  const year = ref(yearsOf('a/b'), '2026');
  const stored = async () => {
    const found = await raw.doc('accounts/a%2Fb/years/2026').get();
    const until = new Date('2028-02-05T00:00:00.000Z');
    expect(found.get('expires_at')).toEqual(Timestamp.fromDate(until));
    return found.get('days');
  };
  const merge = (date: string) =>
    snapshots.transaction(async (tx) => tx.merge(year, yearPatch('2026', { [date]: 'absent' })));
  await merge('2026-04-01');
  expect(await stored()).toEqual({ '04-01': '-' });
  await merge('2026-04-02');
  const whole = (await snapshots.get(year))?.data;
  expect(await stored()).toEqual({ '04-01': '-', '04-02': '-' });
  if (whole) await snapshots.set(year, { ...whole, days: { '04-03': '-' } });
  expect(await stored()).toEqual({ '04-03': '-' });

  const long = 'x'.repeat(2_000);
  await snapshots.set(at(long), { n: 1 });
  const hashed = await raw.collection('things').doc(documentId(long)).get();
  expect(hashed.data()).toEqual({ n: 1, '~id': long });
  await raw.terminate();
  await snapshots.close();
});

test('what makes documents is followed by a wait, and what changes them is not', async () => {
  const clock = virtualClock(new Date('2026-03-02T00:00:00Z'));
  const snapshots = openFirestoreSnapshots({
    projectId: `kenko-${++projects}`,
    databaseId: 'kenko',
    emulator: emulator.host,
    rampUp: new RampUp(clock),
  });
  const refs = Array.from({ length: 100 }, (_, i) => at(`thing-${i}`));
  const seconds: number[] = [];
  const write = async (n: number) => {
    const before = clock.now().getTime();
    await snapshots.transaction(async (tx) => {
      await tx.getAll(refs);
      for (const one of refs) tx.set(one, { n });
    });
    seconds.push((clock.now().getTime() - before) / 1000);
  };
  for (const n of [1, 2, 3]) await write(n);
  // The second waits until the first 100 writes are within 50 a second.
  expect(seconds).toEqual([0, 2, 0]);
  await snapshots.close();
});

test('firestore is opened with the indexes that are deployed', async () => {
  const snapshots = openFirestoreSnapshots({
    projectId: `kenko-${++projects}`,
    databaseId: 'kenko',
    emulator: emulator.host,
  });
  const orderBy = { field: 'started_at', direction: 'desc' } as const;
  const listed = [{ field: 'pack', op: '==', value: 'saas' }] as const;
  const unlisted = [{ field: 'date', op: '==', value: '2026-04-01' }] as const;
  const asking = (where: typeof listed | typeof unlisted) =>
    snapshots.query({ collection: runs, where, orderBy, limit: 1 });
  expect(await asking(listed)).toEqual([]);
  await expect(asking(unlisted)).rejects.toMatchObject({ code: code.badRequest });
  await snapshots.close();
});
