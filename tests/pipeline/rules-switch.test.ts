/** A new version of the rules harms nobody: what it moves is said once to each owner, and no more. */
import { afterEach, describe, expect, it } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { ref } from '../../functions/records/collection.ts';
import {
  type EpisodeDocument,
  episodeId,
  episodes,
  rulesDigests,
} from '../../functions/records/signal-documents.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import {
  accountIds,
  createWorld,
  execute,
  furtherAccounts,
  furtherIds,
  usage,
} from '../support/system/tiny-data.ts';
import { channels, signalPackFiles, watchedSignals } from '../support/system/tiny-signals.ts';

let system: TestSystem;
afterEach(() => system.close());

const read = (path: string): string => signalPackFiles().get(path) ?? '';
const card = read('rules/tiny/scorecards/all.yaml');
const breaker = (share: number) => ({
  'rules/tiny/pack.yaml': `${read('rules/tiny/pack.yaml')}breaker: { share: ${share} }\n`,
});
const held = breaker(0.25);
const lenientBreaker = breaker(0.5);
const files = (changes: Record<string, string> = {}) =>
  signalPackFiles({ 'rules/tiny/signals.yaml': watchedSignals, ...changes });

/** Four of twelve accounts move: a2 and a3 to red, a5 and a6 to yellow. */
const stricter = {
  'rules/tiny/scorecards/all.yaml': card
    .replace('version: 1.0.0', 'version: 2.0.0')
    .replace('[50, 20], [150, 40]', '[50, 10], [150, 20]'),
};

/** A day on which everybody goes on as before. */
const day = (date: string): Promise<void> =>
  execute(system, [
    ...accountIds.map((account, i) => usage(account, date, i, 8 * i)),
    ...furtherIds.map((account) => usage(account, date, 6, 60)),
  ]);

const run = (date: string, hour = 17) => system.run(`${date}T${hour}:00:00Z`);

/** Lets sweeps pass that ask for digests and bring up what waits. */
async function sweeps(): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await system.clock.advance(11 * 60_000);
    await system.sweep(system.clock.now().toISOString());
    await system.settle();
  }
}

/** A first day by the rules of before; messages that come later are what tests look at. */
async function begin(given = files()): Promise<void> {
  system = await openTestSystem({ files: given });
  await createWorld(system);
  await furtherAccounts(system);
  await run('2026-03-01');
  await sweeps();
  await day('2026-03-02');
  seen = system.slack.messages().length;
}
let seen = 0;
const messages = () => system.slack.messages().slice(seen);
const alerts = () => messages().filter(({ channel }) => channel === channels.alerts);

function use(given: Map<string, string>): void {
  system.runtime.packFiles = given;
  system.runtime.pack = parsePack(given);
}

const episode = async (account: string, signal: string): Promise<EpisodeDocument | undefined> =>
  (await system.runtime.snapshots.get(ref(episodes, episodeId(account, signal))))?.data;

const toOwners = [
  [
    '*Tiny: new rules of 2026-03-02* (csm-0@example.com)',
    '2 accounts stand differently because the rules changed, not the customers. No message or task follows for each.',
    '• *Account 3*: Health Yellow → Red (Minutes (7 days) −10); In red',
    '• *Account 5*: Health Green → Yellow (Minutes (7 days) −20)',
  ].join('\n'),
  [
    '*Tiny: new rules of 2026-03-02* (csm-1@example.com)',
    '2 accounts stand differently because the rules changed, not the customers. No message or task follows for each.',
    '• *Account 2*: Health Yellow → Red (Minutes (7 days) −10); In red',
    '• *Account 6*: Health Green → Yellow (Minutes (7 days) −20)',
  ].join('\n'),
];

describe('a version that moves a third of the accounts', () => {
  it('sends one digest an owner, no other message, and makes no task', async () => {
    await begin();
    use(files(stricter));
    expect(await run('2026-03-02')).toMatchObject({
      state: 'finished',
      moves: { shown: 12, band_changed: 4 },
    });
    await sweeps();
    expect(messages().map(({ text }) => text)).toEqual(toOwners);
    expect(messages().every(({ channel }) => channel === channels.daily)).toBe(true);
    expect(system.salesforce.tasks()).toEqual([]);
    expect(await episode('a2', 'in_red')).toMatchObject({
      ...{ state: 'open', silent: true, deliveries: [], digest: 'none' },
    });
    // Later runs, of the day and of the next, have nothing more to say.
    await run('2026-03-02', 18);
    await day('2026-03-03');
    await run('2026-03-03');
    await sweeps();
    expect(messages()).toHaveLength(2);
    expect(system.salesforce.tasks()).toEqual([]);
  });

  it('is held where the pack allows less, and sends no more when a person releases it', async () => {
    await begin(files(held));
    use(files({ ...held, ...stricter }));
    const { id, state } = await run('2026-03-02');
    await sweeps();
    expect(state).toBe('held');
    expect(messages()).toEqual([]);
    const decision = { author: 'ops@example.com', reason: 'The new version.' };
    await postJson(`${system.url('api')}/v1/runs/${id}/release`, decision);
    await system.settle();
    await sweeps();
    expect(messages().map(({ text }) => text)).toEqual(toOwners);
    expect(system.salesforce.tasks()).toEqual([]);
  });

  it('swallows nothing that customers do on the same day', async () => {
    await begin(files(lenientBreaker));
    await execute(system, [
      "UPDATE source.usage_daily SET minutes = 0, active_users = 0 WHERE account_id = 'a9'",
    ]);
    use(files({ ...lenientBreaker, ...stricter }));
    await run('2026-03-02');
    await sweeps();
    expect(await episode('a9', 'in_red')).toMatchObject({ silent: false });
    expect(alerts().map(({ text }) => /🔴 (.*)/.exec(text)?.[1])).toEqual([
      'Few minutes: *Account 9*',
      'In red: *Account 9*',
    ]);
    expect(system.salesforce.tasks()).toHaveLength(2);
    expect(messages()).toHaveLength(4);
  });
});

describe('other limits', () => {
  it('of bands are what the digest gives as the reason', async () => {
    await begin();
    const bands = read('rules/tiny/bands.yaml').replace('from: 40', 'from: 50');
    use(files({ 'rules/tiny/bands.yaml': bands }));
    await run('2026-03-02');
    await sweeps();
    expect(alerts()).toEqual([]);
    expect(messages().map(({ text }) => text.split('\n').at(-1))).toEqual([
      '• *Account 3*: Health Yellow → Red (limits of the bands); In red',
      '• *Account 2*: Health Yellow → Red (limits of the bands); In red',
    ]);
  });

  it('of a condition make what it finds begin silently', async () => {
    await begin();
    const lenient = watchedSignals.replace('metrics.minutes_7d < 100', 'metrics.minutes_7d < 120');
    use(files({ 'rules/tiny/signals.yaml': lenient }));
    await run('2026-03-02');
    await sweeps();
    expect(await episode('a3', 'low')).toMatchObject({ silent: true });
    expect(alerts()).toEqual([]);
    expect(messages().map(({ text }) => text.split('\n').at(-1))).toEqual([
      '• *Account 3*: Few minutes',
    ]);
  });
});

describe('a digest of a switch', () => {
  it('is sent once to each owner, though the connection breaks in between', async () => {
    await begin();
    use(files(stricter));
    const { messenger } = system.runtime;
    let sends = 0;
    system.runtime.messenger = {
      ...messenger,
      async send(message) {
        sends += 1;
        if (sends === 2) throw new Error('the process is gone');
        return messenger.send(message);
      },
    };
    await run('2026-03-02');
    await sweeps();
    await system.clock.advance(50 * 60_000);
    await sweeps();
    expect(messages().map(({ text }) => text)).toEqual(toOwners);
    const digest = await system.runtime.snapshots.get(ref(rulesDigests, 'tiny'));
    expect(digest?.data).toMatchObject({ done: true, owners: [{ accounts: 2 }, { accounts: 2 }] });
  });
});
