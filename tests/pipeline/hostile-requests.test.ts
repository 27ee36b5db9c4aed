import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finalState } from '../support/system/final-state.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld } from '../support/system/tiny-data.ts';

let system: TestSystem;
let before: Record<string, unknown>;

beforeAll(async () => {
  system = await openTestSystem();
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  before = await finalState(system);
});
afterAll(() => system.close());

const encoded = (body: unknown): string => Buffer.from(JSON.stringify(body)).toString('base64');
const push = (data: string): unknown => ({
  subscription: 'projects/p/subscriptions/s',
  message: { data, messageId: '1', publishTime: '2026-03-01T17:00:00Z' },
});

async function post(name: 'score' | 'score-shard' | 'sync-salesforce', body: string, slot = '') {
  const response = await fetch(system.url(name), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(slot ? { 'X-CloudScheduler-ScheduleTime': slot } : {}),
    },
    body,
  });
  return { status: response.status, text: await response.text() };
}

describe('a push that is no message of ours', () => {
  const cases: Record<string, unknown> = {
    'no envelope': {},
    'an envelope without data': { subscription: 's', message: { messageId: '1' } },
    'data that is not base64': push('***'),
    'data that is not JSON': push(Buffer.from('{').toString('base64')),
    'a message of another queue': push(encoded({ pack: 'tiny', run: 'r', accounts: ['a1'] })),
    'a shard number below zero': push(encoded({ run: 'r', shard: -1 })),
    'a run that does not exist': push(encoded({ run: 'other-2026-03-01', shard: 0 })),
    'prototype names': push(encoded({ run: '__proto__', shard: 0 })),
  };
  for (const [name, body] of Object.entries(cases)) {
    it(`is acknowledged, said and without effect: ${name}`, async () => {
      const logged = system.entries.length;
      const { status } = await post('score-shard', JSON.stringify(body));
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(300);
      expect(system.entries.slice(logged).map((entry) => entry.event)).toContain('message-ignored');
      expect(await finalState(system)).toEqual(before);
    });
  }

  it('acknowledges accounts that are not known, and creates none in Salesforce', async () => {
    const body = push(encoded({ pack: 'tiny', run: 'r', accounts: ['nobody', '__proto__'] }));
    const { status } = await post('sync-salesforce', JSON.stringify(body));
    expect(status).toBe(204);
    expect(await finalState(system)).toEqual(before);
  });
});

describe('a call of score that is wrong', () => {
  const slot = '2026-03-01T17:00:00Z';
  const cases: Record<string, { body: string; slot?: string; status: number; sentence: RegExp }> = {
    'a slot that is no instant': {
      body: '{}',
      slot: 'yesterday',
      status: 400,
      sentence: /slot is "yesterday"; an instant with a zone is expected/,
    },
    'a slot without a zone': {
      body: '{}',
      slot: '2026-03-01T17:00:00',
      status: 400,
      sentence: /instant with a zone/,
    },
    'another pack': { body: '{"pack":"other"}', status: 400, sentence: /runs the pack "tiny"/ },
    'an unknown field': { body: '{"dry":true}', status: 400, sentence: /not understood/ },
    'a date that is none': {
      body: '{"backfill":"2026-02-30"}',
      status: 400,
      sentence: /a date is expected/,
    },
    'a body of a megabyte': {
      body: JSON.stringify({ pack: 'x'.repeat(1_000_000) }),
      status: 413,
      sentence: /over \d+ bytes/,
    },
  };
  for (const [name, given] of Object.entries(cases)) {
    it(`is refused in one sentence: ${name}`, async () => {
      const { status, text } = await post('score', given.body, given.slot ?? slot);
      expect(status).toBe(given.status);
      expect(JSON.parse(text).error.message).toMatch(given.sentence);
      expect(await finalState(system)).toEqual(before);
    });
  }

  it('is refused for another method', async () => {
    const response = await fetch(system.url('score'));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('survives a body that is not JSON', async () => {
    const { status } = await post('score', '{"pack":', slot);
    expect(status).toBe(400);
    expect(await finalState(system)).toEqual(before);
  });
});
