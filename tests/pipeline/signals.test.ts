import { afterEach, describe, expect, it } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { getJson, postJson } from '../../functions/cli/session/http-client.ts';
import { Rejected, Retryable, Throttled } from '../../functions/errors.ts';
import { ref } from '../../functions/records/collection.ts';
import {
  type EpisodeDocument,
  episodeId,
  episodes,
} from '../../functions/records/signal-documents.ts';
import {
  openTestSystem,
  type TestSystem,
  type TestSystemOptions,
} from '../support/system/test-system.ts';
import { accountIds, createWorld, execute, leave, usage } from '../support/system/tiny-data.ts';
import { channels, signalPackFiles, signalsYaml } from '../support/system/tiny-signals.ts';

let system: TestSystem;
afterEach(() => system.close());

async function begin(options: TestSystemOptions = {}): Promise<void> {
  system = await openTestSystem({ files: signalPackFiles(), ...options });
  await createWorld(system);
}

/** The run of a local date, and all that follows from it. */
async function run(date: string, hour = 17, body: object = {}): Promise<void> {
  const slot = `${date}T${String(hour).padStart(2, '0')}:00:00Z`;
  await system.run(slot, body);
}

/** Everybody uses the product a little that day, but for those named. */
async function day(date: string, minutes: Record<string, number> = {}): Promise<void> {
  await execute(
    system,
    accountIds.map((account, i) => usage(account, date, 3, minutes[account] ?? 8 * i)),
  );
}

async function episode(
  account: string,
  signal: string,
  subject = '',
): Promise<EpisodeDocument | undefined> {
  return (await system.runtime.snapshots.get(ref(episodes, episodeId(account, signal, subject))))
    ?.data;
}

async function openEpisodes(signal: string): Promise<string[]> {
  const found = await system.runtime.snapshots.query({ collection: episodes, limit: 1000 });
  return found
    .filter(({ data }) => data.signal === signal && data.state !== 'closed')
    .map(({ data }) => data.account)
    .sort();
}

const alerts = () => system.slack.messages().filter(({ channel }) => channel === channels.alerts);
const digestsSent = () =>
  system.slack.messages().filter(({ channel }) => channel === channels.daily);
/** Lets sweeps pass that bring up what waits. */
async function sweeps(count = 2): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await system.clock.advance(11 * 60_000);
    await system.sweep(system.clock.now().toISOString());
    await system.settle();
  }
}

describe('the first run that looks at signals', () => {
  it('opens episodes silently, and tells of all of them in one digest', async () => {
    await begin();
    await run('2026-03-01');
    expect(await openEpisodes('low')).toEqual(['a1', 'a2']);
    expect(await episode('a1', 'low')).toMatchObject({ silent: true, deliveries: [], number: 1 });
    await sweeps();
    expect(system.slack.messages()).toHaveLength(1);
    expect(digestsSent()[0]?.text).toContain('*Few minutes* (2): Account 1, Account 2');
    expect(system.salesforce.tasks()).toEqual([]);
    expect(await episode('a1', 'low')).toMatchObject({ digest: 'told' });
  });
});

describe('a signal that begins', () => {
  it('is told once in Slack and once as a task, with what was seen and what to do', async () => {
    await begin();
    await run('2026-03-01');
    await day('2026-03-02', { a9: 0, a8: 0 });
    await execute(system, ["UPDATE source.usage_daily SET minutes = 0 WHERE account_id = 'a9'"]);
    await run('2026-03-02');
    await sweeps();
    expect(await openEpisodes('low')).toEqual(['a1', 'a2', 'a9']);
    expect(alerts()).toHaveLength(1);
    expect(alerts()[0]?.text).toMatch(/^<!here> 🔴 Few minutes: \*Account 9\*\n/);
    expect(alerts()[0]?.text).toContain('*Seen*: Minutes (7 days) 0');
    expect(alerts()[0]?.text).toContain('*Next*: Call them.');
    const record = system.salesforce
      .accounts()
      .find(({ Kenko_Account_Id__c: id }) => id === 'a9')?.Id;
    expect(system.salesforce.tasks()).toMatchObject([
      {
        WhatId: record,
        Subject: 'Few minutes: Account 9',
        Priority: 'High',
        ActivityDate: '2026-03-03',
        Kenko_Key__c: `${episodeId('a9', 'low')}-1-1`,
      },
    ]);
    expect(await episode('a9', 'low')).toMatchObject({
      state: 'open',
      silent: false,
      due_at: null,
      deliveries: [{ state: 'sent' }, { state: 'sent', ref: system.salesforce.tasks()[0]?.Id }],
    });
  });

  it('that looks back counts what customers did, and goes into the digest of its day', async () => {
    await begin();
    await run('2026-03-01');
    await sweeps();
    await day('2026-03-02', { a3: 900 });
    await run('2026-03-02');
    await sweeps();
    expect(await openEpisodes('better')).toEqual(['a3']);
    expect(digestsSent()).toHaveLength(2);
    expect(digestsSent()[1]?.text).toContain('*Much better* (1): Account 3');
  });

  it('closes when it recovers, and comes again only after its quiet days', async () => {
    await begin();
    await run('2026-03-01');
    await day('2026-03-02', { a1: 900 });
    await run('2026-03-02');
    expect(await episode('a1', 'low')).toMatchObject({ state: 'closed', closed_by: 'recovered' });
    await execute(system, ["UPDATE source.usage_daily SET minutes = 0 WHERE account_id = 'a1'"]);
    await day('2026-03-03', { a1: 0 });
    await run('2026-03-03');
    expect(await episode('a1', 'low')).toMatchObject({ state: 'closed', number: 1 });
    expect(alerts()).toEqual([]);
    // It still holds when the quiet days are over: sweep brings it up.
    await system.clock.advance(4 * dayMs);
    await sweeps();
    expect(await episode('a1', 'low')).toMatchObject({ state: 'open', number: 2 });
    expect(alerts()).toHaveLength(1);
  });

  it('closes where the account leaves', async () => {
    await begin();
    await run('2026-03-01');
    await leave(system, 'a1', '2026-03-02T00:00:00Z');
    await day('2026-03-02');
    await run('2026-03-02');
    expect(await episode('a1', 'low')).toMatchObject({ state: 'closed', closed_by: 'absent' });
  });

  it('closes where the pack no longer has it', async () => {
    await begin();
    await run('2026-03-01');
    const other = signalsYaml.replace('id: low\n', 'id: fewer\n');
    const { pack } = system.runtime;
    const { parsePack } = await import('../../functions/scorecard/language/parse/pack.ts');
    system.runtime.pack = parsePack(signalPackFiles({ 'rules/tiny/signals.yaml': other }));
    expect(system.runtime.pack.hash).toBe(pack.hash);
    await day('2026-03-02');
    await run('2026-03-02');
    expect(await episode('a1', 'low')).toMatchObject({ state: 'closed', closed_by: 'removed' });
    // New under its other name, so that it begins silently.
    expect(await episode('a1', 'fewer')).toMatchObject({ state: 'open', silent: true });
    expect(alerts()).toEqual([]);
  });
});

describe('nothing is told', () => {
  it('from data that is late, and what is open stays open', async () => {
    await begin();
    await run('2026-03-01');
    // No usage arrives for days: nobody is silent, the feed is.
    await run('2026-03-06');
    await sweeps();
    expect(await openEpisodes('low')).toEqual(['a1', 'a2']);
    expect(alerts()).toEqual([]);
  });

  it('twice on a day of hourly revisions with noisy data', async () => {
    await begin();
    await run('2026-03-01');
    await day('2026-03-02', { a8: 0 });
    for (let hour = 17; hour < 24; hour += 1) {
      const minutes = hour % 2 === 1 ? 0 : 900;
      await execute(system, [
        `UPDATE source.usage_daily SET minutes = ${minutes} WHERE account_id IN ('a7', 'a8')`,
      ]);
      await run('2026-03-02', hour);
      await sweeps(1);
    }
    const told = alerts()
      .map(({ text }) => /\*(Account \d)\*/.exec(text)?.[1])
      .sort();
    expect(told).toEqual(['Account 7', 'Account 8']);
    expect(system.salesforce.tasks()).toHaveLength(2);
    expect(await episode('a8', 'low')).toMatchObject({ number: 1 });
  });

  it('by a backfill, or by a message that comes again', async () => {
    await begin();
    await run('2026-03-01');
    await day('2026-03-02', { a9: 0 });
    await execute(system, ["UPDATE source.usage_daily SET minutes = 0 WHERE account_id = 'a9'"]);
    await run('2026-03-02', 17, { backfill: '2026-02-25' });
    expect(system.slack.messages()).toEqual([]);
    await run('2026-03-02');
    const accounts = [...accountIds];
    await system.runtime.bus.publish('signals-changed', [
      { body: { pack: 'tiny', accounts } },
      { body: { pack: 'tiny', accounts } },
    ]);
    await system.settle();
    expect(alerts()).toHaveLength(1);
    expect(system.salesforce.tasks()).toHaveLength(1);
  });
});

describe('an event', () => {
  const answer = {
    kind: 'survey_answer',
    id: 'answer-1',
    account: 'a5',
    at: '2026-03-02T01:00:00Z',
    survey: 'nps',
    score: 3,
    user: 'u1',
    comment: 'I was told nothing would change.',
  };
  const send = async (body: object) => {
    const reply = await postJson(`${system.url('api')}/v1/events`, body);
    await system.bus.idle();
    return reply;
  };

  it('is kept and told at once, once however often it is sent', async () => {
    await begin();
    await run('2026-03-01');
    expect(await send(answer)).toEqual({ id: 'answer-1', known: false });
    expect(await send(answer)).toEqual({ id: 'answer-1', known: true });
    expect(alerts()).toHaveLength(1);
    expect(alerts()[0]?.text).toMatch(/^🔴 Low NPS answer: \*Account 5\*/);
    expect(await episode('a5', 'low_nps', 'u1')).toMatchObject({ state: 'open', number: 1 });
    // The same user again within the quiet days, and another one.
    await send({ ...answer, id: 'answer-2' });
    await send({ ...answer, id: 'answer-3', user: 'u2' });
    expect(alerts()).toHaveLength(2);
    const said = JSON.stringify([system.entries, system.slack.messages()]);
    expect(said).not.toContain(answer.comment);
  });

  it('may come through its queue, and a good answer is no news', async () => {
    await begin();
    await run('2026-03-01');
    await system.runtime.bus.publish('events', [
      { body: { ...answer, kind: 'survey_answer', survey: 'nps', score: 9 } },
      { body: { ...answer, kind: 'survey_answer', survey: 'nps', id: 'answer-4' } },
    ]);
    await system.bus.idle();
    expect(alerts()).toHaveLength(1);
  });

  it('is refused with one sentence where it is wrong', async () => {
    await begin();
    await run('2026-03-01');
    await expect(send({ ...answer, score: 11 })).rejects.toThrow(
      'The field score has to be a number from 0 to 10.',
    );
    await expect(send({ ...answer, kind: 'churn' })).rejects.toThrow(
      'The field kind has to be survey_answer or user_departed.',
    );
    await expect(send({ ...answer, account: 'nobody' })).rejects.toThrow('nobody');
    await send(answer);
    await expect(send({ ...answer, score: 4 })).rejects.toThrow('Another event has the id');
    expect(alerts()).toHaveLength(1);
  });

  it('opens what a person acknowledges, which is over then', async () => {
    await begin();
    await run('2026-03-01');
    await send(answer);
    const id = episodeId('a5', 'low_nps', 'u1');
    const list = (await getJson(`${system.url('api')}/v1/episodes?account=a5&state=open`)) as {
      episodes: { id: string }[];
    };
    expect(list.episodes.map((one) => one.id)).toEqual([id]);
    const path = `${system.url('api')}/v1/episodes/${id}/acknowledge`;
    await postJson(path, { author: 'csm@example.com', note: 'Meeting at three.' });
    await system.bus.idle();
    expect(await episode('a5', 'low_nps', 'u1')).toMatchObject({
      state: 'closed',
      closed_by: 'acknowledged',
      acknowledged: { by: 'csm@example.com', note: 'Meeting at three.' },
    });
    await expect(postJson(path, { author: 'csm@example.com' })).rejects.toThrow(
      'is closed already',
    );
  });
});

describe('what cannot be sent now', () => {
  it('waits for sweep where Slack asks to wait, and is told once', async () => {
    await begin();
    await run('2026-03-01');
    const { messenger } = system.runtime;
    let refusals = 3;
    system.runtime.messenger = {
      ...messenger,
      async send(message) {
        refusals -= 1;
        if (refusals >= 0)
          throw new Throttled('rate-limited', 'slow down', { retryAfterMs: 90_000 });
        return messenger.send(message);
      },
    };
    await execute(system, ["UPDATE source.usage_daily SET minutes = 0 WHERE account_id = 'a9'"]);
    await day('2026-03-02', { a9: 0 });
    await run('2026-03-02');
    expect(alerts()).toEqual([]);
    await sweeps(6);
    expect(alerts()).toHaveLength(1);
  });

  it('is looked for before it is sent again, where nobody knows whether it got through', async () => {
    await begin();
    await run('2026-03-01');
    const { messenger } = system.runtime;
    let losses = 1;
    system.runtime.messenger = {
      ...messenger,
      async send(message) {
        const sent = await messenger.send(message);
        losses -= 1;
        if (losses >= 0) throw new Retryable('unavailable', 'the answer got lost');
        return sent;
      },
    };
    await execute(system, ["UPDATE source.usage_daily SET minutes = 0 WHERE account_id = 'a9'"]);
    await day('2026-03-02', { a9: 0 });
    await run('2026-03-02');
    expect(await episode('a9', 'low')).toMatchObject({ deliveries: [{ state: 'sending' }, {}] });
    await sweeps();
    expect(alerts()).toHaveLength(1);
    expect(await episode('a9', 'low')).toMatchObject({
      due_at: null,
      deliveries: [{ state: 'sent' }, { state: 'sent' }],
    });
  });

  it('is said once and left where it is refused', async () => {
    await begin();
    await run('2026-03-01');
    system.runtime.messenger = {
      ...system.runtime.messenger,
      find: async () => undefined,
      send: async () => {
        throw new Rejected('channel_not_found', 'slack: chat.postMessage: channel_not_found');
      },
    };
    await execute(system, ["UPDATE source.usage_daily SET minutes = 0 WHERE account_id = 'a9'"]);
    await day('2026-03-02', { a9: 0 });
    await run('2026-03-02');
    await sweeps(3);
    const said = system.entries.filter(
      ({ event, to, signal }) => event === 'notice-not-sent' && to === 'slack' && signal === 'low',
    );
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ state: 'refused', code: 'channel_not_found' });
    // The task is another matter.
    expect(system.salesforce.tasks()).toHaveLength(1);
  });
});
