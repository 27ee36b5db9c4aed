/**
 * Logs hold ids, counts and codes. Here everything else that passes through a run is marked:
 * what customers' tables hold, what people enter, what Salesforce answers, what the environment
 * keeps secret. No mark may come out in a log line.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { postJson } from '../../functions/cli/session/http-client.ts';
import { runtimeOf, useRuntime } from '../../functions/wiring/deployed.ts';
import type { Fault, Org, SeenRequest } from '../support/contracts/salesforce-org.ts';
import { openSystemWithOrg } from '../support/system/system-with-org.ts';
import type { TestSystem } from '../support/system/test-system.ts';
import { throughBigQuery } from '../support/system/through-bigquery.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const mark = 'MARKED';
const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';

let system: TestSystem;
let org: Org;
let printed: string[];

beforeEach(() => {
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await system.close();
});

async function begin(files = tinyPackFiles()): Promise<void> {
  ({ system, org } = await openSystemWithOrg({ files }));
  await createWorld(system);
  await execute(system, [
    `UPDATE source.accounts SET name = '${mark} ' || name, owner = '${mark}@' || account_id`,
  ]);
}

/** Everything that was logged or printed, and how often each event occurred. */
function logged(): { text: string; events: string[] } {
  const text = [...system.entries.map((entry) => JSON.stringify(entry)), ...printed].join('\n');
  return { text, events: system.entries.map((entry) => entry.event) };
}

/** An answer that repeats what was sent, as proxies and validation rules do. */
const echo = (status: number, { body }: SeenRequest): Fault => ({
  status,
  body: [{ errorCode: 'SERVER_UNAVAILABLE', message: `${mark} ${body}` }],
});

const isUpdate = ({ method }: SeenRequest) => method === 'PATCH';

describe('no log line holds', () => {
  it('what tables, documents and Salesforce’s fields hold, in a run where nothing fails', async () => {
    await begin();
    await system.run(monday);
    expect(JSON.stringify(org.accounts())).toContain(`${mark}@a1`);
    const { text, events } = logged();
    expect(new Set(events)).toEqual(
      new Set([
        'run-claimed',
        'run-prepared',
        'shard-scored',
        'run-closed',
        'shard-published',
        'run-finished',
        'accounts-synced',
      ]),
    );
    expect(text).not.toContain(mark);
  });

  it('what Salesforce says of rows and requests it refuses', async () => {
    await begin();
    const bodies: string[] = [];
    org.fault = (request) => {
      if (!isUpdate(request)) return undefined;
      bodies.push(request.body);
      if (bodies.length === 1) return echo(503, request);
      const { records } = JSON.parse(request.body) as { records: unknown[] };
      return {
        status: 200,
        body: records.map((record, i) => ({
          success: false,
          errors: [
            {
              statusCode: i === 0 ? `${mark}: no code` : 'STRING_TOO_LONG',
              message: `${mark}: value too large: ${JSON.stringify(record)}`,
              fields: [mark],
            },
          ],
        })),
      };
    };
    await system.run(monday);
    expect(bodies.join()).toContain(`${mark}@a1`);
    const { text, events } = logged();
    expect(events).toContain('account-parked');
    expect(text).toContain('STRING_TOO_LONG');
    expect(text).not.toContain(mark);
  });

  it('tokens and secrets, where Salesforce repeats them in its refusals', async () => {
    await begin();
    org.fault = (request) => (isUpdate(request) ? echo(400, request) : undefined);
    await system.run(monday);
    org.fault = ({ url, body }) =>
      url === '/services/oauth2/token'
        ? { status: 400, body: { error: `${mark} ${body}`, error_description: `${mark} ${body}` } }
        : { status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: mark }] };
    await execute(system, [`UPDATE source.accounts SET owner = '${mark} again'`]);
    await system.run(tuesday);
    const secret = org.requests.find(({ body }) => body.includes('client_secret=local'));
    expect(secret).toBeDefined();
    const { text, events } = logged();
    expect(events).toContain('credentials-refused');
    expect(text).not.toContain(mark);
    expect(text).not.toContain('client_secret');
  });

  it('what the twin’s warehouse quotes of a row that it cannot read', async () => {
    await begin();
    const { warehouse } = system;
    system.runtime.warehouse = {
      ...warehouse,
      // DuckDB's own cast, in place of a query of ours: those do not quote what they read.
      async materialize() {
        await warehouse.transaction((connection) =>
          connection.run('SELECT sum(name::INTEGER) FROM source.accounts'),
        );
        return { rows: 0 };
      },
    };
    expect(JSON.stringify(await system.score(monday))).toContain(mark);
    const { text, events } = logged();
    expect(events).toContain('run-failed');
    expect(text).toContain('duckdb: ');
    expect(text).not.toContain(mark);
  });

  it('what BigQuery quotes of a row that it cannot read', async () => {
    await begin();
    const server = await throughBigQuery(system);
    server.faults.job({ type: 'query', reason: 'invalidQuery', message: `Bad date: ${mark}` });
    const answer = JSON.stringify(await system.score(monday));
    await server.close();
    expect(answer).toContain(mark);
    const { text, events } = logged();
    expect(events).toContain('run-failed');
    expect(text).toContain('invalidQuery');
    expect(text).not.toContain(mark);
  });

  it('what people enter, search for and send', async () => {
    await begin();
    await system.run(monday);
    const get = (path: string) => fetch(`${system.url('api')}${path}`);
    const until = '2026-03-20T00:00:00Z';
    const override = { score: 'health', band: 'red', reason: mark, author: `${mark}@x`, until };
    await postJson(`${system.url('api')}/v1/accounts/a1/overrides`, override);
    const refused = [
      await get(`/v1/accounts?q=${mark}&band=${mark}`),
      await get(`/v1/accounts?${mark}=1`),
      await get(`/v1/accounts/${mark}`),
      await get(`/${mark}`),
      await get(`/accounts/${mark}`),
    ];
    const bad = [
      ['api', '/v1/accounts/a1/overrides', { ...override, [mark]: 1 }],
      ['api', '/v1/accounts/a1/overrides', { ...override, until: mark }],
      ['score', '', { pack: mark }],
      ['score', '', { backfill: mark }],
    ] as const;
    for (const [name, path, body] of bad) {
      refused.push(
        await fetch(`${system.url(name)}${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      );
    }
    for (const { status } of refused) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    const pushes = [
      { [mark]: mark },
      { run: 'r', shard: mark },
      { run: 'r', shard: 1, [mark]: 1 },
      mark,
    ];
    for (const body of pushes) {
      const data = Buffer.from(JSON.stringify(body)).toString('base64');
      const envelope = { subscription: mark, message: { data, messageId: mark } };
      await postJson(system.url('score-shard'), envelope);
    }
    await postJson(system.url('score-shard'), { [mark]: mark });
    const { text, events } = logged();
    expect(events.filter((event) => event === 'request-refused')).toHaveLength(refused.length);
    expect(events.filter((event) => event === 'message-ignored')).toHaveLength(pushes.length + 1);
    expect(text).not.toContain(mark);
  });

  it('a defect’s own words', async () => {
    await begin();
    vi.spyOn(system.runtime.snapshots, 'get').mockRejectedValue(
      new TypeError(`${mark} of ${mark}`),
    );
    const answer = await fetch(system.url('score'), { method: 'POST' });
    expect(answer.status).toBe(500);
    const { text, events } = logged();
    expect(events).toContain('request-failed');
    expect(text).toContain('TypeError at');
    expect(text).not.toContain(mark);
  });

  it('the environment', async () => {
    await begin();
    for (const name of ['PROJECT', 'SALESFORCE_CLIENT_SECRET', 'SALESFORCE_PRIVATE_KEY']) {
      vi.stubEnv(`KENKO_${name}`, `${mark} ${mark}`);
    }
    const { runtime } = system;
    useRuntime(undefined);
    await expect(runtimeOf('sync-salesforce')).rejects.toThrow('KENKO_PROJECT is malformed');
    useRuntime(runtime);
    const { text } = logged();
    expect(text).toContain('"event":"not-configured"');
    expect(text).not.toContain(mark);
  });
});
