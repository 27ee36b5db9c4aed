/**
 * Accounts that nothing shows any more become absent: those that only an earlier revision of a date had,
 * and those of a replaced pack. A pack that only got another name keeps all that it had.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { Retryable } from '../../functions/errors.ts';
import { ref } from '../../functions/records/collection.ts';
import { accounts, overrides } from '../../functions/records/documents.ts';
import { entries } from '../../functions/records/entries.ts';
import { portfolios } from '../../functions/records/portfolio-counts.ts';
import {
  calendars,
  days,
  type PackDocument,
  packs,
  type RunDocument,
  runs,
} from '../../functions/records/run-documents.ts';
import {
  episodes,
  movedBy,
  movedDocumentOf,
  rulesDigests,
  signalDocuments,
} from '../../functions/records/signal-documents.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, nextDay, usage } from '../support/system/tiny-data.ts';
import { signalPackFiles } from '../support/system/tiny-signals.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';

let system: TestSystem;
afterEach(() => system.close());

const run = (slot: string) => system.run(slot);

const ghostIsListed = (date: string): Promise<void> =>
  execute(system, [
    `INSERT INTO source.accounts VALUES ('ghost', 'Test', 'csm-0@example.com', NULL, NULL)`,
    usage('ghost', date, 9, 900),
  ]);

/** A test account, or a mistake of the feed. */
async function ghostComes(date: string): Promise<void> {
  await ghostIsListed(date);
  system.salesforce.seedAccounts([{ Kenko_Account_Id__c: 'ghost', Name: 'ghost' }]);
}

async function ghostGoes(): Promise<void> {
  await execute(system, [
    `DELETE FROM source.accounts WHERE account_id = 'ghost'`,
    `DELETE FROM source.usage_daily WHERE account_id = 'ghost'`,
  ]);
}

/** What people see of it: its document, and its record in Salesforce. */
async function shown() {
  const document = await system.runtime.snapshots.get(ref(accounts, 'ghost'));
  const record = system.salesforce.accounts().find(({ Kenko_Account_Id__c: id }) => id === 'ghost');
  return { state: document?.data.state, band: record?.Kenko_Band__c ?? null };
}

const gone = { state: 'absent', band: null };

describe('an account that only an earlier revision of a date showed', () => {
  it('case 20e: is absent with the next revision, and on the days after', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await run(monday);
    await nextDay(system, '2026-03-02');
    await ghostComes('2026-03-02');
    await run(tuesday);
    expect(await shown()).toEqual({ state: 'active', band: 'green' });
    await ghostGoes();
    await run('2026-03-02T18:00:00Z');
    expect(await shown()).toEqual(gone);
    await nextDay(system, '2026-03-03');
    await run('2026-03-03T17:00:00Z');
    expect(await shown()).toEqual(gone);
    // Its absence is reported once.
    const rows = await system.warehouse.query(
      `SELECT date, state FROM score_history WHERE account_id = 'ghost'`,
    );
    expect(rows).toEqual([{ date: '2026-03-02', state: 'absent' }]);
  });

  it('is absent where the date is the first of all', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await ghostComes('2026-03-01');
    await run(monday);
    await ghostGoes();
    await run('2026-03-01T18:00:00Z');
    expect(await shown()).toEqual(gone);
  });

  it('is absent where the revision without it could not be published before the next', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await run(monday);
    await nextDay(system, '2026-03-02');
    await ghostComes('2026-03-02');
    await run(tuesday);
    await ghostGoes();
    const { bus } = system.runtime;
    const publish = bus.publish.bind(bus);
    bus.publish = async (queue, messages) => {
      if (queue !== 'publish-shards') await publish(queue, messages);
    };
    const { run: stuck } = (await system.score('2026-03-02T18:00:00Z')) as { run: string };
    await system.bus.idle();
    expect((await system.runtime.snapshots.get(ref(runs, stuck)))?.data.state).toBe('publishing');
    await system.clock.advance(16 * 60_000);
    await system.score('2026-03-02T19:00:00Z');
    await system.bus.idle();
    bus.publish = publish;
    await system.settle();
    expect(await shown()).toEqual(gone);
  });

  it('comes back with the revision that has it again', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await ghostComes('2026-03-01');
    await run(monday);
    await ghostGoes();
    await run('2026-03-01T18:00:00Z');
    await ghostIsListed('2026-03-01');
    await run('2026-03-01T19:00:00Z');
    expect(await shown()).toEqual({ state: 'active', band: 'green' });
  });
});

describe('an account that only a replaced pack had', () => {
  it('is absent when that pack is retired, and those of both packs stay', async () => {
    system = await openTestSystem();
    await createWorld(system);
    await ghostComes('2026-03-01');
    await run(monday);
    await ghostGoes();
    // The pack has another name from here on.
    const { pack } = system.runtime;
    system.runtime.pack = { ...pack, id: 'small' };
    const retire = () =>
      postJson(`${system.url('api')}/v1/packs/tiny/retire`, {
        author: 'ops@example.com',
        reason: 'It is called small now.',
      });
    await expect(retire()).rejects.toThrow(/No run of small has finished yet/);
    await nextDay(system, '2026-03-02');
    await run(tuesday);
    expect(await shown()).toEqual({ state: 'active', band: 'green' });
    expect(await retire()).toEqual({ pack: 'tiny', accounts: 1 });
    await sweep(system.runtime);
    await system.settle();
    expect(await shown()).toEqual(gone);
    const others = await system.runtime.snapshots.query({ collection: accounts, limit: 100 });
    expect(others.filter(({ data }) => data.state === 'active')).toHaveLength(9);
    expect(await retire()).toEqual({ pack: 'tiny', accounts: 0 });
    expect(await system.runtime.snapshots.get(ref(portfolios, 'tiny'))).toBeUndefined();
  });
});

describe('a pack that got another name', () => {
  const post = (path: string, body: object) => postJson(`${system.url('api')}${path}`, body);
  const by = { author: 'ops@example.com', reason: 'It is called small now.' };
  const move = (old = 'tiny', to = 'small') => post(`/v1/packs/${old}/move`, { ...by, to });
  const rename = (id: string) => {
    system.runtime.pack = { ...system.runtime.pack, id };
  };
  const get = async <T>(path: string): Promise<T> =>
    (await fetch(`${system.url('api')}${path}`)).json() as Promise<T>;
  const sent = () => system.slack.messages().length;

  const idle = ["UPDATE source.usage_daily SET minutes = 1 WHERE account_id = 'a4'"];

  /** A day of the old pack: an override, a note, and episodes that people were notified of. */
  async function begin(): Promise<void> {
    system = await openTestSystem({ files: signalPackFiles() });
    await createWorld(system);
    await run(monday);
    await post('/v1/accounts/a9/overrides', {
      ...{ score: 'health', band: 'red', reason: 'They said so.' },
      ...{ author: 'csm@example.com', until: '2026-06-01T00:00:00Z' },
    });
    await post('/v1/accounts/a9/notes', { author: 'csm@example.com', text: 'They are leaving.' });
    await nextDay(system, '2026-03-02');
    await execute(system, idle);
    await run(tuesday);
  }

  it('keeps history, overrides, notes and episodes under the new one', async () => {
    await begin();
    const episodesBefore = await get<{ episodes: object[] }>('/v1/episodes');
    expect(episodesBefore.episodes.length).toBeGreaterThan(0);
    const before = sent();
    expect(before).toBeGreaterThan(0);
    const counted = (await system.runtime.snapshots.get(ref(portfolios, 'tiny')))?.data;
    expect(counted?.overridden).toMatchObject([{ band: 'red', accounts: 1 }]);
    rename('small');
    expect(await move()).toMatchObject({ pack: 'tiny', to: 'small', done: true });
    expect(await move()).toEqual({ pack: 'tiny', to: 'small', moved: 0, done: true });
    expect(await get('/v1/episodes')).toEqual(episodesBefore);
    const carried = (await system.runtime.snapshots.get(ref(portfolios, 'small')))?.data;
    expect(carried).toEqual({ ...counted, pack: 'small' });
    await nextDay(system, '2026-03-03');
    await execute(system, [...idle, `${idle[0]} OR account_id = 'a5'`]);
    const next = await run('2026-03-03T17:00:00Z');
    expect(next).toMatchObject({ pack: 'small', state: 'finished', before_date: '2026-03-02' });
    expect(next.moves).toMatchObject({ since: '2026-03-02', shown: 9, gone: 0 });
    expect(next.equal_rows_published).toBe(true);
    const a9 = (await system.runtime.snapshots.get(ref(accounts, 'a9')))?.data;
    expect(a9).toMatchObject({ pack: 'small', scores: { health: { band: 'red' } } });
    const log = await get<{ entries: object[] }>('/v1/accounts/a9/log');
    expect(JSON.stringify(log)).toContain('They are leaving.');
    const listed = await get<{ runs: { date: string }[] }>('/v1/runs');
    expect(listed.runs.map(({ date }) => date).sort()).toEqual([
      '2026-03-01',
      '2026-03-02',
      '2026-03-03',
    ]);
    // What goes on is not said again, and what begins is said as ever.
    expect(sent()).toBe(before + 1);
    expect(system.slack.messages().at(-1)?.text).toContain('Account 5');
    for (const collection of [
      accounts,
      calendars,
      days,
      runs,
      overrides,
      entries,
      episodes,
      portfolios,
      signalDocuments,
    ]) {
      const where = [{ field: 'pack', op: '==', value: 'tiny' }] as const;
      const left = await system.runtime.snapshots.count({ collection: collection as never, where });
      expect([collection.path, left]).toEqual([collection.path, 0]);
    }
  });

  it('may have its old name back', async () => {
    await begin();
    const { snapshots } = system.runtime;
    const digest = { date: '2026-03-02', run: 'r', rules_hash: 'h', owners: null, done: true };
    await snapshots.set(ref(rulesDigests, 'tiny'), { pack: 'tiny', ...digest });
    const moved = movedDocumentOf('r', '2026-03-02', []);
    await snapshots.set(ref(movedBy('tiny'), 'r~a1'), moved);
    rename('small');
    await move();
    expect(await snapshots.get(ref(rulesDigests, 'tiny'))).toBeUndefined();
    expect(await snapshots.get(ref(movedBy('tiny'), 'r~a1'))).toBeUndefined();
    rename('tiny');
    expect(await move('small', 'tiny')).toMatchObject({ done: true });
    const kept = (await snapshots.get(ref(rulesDigests, 'tiny')))?.data;
    expect(kept).toEqual({ pack: 'tiny', ...digest });
    expect((await snapshots.get(ref(movedBy('tiny'), 'r~a1')))?.data.run).toBe('r');
    await nextDay(system, '2026-03-03');
    const next = await run('2026-03-03T17:00:00Z');
    expect(next).toMatchObject({ pack: 'tiny', state: 'finished', before_date: '2026-03-02' });
  });

  it('begins no run before all is moved, and sweep goes on with what was left', async () => {
    await begin();
    rename('small');
    const { snapshots } = system.runtime;
    const query = snapshots.query.bind(snapshots);
    snapshots.query = async (given) => {
      if (given.collection.path === 'accounts') throw new Retryable('unavailable', 'It is down.');
      return query(given);
    };
    await expect(move()).rejects.toThrow();
    await nextDay(system, '2026-03-03');
    const { run: id } = (await system.score('2026-03-03T17:00:00Z')) as { run: string };
    await system.bus.idle();
    const state = async () => (await snapshots.get(ref(runs, id)))?.data;
    expect(await state()).toMatchObject({ state: 'waiting' });
    snapshots.query = query;
    await system.settle();
    expect(await state()).toMatchObject({ state: 'finished', before_date: '2026-03-02' });
    expect(system.entries.filter(({ event }) => event === 'pack-moved')).toHaveLength(1);
  });

  it('is moved only where that harms nothing', async () => {
    await begin();
    await expect(move()).rejects.toThrow(/tiny runs here: deploy the pack under its new name/);
    rename('small');
    await expect(move('tiny', 'other')).rejects.toThrow(/small runs here/);
    await expect(move('nothing')).rejects.toThrow(/There is no pack nothing of which a run/);
    const { snapshots } = system.runtime;
    const { id: last } = await run('2026-03-02T18:00:00Z');
    const data = (await snapshots.get(ref(runs, last)))?.data as RunDocument;
    const lease = { run: last, token: data.token, until: '2030-01-01T00:00:00.000Z' };
    const mine = (await snapshots.get(ref(packs, 'small')))?.data as PackDocument;
    await snapshots.set(ref(runs, last), { ...data, state: 'scoring' });
    await snapshots.set(ref(packs, 'small'), { ...mine, lease });
    await expect(move()).rejects.toThrow(/of small is scoring; tiny is moved when it has finished/);
    await snapshots.set(ref(runs, last), { ...data, pack: 'tiny', state: 'publishing' });
    await expect(move()).rejects.toThrow(/of tiny is publishing; tiny is moved when/);
  });
});
