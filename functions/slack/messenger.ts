/**
 * The messenger port on Slack's Web API. Methods, limits and errors:
 * https://docs.slack.dev/reference/methods/chat.postMessage,
 * https://docs.slack.dev/reference/methods/conversations.history,
 * https://docs.slack.dev/reference/methods/auth.test
 */
import { z } from 'zod';
import { clocksApartMs } from '../calendar.ts';
import { code, messageOf, Rejected, Retryable, Throttled, Unauthorized } from '../errors.ts';
import type { ChannelMessage, Messenger } from '../ports/messenger.ts';

export interface SlackOptions {
  /** A bot's token with the scopes chat:write and channels:history (groups:history for private channels). */
  token: string;
  /** Default: Slack's own. */
  apiUrl?: string;
  /** Longest wait for one answer. Default 30,000. */
  timeoutMs?: number;
}

/** Slack asks for at most 4,000 characters, and cuts off what is far above. */
export const longestText = 4_000;
const metadataType = 'kenko_notice';
/** Messages of one page of a channel, and pages looked at for one message. */
const pageSize = 200;
const mostPages = 50;

const posted = z.object({ ok: z.literal(true), ts: z.string() });
const refused = z.object({ ok: z.literal(false), error: z.string() });
const identity = z.object({ ok: z.literal(true), team: z.string() });
const history = z.object({
  ok: z.literal(true),
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_payload: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Opens the workspace of the token; nothing is sent before the first call. */
export function openSlackMessenger(options: SlackOptions): Messenger {
  const apiUrl = (options.apiUrl ?? 'https://slack.com').replace(/\/+$/, '');
  const timeoutMs = options.timeoutMs ?? 30_000;

  async function call(method: string, request: RequestInit, search = ''): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${apiUrl}/api/${method}${search}`, {
        ...request,
        headers: {
          authorization: `Bearer ${options.token}`,
          'content-type': 'application/json; charset=utf-8',
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw new Retryable(code.unavailable, `slack: ${method} got no answer`, {
        cause: error,
        said: messageOf(error),
      });
    }
    if (response.status === 429) {
      const seconds = Number(response.headers.get('retry-after'));
      throw new Throttled('rate-limited', `slack: ${method} is asked too often`, {
        retryAfterMs: (Number.isFinite(seconds) && seconds > 0 ? seconds : 30) * 1000,
      });
    }
    const body: unknown = await response.json().catch(() => undefined);
    const failure = refused.safeParse(body);
    if (failure.success) throw classified(method, failure.data.error);
    if (!response.ok || body === undefined) {
      throw new Retryable(code.unavailable, `slack: ${method} answered ${response.status}`);
    }
    return body;
  }

  return {
    async send({ channel, text, key }: ChannelMessage) {
      const body = JSON.stringify({
        channel,
        text: shortened(text),
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: metadataType, event_payload: { key } },
      });
      const answer = posted.safeParse(await call('chat.postMessage', { method: 'POST', body }));
      if (!answer.success) throw unreadable('chat.postMessage');
      return answer.data.ts;
    },
    async workspace() {
      const answer = identity.safeParse(await call('auth.test', { method: 'POST' }));
      if (!answer.success) throw unreadable('auth.test');
      return answer.data.team;
    },
    async find(channel, key, since) {
      let cursor = '';
      for (let page = 0; page < mostPages; page += 1) {
        const search = new URLSearchParams({
          channel,
          // Slack's clock is not ours.
          oldest: String((since.getTime() - clocksApartMs) / 1000),
          inclusive: 'true',
          include_all_metadata: 'true',
          limit: String(pageSize),
          ...(cursor === '' ? {} : { cursor }),
        });
        const answer = history.safeParse(
          await call('conversations.history', { method: 'GET' }, `?${search}`),
        );
        if (!answer.success) throw unreadable('conversations.history');
        const { messages, response_metadata: more } = answer.data;
        const found = messages.find(({ metadata }) => metadata?.event_payload?.key === key);
        if (found) return found.ts;
        cursor = more?.next_cursor ?? '';
        if (cursor === '') return undefined;
      }
      throw new Rejected(
        'too-many-messages',
        `slack: ${channel} has too many messages to look through`,
      );
    },
  };
}

const passing = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
const credentials = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'org_login_required',
  'ekm_access_denied',
]);

function classified(method: string, found: string): Error {
  // An answer of something else than Slack may hold anything in its place.
  const name = /^[a-z_]{1,60}$/.test(found) ? found : 'unknown_error';
  const message = `slack: ${method}: ${name}`;
  if (name === 'ratelimited' || name === 'rate_limited') {
    return new Throttled('rate-limited', message, { retryAfterMs: 30_000 });
  }
  if (passing.has(name)) return new Retryable(code.unavailable, message);
  if (credentials.has(name)) return new Unauthorized(name, message);
  return new Rejected(name, message);
}

function unreadable(method: string): Retryable {
  return new Retryable(
    code.unavailable,
    `slack: the answer to ${method} is not what was asked for`,
  );
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= longestText
    ? text
    : `${characters.slice(0, longestText - 1).join('')}…`;
}
