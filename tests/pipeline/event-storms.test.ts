/** Events from outside: each sender's own, of now, and never more messages than people can read. */
import { afterEach, describe, expect, it } from 'vitest';
import { getJson, postJson } from '../../functions/cli/session/http-client.ts';
import { callerOf } from '../support/identity/callers.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld } from '../support/system/tiny-data.ts';
import { channels, signalPackFiles, signalsYaml } from '../support/system/tiny-signals.ts';

let system: TestSystem;
afterEach(() => system.close());

/** A signal of answers that calls everybody in the channel. */
const calling = signalsYaml.replace(
  'to: [{ slack: alerts }, task]',
  'to: [{ slack: alerts, mention: here }, task]',
);

async function begin(yaml = calling): Promise<void> {
  const files = signalPackFiles({ 'rules/tiny/signals.yaml': yaml });
  system = await openTestSystem({ files, keepsToClock: true, now: '2026-03-01T17:00:00Z' });
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
}

const at = (ms = 0) => new Date(system.clock.now().getTime() - ms).toISOString();

async function send(number: number, changes: object = {}): Promise<unknown> {
  const answer = {
    ...{ kind: 'survey_answer', id: `answer-${number}`, account: 'a5', at: at() },
    ...{ survey: 'nps', score: 3, user: `u${number}`, ...changes },
  };
  const reply = await postJson(`${system.url('api')}/v1/events`, answer);
  await system.bus.idle();
  return reply;
}

const alerts = () => system.slack.messages().filter(({ channel }) => channel === channels.alerts);
const calls = () => alerts().filter(({ text }) => text.includes('<!here>'));
const minutes = (count: number) => system.clock.advance(count * 60_000);

describe('many events at once', () => {
  it('of one account are three messages and tasks a day, of which one calls everybody', async () => {
    await begin();
    for (let user = 1; user <= 20; user += 1) await send(user);
    expect(alerts()).toHaveLength(3);
    expect(system.salesforce.tasks()).toHaveLength(3);
    expect(calls()).toEqual([alerts()[0]]);
    const further = 'Those that follow are not sent one by one; the day’s digest counts them.';
    expect(alerts().map(({ text }) => text.includes(further))).toEqual([false, false, true]);
    // Another account's is news all the same.
    await send(99, { account: 'a6' });
    expect(alerts()).toHaveLength(4);
    const open = await getJson(`${system.url('api')}/v1/episodes?account=a5&state=open&limit=100`);
    expect((open as { episodes: unknown[] }).episodes).toHaveLength(20);
  });

  it('of many accounts are ten messages an hour, of which one calls everybody', async () => {
    await begin();
    for (let i = 0; i < 30; i += 1) await send(i, { account: `a${(i % 9) + 1}` });
    expect(alerts()).toHaveLength(10);
    expect(calls()).toHaveLength(1);
    expect(alerts().filter(({ text }) => text.includes('not sent one by one'))).toHaveLength(1);
    await minutes(61);
    await send(100, { account: 'a9' });
    expect(alerts()).toHaveLength(11);
    expect(calls()).toHaveLength(2);
  });

  it('are counted in the digest, each account named once', async () => {
    await begin();
    for (let user = 1; user <= 20; user += 1) await send(user);
    await system.clock.advance(24 * 3_600_000);
    await system.run('2026-03-02T17:00:00Z');
    for (let i = 0; i < 3; i += 1) {
      await minutes(11);
      await system.sweep(system.clock.now().toISOString());
      await system.settle();
    }
    const digest = system.slack.messages().filter(({ channel }) => channel === channels.daily);
    expect(digest.at(-1)?.text).toContain('• *Low NPS answer* (17): Account 5\n');
  });

  it('say that pages show the rest where there is no digest', async () => {
    await begin(calling.replace('  digest: daily\n', '').replace('to: [digest]', 'to: [task]'));
    for (let user = 1; user <= 4; user += 1) await send(user);
    expect(alerts()).toHaveLength(3);
    expect(alerts()[2]?.text).toContain('not sent one by one; the dashboard shows them.');
  });
});

describe('the time of an event', () => {
  it('is now or in the last month', async () => {
    await begin();
    const day = 86_400_000;
    await expect(send(1, { at: at(-3_600_000) })).rejects.toThrow('which is still to come; send');
    await expect(send(1, { at: '9999-12-31T23:59:59Z' })).rejects.toThrow('still to come');
    await expect(send(1, { at: at(32 * day) })).rejects.toThrow('more than 31 days ago; load what');
    await expect(send(1, { at: '1970-01-01T00:00:00Z' })).rejects.toThrow('31 days ago');
    await send(1, { at: at(30 * day) });
    // Clocks of two machines are never the same.
    await send(2, { at: at(-30_000) });
    expect(alerts()).toHaveLength(2);
  });
});

describe('the id of an event', () => {
  it('is its sender’s: nobody takes another one’s away, or learns of it', async () => {
    await begin();
    let sender = callerOf({ kind: 'service', name: 'one@acme.iam.gserviceaccount.com' });
    system.runtime.identity = { callerOf: async () => sender };
    expect(await send(1)).toEqual({ id: 'answer-1', known: false });
    expect(await send(1)).toEqual({ id: 'answer-1', known: true });
    await expect(send(1, { score: 4 })).rejects.toThrow(
      'Another event has the id answer-1 already',
    );
    sender = { ...sender, name: 'two@acme.iam.gserviceaccount.com' };
    expect(await send(1, { score: 4, user: 'u9' })).toEqual({ id: 'answer-1', known: false });
    expect(alerts()).toHaveLength(2);
  });

  it('has at most 200 characters, whatever its sender’s name adds', async () => {
    await begin();
    const name = `${'s'.repeat(64)}@${'d'.repeat(60)}.iam.gserviceaccount.com`;
    system.runtime.identity = {
      callerOf: async () => callerOf({ kind: 'service', name }),
    };
    await send(1, { id: 'x'.repeat(200) });
    expect(alerts()).toHaveLength(1);
    await expect(send(1, { id: 'x'.repeat(201) })).rejects.toThrow('1 to 200 characters');
  });
});
