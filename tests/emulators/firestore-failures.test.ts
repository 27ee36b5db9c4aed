/** What Firestore's failures become: made by a proxy between the adapter and the emulator. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { code, Rejected, Retryable, Unauthorized } from '../../functions/errors.ts';
import {
  type FirestoreSnapshots,
  openFirestoreSnapshots,
} from '../../functions/gcp/firestore/snapshots.ts';
import { status } from '../../functions/gcp/grpc-failures.ts';
import {
  type Emulator,
  startFirestoreEmulator,
} from '../../functions/local/emulators/processes.ts';
import { at, things } from '../support/contracts/snapshots-things.ts';
import { type Fault, failFirst, type GrpcProxy, startGrpcProxy } from './grpc-proxy.ts';

let emulator: Emulator;
let proxy: GrpcProxy;
let snapshots: FirestoreSnapshots;
/** The same documents, seen without the proxy. */
let direct: FirestoreSnapshots;
let projects = 0;

beforeAll(async () => {
  emulator = await startFirestoreEmulator();
  proxy = await startGrpcProxy(emulator.host);
});
afterAll(async () => {
  await proxy.close();
  await emulator.stop();
});
beforeEach(() => {
  const options = { projectId: `kenko-${++projects}`, databaseId: 'kenko' };
  snapshots = openFirestoreSnapshots({ ...options, emulator: proxy.host, timeoutMs: 1_000 });
  direct = openFirestoreSnapshots({ ...options, emulator: emulator.host });
  proxy.fault = () => undefined;
  proxy.calls.length = 0;
});
afterEach(async () => {
  await snapshots.close();
  await direct.close();
});

const fault = (code: number, after = false): Fault => ({ code, details: 'made by a test', after });

/** Every kind of call, by the gRPC method it makes. */
const operations: [string, string, (of: FirestoreSnapshots) => Promise<unknown>][] = [
  ['get', 'BatchGetDocuments', (of) => of.get(at('a'))],
  ['getAll', 'BatchGetDocuments', (of) => of.getAll([at('a'), at('b')])],
  ['create', 'Commit', (of) => of.create(at('new'), { n: 1 })],
  ['set', 'Commit', (of) => of.set(at('a'), { n: 1 })],
  ['delete', 'Commit', (of) => of.delete(at('a'))],
  ['query', 'RunQuery', (of) => of.query({ collection: things, limit: 9 })],
  ['count', 'RunAggregationQuery', (of) => of.count({ collection: things })],
  ['a transaction’s read', 'BatchGetDocuments', (of) => of.transaction((tx) => tx.get(at('a')))],
  [
    'a transaction’s commit',
    'Commit',
    (of) => of.transaction(async (tx) => tx.set(at('a'), { n: 2 })),
  ],
];

test.each(operations)('one UNAVAILABLE is passed over: %s', async (_, method, run) => {
  await direct.set(at('a'), { n: 0 });
  const expected = await run(direct);
  await direct.delete(at('new'));
  proxy.fault = failFirst(1, method, fault(status.unavailable));
  const found = await run(snapshots);
  expect(JSON.stringify(found)).toBe(JSON.stringify(expected));
  expect(proxy.calls.filter((call) => call === method).length).toBeGreaterThan(1);
});

// Whatever a read ends in, the client asks three times, which takes seconds: all at once, then.
test('every failure has the class of its status, says who said what, and logs no foreign word', async () => {
  proxy.fault = () => fault(status.permissionDenied);
  const outcomes = await Promise.allSettled(operations.map(([, , run]) => run(snapshots)));
  for (const [i, outcome] of outcomes.entries()) {
    expect(outcome, operations[i]?.[0]).toMatchObject({
      status: 'rejected',
      reason: {
        name: Unauthorized.name,
        message: expect.stringMatching(/^firestore: .*PERMISSION_DENIED: made by a test/),
        summary: expect.not.stringContaining('made by'),
      },
    });
  }
});

describe('a failure that does not pass', () => {
  let once: FirestoreSnapshots;
  beforeEach(() => {
    once = openFirestoreSnapshots({
      projectId: `kenko-${projects}`,
      databaseId: 'kenko',
      emulator: proxy.host,
      maxAttempts: 1,
      timeoutMs: 300,
    });
  });
  afterEach(() => once.close());

  test.each([
    ['ABORTED', status.aborted],
    ['UNAVAILABLE', status.unavailable],
    ['RESOURCE_EXHAUSTED', status.resourceExhausted],
    ['DEADLINE_EXCEEDED', status.deadlineExceeded],
    ['INTERNAL', status.internal],
  ])('of a commit is Retryable, and nothing is written: %s', async (_, grpc) => {
    proxy.fault = (method) => (method === 'Commit' ? fault(grpc) : undefined);
    const writes = [
      once.set(at('a'), { n: 1 }),
      once.create(at('a'), { n: 1 }),
      once.transaction(async (tx) => tx.set(at('a'), { n: 1 })),
    ];
    for (const outcome of await Promise.allSettled(writes)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { name: Retryable.name, code: code.unavailable },
      });
    }
    expect(await direct.get(at('a'))).toBeUndefined();
  });

  test.each([
    'The referenced transaction has expired or is no longer valid.',
    'Transaction is invalid or closed.',
  ])('a transaction that took too long may be tried again: %s', async (details) => {
    proxy.fault = (method) =>
      method === 'Commit' ? { code: status.invalidArgument, details } : undefined;
    const running = once.transaction(async (tx) => {
      await tx.get(at('a'));
      tx.set(at('a'), { n: 1 });
    });
    await expect(running).rejects.toBeInstanceOf(Retryable);
  });

  test('a read’s failure ends the transaction, whatever the work makes of it', async () => {
    let reads = 0;
    // The first read of two succeeds, so there is a transaction that could be committed.
    proxy.fault = (method) =>
      method === 'BatchGetDocuments' && ++reads > 1 ? fault(status.permissionDenied) : undefined;
    const running = once.transaction(async (tx) => {
      await tx.get(at('a'));
      await tx.get(at('b')).catch(() => undefined);
      tx.set(at('b'), { n: 1 });
    });
    await expect(running).rejects.toBeInstanceOf(Unauthorized);
    expect(await direct.get(at('b'))).toBeUndefined();
  });
});

describe('a transaction', () => {
  test('runs again from its reads where its commit is ABORTED', async () => {
    await direct.set(at('a'), { n: 1 });
    const seen: unknown[] = [];
    proxy.fault = failFirst(1, 'Commit', fault(status.aborted));
    await snapshots.transaction(async (tx) => {
      const n = (await tx.get(at('a')))?.data.n ?? 0;
      seen.push(n);
      // Nothing is locked between the two runs.
      tx.set(at('a'), { n: n + 1 });
    });
    expect(seen).toEqual([1, 1]);
    expect((await direct.get(at('a')))?.data).toEqual({ n: 2 });
  });

  test('runs again where a read of it is ABORTED', async () => {
    let runs = 0;
    // The client itself asks three times.
    proxy.fault = failFirst(3, 'BatchGetDocuments', fault(status.aborted));
    await snapshots.transaction(async (tx) => {
      runs += 1;
      const n = (await tx.get(at('a')))?.data.n ?? 0;
      tx.set(at('a'), { n: n + 1 });
    });
    expect(runs).toBe(2);
    expect((await direct.get(at('a')))?.data).toEqual({ n: 1 });
  });

  test('is not run again for an error of the work’s own', async () => {
    let runs = 0;
    const own = new Rejected(code.conflict, 'no');
    const running = snapshots.transaction(async (tx) => {
      runs += 1;
      await tx.get(at('a'));
      throw own;
    });
    await expect(running).rejects.toBe(own);
    expect(runs).toBe(1);
  });
});

describe('a write that was done although its answer got lost', () => {
  test('is done once', async () => {
    proxy.fault = failFirst(1, 'Commit', fault(status.unavailable, true));
    await snapshots.set(at('a'), { n: 1 });
    expect((await direct.get(at('a')))?.data).toEqual({ n: 1 });
  });

  test('is found there already where it was to be created', async () => {
    proxy.fault = failFirst(1, 'Commit', fault(status.unavailable, true));
    await expect(snapshots.create(at('a'), { n: 1 })).rejects.toMatchObject({
      code: code.alreadyExists,
    });
    expect((await direct.get(at('a')))?.data).toEqual({ n: 1 });
  });

  test('conflicts with itself where it was to replace a version', async () => {
    await direct.set(at('a'), { n: 0 });
    const ifVersion = (await direct.get(at('a')))?.version;
    proxy.fault = failFirst(1, 'Commit', fault(status.unavailable, true));
    await expect(snapshots.set(at('a'), { n: 1 }, { ifVersion })).rejects.toMatchObject({
      code: code.conflict,
    });
    expect((await direct.get(at('a')))?.data).toEqual({ n: 1 });
  });
});

test('a stream of documents that breaks off is read to its end', async () => {
  for (let n = 0; n < 5; n++) await direct.set(at(`${n}`), { n });
  proxy.fault = failFirst(1, 'BatchGetDocuments', fault(status.unavailable, true));
  const found = await snapshots.getAll([0, 1, 2, 3, 4].map((n) => at(`${n}`)));
  expect(found.map((stored) => stored?.data.n)).toEqual([0, 1, 2, 3, 4]);
  proxy.fault = failFirst(1, 'RunQuery', fault(status.unavailable, true));
  const queried = await snapshots.query({ collection: things, limit: 9 });
  expect(queried.map(({ data }) => data.n)).toEqual([0, 1, 2, 3, 4]);
});
