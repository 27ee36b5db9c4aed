/** Commands that talk to the process which owns the state folder: each call goes through. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect, serveAdmin } from '../../../functions/cli/session/admin.ts';
import type { Call, Session } from '../../../functions/cli/session/session.ts';
import { Rejected } from '../../../functions/errors.ts';
import { closeServer, listenOnLoopback } from '../../../functions/local/loopback.ts';
import { queueNames } from '../../../functions/records/messages.ts';

let folder: string;
let stop: () => Promise<void>;
let asked: unknown[];
/** What the owner answers to any call. */
let answer: unknown;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-session-'));
  asked = [];
  const call = (name: Call) => async (request: unknown) => {
    asked.push([name, request]);
    if (answer instanceof Error) throw answer;
    return answer as never;
  };
  const owner: Session = {
    pack: 'saas',
    apiUrl: 'http://127.0.0.1:1',
    run: call('run'),
    backfill: call('backfill'),
    deadLetters: call('deadLetters'),
    replay: call('replay'),
    post: call('post'),
    reconcile: call('reconcile'),
    preview: call('preview'),
    doctor: call('doctor'),
    sweep: async () => undefined,
    get: async () => undefined,
    close: async () => undefined,
  };
  stop = await serveAdmin(folder, owner);
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function owner(): Promise<Session> {
  const session = await connect(folder);
  if (!session) throw new Error('nobody owns the folder');
  return session;
}

it.each(queueNames)('lists the dead letters of the queue %s', async (queue) => {
  const letter = {
    ...{ id: '7', queue, body: { pack: 'saas' }, attempts: 5 },
    ...{ error: '500 Internal Server Error', failedAt: '2026-03-02T17:00:00.000Z' },
  };
  answer = [letter];
  expect(await (await owner()).deadLetters(queue)).toEqual([letter]);
  expect(asked).toEqual([['deadLetters', queue]]);
});

it('lists those of all queues where none is named', async () => {
  answer = [];
  expect(await (await owner()).deadLetters(undefined)).toEqual([]);
  expect(asked).toEqual([['deadLetters', undefined]]);
});

it('passes on what is asked, and the answer', async () => {
  const session = await owner();
  answer = 2;
  expect(await session.replay(['7', '8'])).toBe(2);
  answer = { dates: ['2026-03-01'], accounts: 40, seconds: 0.5 };
  const range = { from: '2026-03-01', to: '2026-03-01', every: 1 };
  expect(await session.backfill(range)).toEqual(answer);
  answer = { id: 'note-1' };
  const post = { path: '/v1/accounts/a-1/notes', body: { text: 'Called', author: 'csm' } };
  expect(await session.post(post)).toEqual(answer);
  expect(asked).toEqual([
    ['replay', ['7', '8']],
    ['backfill', range],
    ['post', post],
  ]);
});

it("refuses with the owner's sentence", async () => {
  answer = new Rejected('not-found', 'There is no dead letter 9.');
  await expect((await owner()).replay(['9'])).rejects.toThrow('There is no dead letter 9.');
});

it('finds nobody once the owner has gone', async () => {
  await stop();
  expect(await connect(folder)).toBeUndefined();
  stop = async () => undefined;
});

it('knows an owner of an earlier release, which asks for no token, and works beside it on nothing', async () => {
  const server = createServer((_request, response) => response.end('{}'));
  const admin = await listenOnLoopback(server);
  const file = { admin, api: admin, pack: 'saas', records: 'of an earlier release' };
  writeFileSync(join(folder, 'server.json'), JSON.stringify(file));
  await expect(connect(folder)).rejects.toThrow('was started before its code changed');
  await closeServer(server);
});
