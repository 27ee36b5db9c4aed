import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  type KenkoError,
  Rejected,
  Retryable,
  Throttled,
  Unauthorized,
} from '../../functions/errors.ts';
import { startSlackServer } from '../../functions/local/slack/server.ts';
import type { Messenger } from '../../functions/ports/messenger.ts';
import { openSlackMessenger } from '../../functions/slack/messenger.ts';
import { describeMessenger } from '../support/contracts/messenger-contract.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const channel = 'C0123456789';

describeMessenger('slack', async () => {
  const clock = virtualClock(new Date('2026-04-01T00:00:00Z'));
  // More than a page of the channel's history.
  const burst = 250;
  const server = await startSlackServer({
    path: ':memory:',
    channels: [channel],
    perMinute: burst,
    clock,
  });
  return {
    messenger: openSlackMessenger({ token: 'local', apiUrl: server.url }),
    channel,
    missing: 'C0000000000',
    burst,
    now: () => clock.now(),
    texts: async () => server.messages().map(({ text }) => text),
    close: server.close,
  };
});

/** What `send`, or another request, throws where Slack answers like this. */
async function failureOf(
  listener: RequestListener,
  token = 'xoxb-1',
  ask: (messenger: Messenger) => Promise<unknown> = (messenger) =>
    messenger.send({ channel, text: 'hello', key: 'k' }),
): Promise<unknown> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const messenger = openSlackMessenger({
    token,
    apiUrl: `http://127.0.0.1:${port}`,
    timeoutMs: 500,
  });
  try {
    return await ask(messenger).catch((error: unknown) => error);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const saying =
  (body: unknown, status = 200, headers = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

test('an answer that does not say where the token belongs is none', async () => {
  const failure = await failureOf(saying({ ok: true }), 'xoxb-1', (one) => one.workspace());
  expect(failure).toBeInstanceOf(Retryable);
  expect(String(failure)).toContain('auth.test');
});

describe('an answer of Slack is of the class that decides what happens next', () => {
  const answers: [
    what: string,
    listener: RequestListener,
    kind: typeof KenkoError,
    code: string,
  ][] = [
    [
      'a revoked token',
      saying({ ok: false, error: 'token_revoked' }),
      Unauthorized,
      'token_revoked',
    ],
    [
      'a scope that is missing',
      saying({ ok: false, error: 'missing_scope' }),
      Unauthorized,
      'missing_scope',
    ],
    [
      'a bot that is not in the channel',
      saying({ ok: false, error: 'not_in_channel' }),
      Rejected,
      'not_in_channel',
    ],
    [
      'an error of its own',
      saying({ ok: false, error: 'internal_error' }),
      Retryable,
      'unavailable',
    ],
    ['a limit in the body', saying({ ok: false, error: 'ratelimited' }), Throttled, 'rate-limited'],
    ['a limit without a time', saying('', 429), Throttled, 'rate-limited'],
    ['a gateway', saying('<html>bad gateway</html>', 502), Retryable, 'unavailable'],
    ['no JSON at all', saying('hello'), Retryable, 'unavailable'],
    ['something else', saying({ ok: true, hello: 1 }), Retryable, 'unavailable'],
    [
      'an error that is no code',
      saying({ ok: false, error: 'a secret: xoxb-1' }),
      Rejected,
      'unknown_error',
    ],
    ['a broken connection', (request) => request.socket.destroy(), Retryable, 'unavailable'],
    ['nothing', () => undefined, Retryable, 'unavailable'],
  ];
  test.each(answers)('%s', async (_what, listener, kind, code) => {
    const error = await failureOf(listener);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code });
    expect((error as KenkoError).summary).not.toMatch(/xoxb|hello/);
  });

  test('a limit is waited for as long as it says', async () => {
    const error = await failureOf(saying({ ok: false }, 429, { 'retry-after': '7' }));
    expect(error).toMatchObject({ retryAfterMs: 7_000 });
  });

  test('a wrong token is refused by the stand-in too', async () => {
    const server = await startSlackServer({ path: ':memory:' });
    const messenger = openSlackMessenger({ token: 'other', apiUrl: server.url });
    await expect(messenger.send({ channel, text: 'a', key: 'k' })).rejects.toBeInstanceOf(
      Unauthorized,
    );
    await server.close();
  });
});
