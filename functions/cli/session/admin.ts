/**
 * How the commands of one state folder share it: the process that owns the folder serves its
 * session on loopback, and says where in `server.json`.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { doctorReport } from '../../doctor/report.ts';
import { code, KenkoError, messageOf, Rejected } from '../../errors.ts';
import { closeServer, listenOnLoopback } from '../../local/loopback.ts';
import { reconciliationDocument } from '../../records/documents.ts';
import { recordsHash } from '../../wiring/deployed-files.ts';
import { runSummary } from '../run/run-summary.ts';
import { getJson, postJson } from './http-client.ts';
import type { Session } from './session.ts';

const serverFile = z.object({
  admin: z.url(),
  api: z.url(),
  pack: z.string(),
  /** Shape of its answers, as they were when it started. */
  records: z.string().optional(),
});

const request = z.discriminatedUnion('call', [
  z.strictObject({ call: z.literal('ping') }),
  z.strictObject({
    call: z.literal('run'),
    slot: z.string().optional(),
    asOf: z.string().optional(),
  }),
  z.strictObject({
    call: z.literal('backfill'),
    from: z.string(),
    to: z.string(),
    every: z.int().min(1),
  }),
  z.strictObject({ call: z.literal('dead-letters'), queue: z.string().optional() }),
  z.strictObject({ call: z.literal('replay'), ids: z.array(z.string()) }),
  z.strictObject({ call: z.literal('post'), path: z.string(), body: z.unknown() }),
  z.strictObject({ call: z.literal('reconcile') }),
  z.strictObject({ call: z.literal('doctor') }),
]);

const backfillSummary = z.strictObject({
  dates: z.array(z.string()),
  accounts: z.int(),
  seconds: z.number(),
});

const deadLetters = z.array(
  z.strictObject({
    id: z.string(),
    queue: z.enum(['score-shards', 'publish-shards', 'accounts-changed']),
    body: z.unknown(),
    attempts: z.int(),
    error: z.string(),
    failedAt: z.string(),
  }),
);

const pathOf = (folder: string): string => join(folder, 'server.json');

/** Serves a session to other commands. @returns how to stop */
export async function serveAdmin(folder: string, session: Session): Promise<() => Promise<void>> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      answer(session, Buffer.concat(chunks).toString('utf8')).then(({ status, body }) => {
        outgoing.writeHead(status, { 'Content-Type': 'application/json' });
        outgoing.end(JSON.stringify(body));
      });
    });
  });
  const admin = await listenOnLoopback(server);
  const { apiUrl: api, pack } = session;
  const file = serverFile.parse({ admin, api, pack, records: recordsHash() });
  writeFileSync(pathOf(folder), JSON.stringify(file));
  return async () => {
    rmSync(pathOf(folder), { force: true });
    await closeServer(server);
  };
}

async function answer(session: Session, text: string): Promise<{ status: number; body: unknown }> {
  try {
    return { status: 200, body: (await perform(session, text)) ?? null };
  } catch (error) {
    const code = error instanceof KenkoError ? error.code : 'internal';
    return { status: 400, body: { error: { code, message: messageOf(error) } } };
  }
}

async function perform(session: Session, text: string): Promise<unknown> {
  const asked = request.parse(JSON.parse(text));
  const quiet = () => undefined;
  switch (asked.call) {
    case 'ping':
      return { pack: session.pack };
    case 'run':
      return session.run(asked, quiet);
    case 'backfill':
      return session.backfill(asked, quiet);
    case 'dead-letters':
      return session.deadLetters(asked.queue);
    case 'replay':
      return session.replay(asked.ids);
    case 'post':
      return session.post(asked.path, asked.body);
    case 'reconcile':
      return session.reconcile();
    case 'doctor':
      return session.doctor();
  }
}

/**
 * The session of the process that owns the folder; undefined where none runs.
 * @throws Rejected `conflict` where it runs other code than this process
 */
export async function connect(folder: string): Promise<Session | undefined> {
  if (!existsSync(pathOf(folder))) return undefined;
  const found = serverFile.safeParse(JSON.parse(readFileSync(pathOf(folder), 'utf8')));
  if (!found.success) return undefined;
  const { admin, api, pack, records } = found.data;
  try {
    await postJson(admin, { call: 'ping' });
  } catch {
    // It was killed and could not tidy up: the folder is free.
    return undefined;
  }
  if (records !== recordsHash()) {
    throw new Rejected(
      code.conflict,
      `Kenko at ${api} was started before its code changed, and answers otherwise; stop it (Ctrl-C) and start it again.`,
    );
  }
  return {
    pack,
    apiUrl: api,
    run: async ({ slot, asOf }, progress) => {
      progress('the running `npm start` works on it');
      return runSummary.parse(await postJson(admin, { call: 'run', slot, asOf }));
    },
    backfill: async (range, progress) => {
      progress('the running `npm start` works on it');
      return backfillSummary.parse(await postJson(admin, { call: 'backfill', ...range }));
    },
    deadLetters: async (queue) =>
      deadLetters.parse(await postJson(admin, { call: 'dead-letters', queue })),
    replay: async (ids) => z.int().parse(await postJson(admin, { call: 'replay', ids })),
    // The process that owns the folder sweeps by itself.
    sweep: async () => undefined,
    get: (path) => getJson(`${api}${path}`),
    // By way of the owner, who waits until what it led to is through.
    post: (path, body) => postJson(admin, { call: 'post', path, body }),
    reconcile: async () =>
      reconciliationDocument.parse(await postJson(admin, { call: 'reconcile' })),
    doctor: async () => doctorReport.parse(await postJson(admin, { call: 'doctor' })),
    close: async () => undefined,
  };
}
