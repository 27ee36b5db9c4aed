import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api as handlerOf } from '../../../functions/api/api.ts';
import { encodeCursor } from '../../../functions/api/cursors.ts';
import { Retryable } from '../../../functions/errors.ts';
import { keepBodiesRaw } from '../../../functions/raw-bodies.ts';
import { errorAnswer } from '../../../functions/records/api/common.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts } from '../../../functions/records/documents.ts';
import { accountOf } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ accounts: [{ id: 'a-1', points: 20 }] });
});
afterAll(() => api.close());

/** One sentence, no stack, no path of ours. */
function expectSentence(body: unknown, part: string): void {
  const { error } = errorAnswer.parse(body);
  expect(error.message).toContain(part);
  expect(error.message).not.toMatch(/\n|node_modules|\.ts\b/);
}

describe('a bad query', () => {
  const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['colour=red', 'The parameter "colour" is unknown; allowed: score, band, phase'],
    ['band=purple', 'score health has red, amber, green, unknown'],
    ['score=nps', 'pack saas has health, approach'],
    ['phase=nope', 'pack saas has trial, use'],
    ['sort=mrr', 'one of points, -points'],
    ['limit=many', 'The parameter limit is "many"; expected a whole number from 1 to 200.'],
    ['limit=1.5', 'a whole number from 1 to 200'],
    ['limit=201', 'a whole number from 1 to 200'],
    ['limit=-1', 'a whole number from 1 to 200'],
    ['limit=1&limit=2', 'limit is given more than once'],
    ['q=', 'expected a text'],
    [`q=${'x'.repeat(1501)}`, 'at most 1,500 characters'],
    ['cursor=nonsense', 'The cursor is not one of ours'],
    ['cursor=%00%ff', 'The cursor is not one of ours'],
    [`cursor=${text([1])}`, 'The cursor is not one of ours'],
    [`cursor=${text({ order: 'health points', part: 0, id: '' })}`, 'not one of ours'],
    [`cursor=${text({ order: 'health points', part: 0, id: '\ud800' })}`, 'not one of ours'],
    [
      `cursor=${text({ order: 'health points', part: 0, value: { $gt: 0 }, id: 'x' })}`,
      'not one of ours',
    ],
    [
      `cursor=${encodeCursor({ order: 'approach name', part: 0, id: 'x' })}`,
      'another score or sort',
    ],
    ['__proto__=1', 'The parameter "__proto__" is unknown'],
  ])('/v1/accounts?%s', async (query, part) => {
    const { status, body } = await api.get(`/v1/accounts?${query}`);
    expect(status).toBe(400);
    expectSentence(body, part);
  });

  it.each([
    ['/v1/candidate?x=1', 'none is allowed here'],
    ['/v1/runs?kind=all', 'one of scheduled, backfill'],
    ['/v1/runs?cursor=eyJ9', 'not one of ours'],
  ])('%s', async (path, part) => {
    const { status, body } = await api.get(path);
    expect(status).toBe(400);
    expectSentence(body, part);
  });
});

describe('a wrong address or method', () => {
  it.each(['/v1/nothing', '/v1/accounts/a/b/c', '/v2/accounts', '/V1/accounts', '/.env'])(
    'says that there is nothing at %s',
    async (path) => {
      const { status, body } = await api.get(path);
      expect(status).toBe(404);
      expectSentence(body, '/v1/openapi.json lists what there is');
    },
  );

  it.each([
    ['DELETE', '/v1/accounts', 'GET, HEAD'],
    ['PUT', '/v1/accounts/a-1', 'GET, HEAD'],
    ['GET', '/v1/accounts/a-1/overrides', 'POST'],
    ['POST', '/v1/portfolio', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
    ['PATCH', '/accounts/a-1', 'GET, HEAD'],
  ])('refuses %s %s and says what is allowed', async (method, path, allow) => {
    const response = await fetch(`${api.url}${path}`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    expectSentence(await response.json(), `${method} is refused here`);
  });

  it('answers HEAD as GET, without a body', async () => {
    const response = await fetch(`${api.url}/v1/accounts`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it('takes an id of dots as an id where the client lets it through', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${api.url}`, { path: '/v1/accounts/%2E%2E' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(404);
  });
});

describe('a failure of ours', () => {
  it('is a 500 that tells the log, not the caller', async () => {
    const broken = accountOf({ id: 'broken', points: 10 });
    await api.runtime.snapshots.set(ref(accounts, 'broken'), { ...broken, details: '{}' });
    const { status, body } = await api.get('/v1/accounts/broken');
    expect(status).toBe(500);
    expectSentence(body, 'The request failed; the log says why.');
    expect(api.logged.at(-1)).toMatchObject({ event: 'request-failed', severity: 'ERROR' });
  });

  it('never sends an answer that is not as documented', async () => {
    const { warehouse } = api.runtime;
    const tally = { score: 'health', state: 'scored', phase: null, points: null, counted: 0 };
    api.runtime.warehouse = {
      ...warehouse,
      query: async () => [{ ...tally, band: null, accounts: -7 }],
    };
    const { status, text } = await api.get('/v1/portfolio');
    api.runtime.warehouse = warehouse;
    expect(status).toBe(500);
    expect(text).not.toContain('-7');
    expect(api.logged.at(-1)?.message).toContain('the answer of getPortfolio is not as documented');
  });

  it('is a 503 while what the API needs cannot be reached', async () => {
    const { warehouse } = api.runtime;
    api.runtime.warehouse = {
      ...warehouse,
      query: async () => {
        throw new Retryable('unavailable', 'The warehouse does not answer; try again later.');
      },
    };
    const { status, body } = await api.get('/v1/portfolio');
    api.runtime.warehouse = warehouse;
    expect(status).toBe(503);
    expectSentence(body, 'try again later');
  });
});

describe('inside the Functions Framework, which would inflate and parse bodies first', () => {
  http(
    'api-under-test',
    handlerOf(async () => api.runtime),
  );
  const server = keepBodiesRaw(getTestServer('api-under-test'));
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    type = 'application/json',
    more = {},
  ) => {
    const path = `${url}/v1/accounts/a-1/overrides`;
    const headers = { 'content-type': type, ...more };
    const answer = await fetch(path, { method: 'POST', headers, body });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };

  it('takes an override', async () => {
    const until = '2026-12-31T00:00:00Z';
    const override = { score: 'health', band: 'red', reason: 'r', author: 'a', until };
    expect(await post(JSON.stringify(override))).toMatchObject({
      status: 201,
      body: { account: 'a-1' },
    });
  });

  it.each([
    ['{"score":', 'application/json', 400, 'The body is not JSON.'],
    ['{"score":', 'text/plain', 415, 'application/json'],
    [`{"reason":"${'x'.repeat(70_000)}"}`, 'application/json', 413, 'is over 65536 bytes.'],
    ['x'.repeat(70_000), 'text/plain', 415, 'application/json'],
  ])('refuses body %#', async (sent, type, status, sentence) => {
    const answer = await post(sent, type);
    expect(answer.status).toBe(status);
    expectSentence(answer.body, sentence);
  });

  it.each(['gzip', 'deflate', 'br', 'GZip', 'identity, gzip'])(
    'refuses what says that it is compressed with %s, without inflating it',
    async (encoding) => {
      for (const sent of [gzipSync('{}'), 'no such thing, which would be found on inflating it']) {
        const answer = await post(sent, 'application/json', { 'content-encoding': encoding });
        expect(answer.status).toBe(415);
        expectSentence(answer.body, 'The body is compressed; send it as it is');
      }
    },
  );
});

describe('GET /healthz and /v1/health', () => {
  it.each(['/healthz', '/v1/health'])('%s', async (path) => {
    expect(await api.get(path)).toMatchObject({
      status: 200,
      body: { status: 'ok', pack: 'saas' },
    });
  });
});
