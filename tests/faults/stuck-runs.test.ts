/** Runs that are scored and do not come to their end: an alert says why, and what is mended goes on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { code, Rejected, Unauthorized } from '../../functions/errors.ts';
import { ref } from '../../functions/records/collection.ts';
import { type RunState, runs, shardsOf } from '../../functions/records/run-documents.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, nextDay } from '../support/system/tiny-data.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';

let system: TestSystem;
beforeEach(async () => {
  system = await openTestSystem();
  await createWorld(system);
  await system.run(monday);
  await nextDay(system, '2026-03-02');
});
afterEach(() => system.close());

const refused = (what: string) => new Rejected(code.invalidData, `${what} is broken`);
const stored = async (id: string) => (await system.runtime.snapshots.get(ref(runs, id)))?.data;
const alerts = () => system.entries.filter(({ event }) => event === 'run-stuck');

/** Puts another function in a port's place. @returns what puts it back */
function broken<Port extends object, Name extends keyof Port & string>(
  port: Port,
  name: Name,
  by: (was: Port[Name]) => Port[Name],
): () => void {
  const was = port[name];
  const bound = (was as (...given: unknown[]) => unknown).bind(port) as Port[Name];
  port[name] = by(bound);
  return () => {
    port[name] = was;
  };
}

/** Whether the run of Tuesday is closed. */
const isClosed = () => system.entries.filter(({ event }) => event === 'run-closed').length > 1;

/** Two hours in which everything is tried again and again, up to the dead letters. */
async function twoHours(): Promise<void> {
  await system.bus.idle();
  for (let sweeps = 0; sweeps < 12; sweeps += 1) {
    await system.clock.advance(11 * 60_000);
    await sweep(system.runtime).catch(() => undefined);
    await system.bus.idle();
  }
}

const breakCopy = () =>
  broken(system.runtime.warehouse, 'replacePartition', () => async () => {
    throw refused('the copy');
  });

/** The history is copied, and the run cannot say so. */
const breakCommit = () =>
  broken(
    system.runtime.snapshots,
    'transaction',
    (transaction) => (work) =>
      transaction((tx) =>
        work({
          ...tx,
          get: async (wanted) => {
            if (wanted.collection.path === 'days') throw refused('the document');
            return tx.get(wanted);
          },
          getAll: (wanted) => tx.getAll(wanted),
          set: (target, data) => tx.set(target, data),
          create: (target, data) => tx.create(target, data),
          delete: (target) => tx.delete(target),
        }),
      ),
  );

/** How something is broken, what the alert has to say, and in which state the run stays. */
const breaks: [string, RunState, RegExp, () => () => void][] = [
  ['the copy into the history', 'closing', /the copy is broken/, breakCopy],
  [
    'the right to copy',
    'closing',
    /may not copy/,
    () =>
      broken(system.runtime.warehouse, 'replacePartition', () => async () => {
        throw new Unauthorized('denied', 'it may not copy');
      }),
  ],
  [
    'the history after the copy',
    'closing',
    /the history is broken/,
    () =>
      broken(system.runtime.warehouse, 'query', (query) => async (sql, given) => {
        if (sql.startsWith('SELECT DISTINCT rules_hash')) throw refused('the history');
        return query(sql, given);
      }),
  ],
  ['the step that makes it current', 'closing', /the document is broken/, breakCommit],
  [
    'the queue of shards',
    'publishing',
    /the topic is broken/,
    () =>
      broken(system.runtime.bus, 'publish', (publish) => async (queue, messages) => {
        if (queue === 'publish-shards') throw refused('the topic');
        return publish(queue, messages);
      }),
  ],
  [
    'the document of a shard',
    'publishing',
    /the document is broken/,
    () =>
      broken(system.runtime.snapshots, 'get', (get) => async (wanted) => {
        const isShard = wanted.collection.path.endsWith('/shards');
        if (isShard && isClosed()) throw refused('the document');
        return get(wanted);
      }),
  ],
  [
    'the table of its results',
    'publishing',
    /the table is broken/,
    () =>
      broken(system.runtime.warehouse, 'read', (read) => (request) => {
        if (isClosed() && String(request.table).startsWith('staging')) throw refused('the table');
        return read(request);
      }),
  ],
  [
    'the end of its tables',
    'publishing',
    /may not drop/,
    () =>
      broken(system.runtime.warehouse, 'dropTable', () => async () => {
        throw new Unauthorized('denied', 'it may not drop a table');
      }),
  ],
];

describe('a run whose end is broken', () => {
  it.each(breaks)(
    'raises an alert that says so, and ends when it is mended: %s',
    async (...given) => {
      const [, state, reason, breakIt] = given;
      const mend = breakIt();
      const { run: id } = (await system.score(tuesday).catch(() => ({ run: '' }))) as {
        run: string;
      };
      await twoHours();
      const run = id === '' ? 'tiny-2026-03-02-20260302T170000Z' : id;
      expect(alerts().at(-1)).toMatchObject({ severity: 'ERROR', run, state });
      expect(alerts().at(-1)?.reason).toMatch(reason);
      expect(await stored(run)).toMatchObject({
        state,
        failure: { message: alerts().at(-1)?.reason },
      });
      mend();
      await system.settle();
      expect(await stored(run)).toMatchObject({ state: 'finished', failure: null });
      const next = await system.run('2026-03-02T18:00:00Z');
      expect(next).toMatchObject({ state: 'finished', revision: 2 });
    },
  );
});

describe('a run that cannot end', () => {
  it('says which of its shards are gone', async () => {
    const mend = broken(system.runtime.bus, 'publish', (publish) => async (queue, messages) => {
      const [message] = queue === 'publish-shards' ? messages : [];
      const id = message && (message.body as { run: string }).run;
      if (id) await system.runtime.snapshots.delete(ref(shardsOf(id, { attempt: 1 }), '0'));
      await publish(queue, messages);
    });
    const { run: id } = (await system.score(tuesday)) as { run: string };
    await twoHours();
    mend();
    const reason = 'The run has 3 shards, and documents of 2 are there.';
    expect(alerts().at(-1)).toMatchObject({ run: id, state: 'publishing', reason });
  });

  it('is named though its document cannot be read', async () => {
    const reason = 'runs/tiny is malformed';
    const mend = broken(system.runtime.snapshots, 'query', (query) => async (given) => {
      if (given.collection.path === runs.path) throw new Rejected(code.invalidData, reason);
      return query(given);
    });
    await sweep(system.runtime).catch(() => undefined);
    mend();
    expect(alerts()).toMatchObject([{ severity: 'ERROR', code: code.invalidData, reason }]);
  });

  it('ends though its pack was renamed meanwhile', async () => {
    const mend = broken(system.runtime.bus, 'publish', (publish) => async (queue, messages) => {
      if (queue !== 'publish-shards') await publish(queue, messages);
    });
    const { run: id } = (await system.score(tuesday)) as { run: string };
    await system.bus.idle();
    system.runtime.pack = { ...system.runtime.pack, id: 'small' };
    await twoHours();
    expect(alerts().at(-1)).toMatchObject({ run: id, state: 'publishing' });
    mend();
    await system.settle();
    expect(await stored(id)).toMatchObject({ state: 'finished', pack: 'tiny' });
  });
});

describe('a copy into the history that is refused for good', () => {
  const discard = (id: string) =>
    postJson(`${system.url('api')}/v1/runs/${id}/discard`, {
      ...{ author: 'ops@example.com', reason: 'The table is gone.' },
    });

  it.each<[string, () => () => void]>([
    ['since the tables differ', breakCopy],
    [
      'since the results are gone',
      () =>
        broken(system.runtime.warehouse, 'replacePartition', (copy) => async (request) => {
          await system.runtime.warehouse.dropTable(request.from);
          await copy(request);
        }),
    ],
  ])('may be discarded, and the next run begins: %s', async (_, breakIt) => {
    const mend = breakIt();
    const { run: id } = (await system.score(tuesday)) as { run: string };
    await twoHours();
    expect(await stored(id)).toMatchObject({ state: 'closing', failure: { code: 'copy-failed' } });
    expect(alerts().at(-1)).toMatchObject({ run: id, state: 'closing', code: 'copy-failed' });
    await discard(id);
    mend();
    expect((await stored(id))?.state).toBe('discarded');
    await system.settle();
    const next = await system.run('2026-03-02T18:00:00Z');
    expect(next).toMatchObject({ state: 'finished', revision: 1 });
  });

  it('may not be once it has worked: what was copied becomes current', async () => {
    const mend = breakCommit();
    const { run: id } = (await system.score(tuesday)) as { run: string };
    await twoHours();
    await expect(discard(id)).rejects.toThrow(/is closing; only a held run/);
    mend();
    await system.settle();
    expect(await stored(id)).toMatchObject({ state: 'finished', revision: 1 });
  });
});
