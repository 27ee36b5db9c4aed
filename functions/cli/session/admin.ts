/**
 * How the commands of one state folder share it: the process that owns the folder serves its
 * session on loopback, and says where in `server.json`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { code, KenkoError, messageOf, Rejected } from '../../errors.ts';
import { bearer, bodyOf, closeServer, listenOnLoopback } from '../../local/loopback.ts';
import { recordsHash } from '../../wiring/deployed-files.ts';
import { getJson, postJson } from './http-client.ts';
import {
  type Answer,
  type Call,
  type Calls,
  callNames,
  calls,
  type Progress,
  type Request,
  type Session,
} from './session.ts';

const serverFile = z.object({
  admin: z.url(),
  api: z.url(),
  /** What whoever asks has to bring: it stands in this file only. Earlier releases asked for none. */
  token: z.string().default(''),
  pack: z.string(),
  /** Shape of its answers, as they were when it started. */
  records: z.string().optional(),
});

/** `ping` asks whether anybody is there. */
const message = z.strictObject({
  call: z.enum(['ping', ...callNames]),
  request: z.unknown().optional(),
});

/** The largest is a list of dead letters to send again. */
const largestBody = 1024 * 1024;

const pathOf = (folder: string): string => join(folder, 'server.json');

/** Serves a session to other commands. @returns how to stop */
export async function serveAdmin(folder: string, session: Session): Promise<() => Promise<void>> {
  const server = createServer((incoming, outgoing) => {
    answer(session, incoming).then(({ status, body }) => {
      outgoing.writeHead(status, { 'Content-Type': 'application/json' });
      outgoing.end(JSON.stringify(body));
    });
  });
  const token = randomBytes(32).toString('base64url');
  const admin = await listenOnLoopback(server, { token });
  const { apiUrl: api, pack } = session;
  const file = serverFile.parse({ admin, api, token, pack, records: recordsHash() });
  // A file that a killed process left keeps its own rights.
  rmSync(pathOf(folder), { force: true });
  writeFileSync(pathOf(folder), JSON.stringify(file), { mode: 0o600 });
  return async () => {
    rmSync(pathOf(folder), { force: true });
    await closeServer(server);
  };
}

async function answer(
  session: Session,
  incoming: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  try {
    const body = await bodyOf(incoming, largestBody);
    if (!body) throw new Rejected(code.badRequest, `The body is over ${largestBody} bytes.`);
    return { status: 200, body: (await perform(session, body.toString('utf8'))) ?? null };
  } catch (error) {
    const failed = error instanceof KenkoError ? error.code : 'internal';
    return { status: 400, body: { error: { code: failed, message: messageOf(error) } } };
  }
}

async function perform(session: Session, text: string): Promise<unknown> {
  const { call, request } = message.parse(JSON.parse(text));
  return call === 'ping' ? { pack: session.pack } : forward(session, call, request);
}

function forward<C extends Call>(session: Calls, call: C, request: unknown): Promise<unknown> {
  return session[call](calls[call].request.parse(request) as Request<C>);
}

/**
 * The session of the process that owns the folder; undefined where none runs.
 * @throws Rejected `conflict` where it runs other code than this process
 */
export async function connect(folder: string): Promise<Session | undefined> {
  if (!existsSync(pathOf(folder))) return undefined;
  const found = serverFile.safeParse(JSON.parse(readFileSync(pathOf(folder), 'utf8')));
  if (!found.success) return undefined;
  const { admin, api, token, pack, records } = found.data;
  const ask = (body: object) => postJson(admin, body, bearer(token));
  try {
    await ask({ call: 'ping' });
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
  const remote =
    <C extends Call>(call: C) =>
    async (request: Request<C>, progress?: Progress): Promise<Answer<C>> => {
      progress?.('the running `npm start` works on it');
      return calls[call].answer.parse(await ask({ call, request })) as Answer<C>;
    };
  return {
    pack,
    apiUrl: api,
    ...(Object.fromEntries(callNames.map((call) => [call, remote(call)])) as unknown as Calls),
    // The process that owns the folder sweeps by itself.
    sweep: async () => undefined,
    get: (path, query) => getJson(`${api}${path}`, query),
    close: async () => undefined,
  };
}
