/** What waits while Salesforce takes nothing, and arrives once it does again. */
import { afterEach, describe, expect, it } from 'vitest';
import { Retryable } from '../../functions/errors.ts';
import { ref } from '../../functions/records/collection.ts';
import { crmAccounts } from '../../functions/records/documents.ts';
import { episodes } from '../../functions/records/signal-documents.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { syncSalesforce } from '../../functions/sync/sync-salesforce.ts';
import type { Fault, Org, SeenRequest } from '../support/contracts/salesforce-org.ts';
import { crmStateOf, openSystemWithOrg } from '../support/system/system-with-org.ts';
import type { TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute, nextDay } from '../support/system/tiny-data.ts';
import { signalPackFiles } from '../support/system/tiny-signals.ts';

let system: TestSystem;
let org: Org;
afterEach(() => system.close());

async function begin(): Promise<void> {
  ({ system, org } = await openSystemWithOrg({ files: signalPackFiles() }));
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  await nextDay(system, '2026-03-02');
  await system.clock.advance(24 * 3_600_000);
}

/** Some hours, with a sweep every ten minutes. */
async function hours(count: number): Promise<void> {
  for (let i = 0; i < count * 6; i += 1) {
    await system.bus.idle();
    await system.clock.advance(10 * 60_000);
    await sweep(system.runtime);
  }
  await system.bus.idle();
}

const refusal = (status: number, errorCode: string): Fault => ({
  status,
  body: [{ errorCode, message: 'no' }],
});
const isUpdate = ({ method, url }: SeenRequest) =>
  method === 'PATCH' && url.includes('/composite/sobjects');
const isTask = ({ method, url, body }: SeenRequest) =>
  method === 'POST' && url.includes('/composite/sobjects') && body.includes('"Task"');
const refusedLogin = ({ url }: SeenRequest): Fault =>
  url.includes('oauth2/token')
    ? { status: 400, body: { error: 'invalid_client', error_description: 'invalid client' } }
    : refusal(401, 'INVALID_SESSION_ID');

const stateOf = (account: string) => crmStateOf(system, account);
const shown = (account: string) =>
  system.salesforce.accounts().find(({ Kenko_Account_Id__c: id }) => id === account);
const deliveries = async () =>
  (await system.runtime.snapshots.query({ collection: episodes, limit: 100 })).flatMap(
    ({ data }) => data.deliveries,
  );

describe('case 20i: sync_log refuses rows while Salesforce is down', () => {
  const unlogged = (): Runtime => {
    const { warehouse } = system.runtime;
    const refused: Runtime['warehouse'] = new Proxy(warehouse, {
      get(target, name) {
        if (name === 'append') return () => Promise.reject(new Retryable('unavailable', 'no rows'));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { ...system.runtime, warehouse: refused };
  };
  const message = { pack: 'tiny', run: 'r', accounts: ['a2'] };
  const ownerChanges = async () => {
    await execute(system, [
      "UPDATE source.accounts SET owner = 'new@example.com' WHERE account_id = 'a2'",
    ]);
    org.fault = (request) => (isUpdate(request) ? refusal(503, 'SERVER_UNAVAILABLE') : undefined);
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
  };

  it('the account waits, and is sent once both are well', async () => {
    await begin();
    await ownerChanges();
    await system.runtime.snapshots.delete(ref(crmAccounts, 'a2'));
    expect(await syncSalesforce(unlogged(), message)).toMatchObject({ waiting: 1 });
    expect(await stateOf('a2')).toMatchObject({ state: 'pending', code: 'unavailable' });
    expect(system.entries.at(-2)).toMatchObject({ event: 'request-failed', severity: 'ERROR' });
    org.fault = () => undefined;
    await hours(1);
    expect(shown('a2')?.Kenko_Owner__c).toBe('new@example.com');
    expect((await stateOf('a2'))?.state).toBe('synced');
  });

  it('what was written meanwhile is delivered again until it is logged', async () => {
    await begin();
    await ownerChanges();
    org.fault = () => undefined;
    await expect(syncSalesforce(unlogged(), message)).rejects.toBeInstanceOf(Retryable);
    expect((await stateOf('a2'))?.state).toBe('synced');
    const rows = () =>
      system.warehouse.query(
        "SELECT COUNT(*) AS n FROM sync_log WHERE account_id = 'a2' AND outcome = 'synced'",
      );
    const before = await rows();
    await syncSalesforce(system.runtime, message, { repeated: true });
    expect(await rows()).toEqual([{ n: Number(before[0]?.n) + 1 }]);
  });
});

describe('case 20j: a task is answered 503, then the login is refused for hours', () => {
  it('it is still to be sent, and sent once', async () => {
    await begin();
    await execute(system, [
      "UPDATE source.usage_daily SET minutes = 0 WHERE account_id IN ('a5', 'a6', 'a7')",
    ]);
    org.fault = (request) => (isTask(request) ? refusal(503, 'SERVER_UNAVAILABLE') : undefined);
    await system.score('2026-03-02T17:00:00Z');
    await system.bus.idle();
    const tasks = async () => (await deliveries()).filter(({ to }) => to === 'task');
    const many = (await tasks()).length;
    expect(many).toBeGreaterThan(0);
    org.fault = refusedLogin;
    await hours(6);
    expect(new Set((await tasks()).map(({ state }) => state))).toEqual(new Set(['sending']));
    org.fault = () => undefined;
    await hours(2);
    expect(new Set((await tasks()).map(({ state }) => state))).toEqual(new Set(['sent']));
    expect(org.tasks()).toHaveLength(many);
  });
});

describe('a call that Salesforce refuses whatever its rows', () => {
  it.each<[string, Fault]>([
    ['404', refusal(404, 'NOT_FOUND')],
    ['400', refusal(400, 'INVALID_TYPE')],
    ['410', refusal(410, 'UNSUPPORTED_API_VERSION')],
    ['403', refusal(403, 'API_DISABLED_FOR_ORG')],
    ['a page of a proxy', { status: 404, body: '<html>' }],
  ])('leaves accounts and tasks waiting until it is mended: %s', async (_, fault) => {
    await begin();
    await execute(system, [
      "UPDATE source.usage_daily SET minutes = 0 WHERE account_id IN ('a5', 'a6', 'a7')",
    ]);
    org.fault = (request) => (isUpdate(request) || isTask(request) ? fault : undefined);
    await system.score('2026-03-02T17:00:00Z');
    await system.settle();
    await hours(1);
    expect((await stateOf('a2'))?.state).toBe('pending');
    expect(system.entries.some(({ event }) => event === 'credentials-refused')).toBe(true);
    org.fault = () => undefined;
    await hours(2);
    expect((await stateOf('a2'))?.state).toBe('synced');
    const all = await deliveries();
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['sent']));
    expect(org.tasks()).toHaveLength(all.filter(({ to }) => to === 'task').length);
  });
});
