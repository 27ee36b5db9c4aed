/**
 * A stand-in for Slack: the three methods of its Web API that Kenko calls, with its limits and
 * errors, on loopback.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../system-clock.ts';
import { bodyOf, closeServer, listenOnLoopback } from '../loopback.ts';
import { openDatabase } from '../state/database.ts';

export interface SlackServerOptions {
  /** A file, or `:memory:`. */
  path: string;
  /** The token that is let in. Default `local`. */
  token?: string;
  /** Channels that there are; any other one is not found. Default: all. */
  channels?: readonly string[];
  /** Messages a channel takes in a minute; Slack's own is about one a second. Default 60. */
  perMinute?: number;
  clock?: Clock;
}

export interface SlackMessage {
  ts: string;
  channel: string;
  text: string;
  key: string | null;
}

export interface SlackServer {
  url: string;
  /** Every message, oldest first. */
  messages(): SlackMessage[];
  close(): Promise<void>;
}

/** https://docs.slack.dev/changelog/2018-truncating-really-long-messages */
const longestText = 40_000;
const pageSize = 100;
const minuteMs = 60_000;

const postBody = z.object({
  channel: z.string().optional(),
  text: z.string().optional(),
  metadata: z
    .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
    .optional(),
});

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: Record<string, unknown>;
}

const refuse = (error: string): Answer => ({ body: { ok: false, error } });

export async function startSlackServer(options: SlackServerOptions): Promise<SlackServer> {
  const clock = options.clock ?? systemClock;
  const perMinute = options.perMinute ?? 60;
  const database = openDatabase(
    options.path,
    `CREATE TABLE IF NOT EXISTS messages (
       number INTEGER PRIMARY KEY AUTOINCREMENT,
       at INTEGER NOT NULL, channel TEXT NOT NULL, text TEXT NOT NULL, metadata TEXT
     );`,
  );
  const insert = database.prepare(
    'INSERT INTO messages (at, channel, text, metadata) VALUES (?, ?, ?, ?)',
  );
  const recent = database.prepare(
    'SELECT COUNT(*) AS n, MIN(at) AS first FROM messages WHERE channel = ? AND at > ?',
  );
  const below = database.prepare(
    `SELECT * FROM messages WHERE channel = ? AND at >= ? AND number < ?
     ORDER BY number DESC LIMIT ?`,
  );

  const known = (channel: string) => options.channels?.includes(channel) ?? true;

  function post(text: string): Answer {
    const body = postBody.safeParse(JSON.parse(text));
    if (!body.success) return refuse('invalid_arguments');
    const { channel, text: words, metadata } = body.data;
    if (channel === undefined || !known(channel)) return refuse('channel_not_found');
    if (words === undefined || words === '') return refuse('no_text');
    if ([...words].length > longestText) return refuse('msg_too_long');
    const now = clock.now().getTime();
    const { n, first } = recent.get(channel, now - minuteMs) as { n: number; first: number | null };
    if (n >= perMinute) {
      const wait = Math.max(1, Math.ceil(((first ?? now) + minuteMs - now) / 1000));
      return {
        status: 429,
        headers: { 'retry-after': String(wait) },
        body: { ok: false, error: 'ratelimited' },
      };
    }
    const { lastInsertRowid } = insert.run(now, channel, words, JSON.stringify(metadata ?? null));
    return { body: { ok: true, channel, ts: tsOf(now, Number(lastInsertRowid)) } };
  }

  function history(search: URLSearchParams): Answer {
    const channel = search.get('channel') ?? '';
    if (!known(channel)) return refuse('channel_not_found');
    const limit = Math.min(Number(search.get('limit') ?? pageSize), 999);
    const oldest = Math.floor(Number(search.get('oldest') ?? 0) * 1000);
    const cursor = search.get('cursor');
    const before = cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const rows = below.all(channel, oldest, before, limit) as unknown as Row[];
    const withMetadata = search.get('include_all_metadata') === 'true';
    const messages = rows.map((row) => ({
      type: 'message',
      ts: tsOf(row.at, row.number),
      text: row.text,
      ...(withMetadata && row.metadata !== 'null' ? { metadata: JSON.parse(row.metadata) } : {}),
    }));
    const more = rows.length === limit;
    return {
      body: {
        ok: true,
        messages,
        has_more: more,
        response_metadata: { next_cursor: more ? String(rows.at(-1)?.number) : '' },
      },
    };
  }

  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.headers.authorization !== `Bearer ${options.token ?? 'local'}`) {
      return refuse(request.headers.authorization ? 'invalid_auth' : 'not_authed');
    }
    if (url.pathname === '/api/auth.test') return { body: { ok: true, team: 'local' } };
    if (url.pathname === '/api/chat.postMessage') return post(String(await bodyOf(request)));
    if (url.pathname === '/api/conversations.history') return history(url.searchParams);
    return refuse('unknown_method');
  };

  const server = createServer((request, response) => {
    const send = ({ status = 200, headers, body }: Answer) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      response.end(JSON.stringify(body));
    };
    answerTo(request).then(send, () => send(refuse('invalid_json')));
  });
  const url = await listenOnLoopback(server);

  return {
    url,
    messages: () => {
      const rows = database.prepare('SELECT * FROM messages ORDER BY number').all();
      return (rows as unknown as Row[]).map((row) => ({
        ts: tsOf(row.at, row.number),
        channel: row.channel,
        text: row.text,
        key: JSON.parse(row.metadata)?.event_payload?.key ?? null,
      }));
    },
    close: async () => {
      await closeServer(server);
      database.close();
    },
  };
}

interface Row {
  number: number;
  at: number;
  channel: string;
  text: string;
  metadata: string;
}

/** Seconds, and a number by which messages of one second differ. */
function tsOf(at: number, number: number): string {
  return `${Math.floor(at / 1000)}.${String(number % 1_000_000).padStart(6, '0')}`;
}
