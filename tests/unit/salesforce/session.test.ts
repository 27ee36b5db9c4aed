/** How the Salesforce adapter logs in, and what it does when a session ends. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Rejected, Retryable, Unauthorized } from '../../../functions/errors.ts';
import { fields } from '../../support/contracts/crm-fields.ts';
import type { Fault } from '../../support/contracts/salesforce-org.ts';
import {
  closeOrgsAfterEach,
  isLogin,
  isPatch,
  logins,
  numbered,
  open,
  refusal,
  scoreOf,
  written,
} from '../../support/salesforce/org-calls.ts';

closeOrgsAfterEach();

describe('the session', () => {
  test('one login serves many calls, also at once', async () => {
    const { org, crm } = await open();
    await org.create(numbered(3));
    await Promise.all(
      Array.from({ length: 5 }, () => crm.resolve(fields.externalId, ['account-1'])),
    );
    expect(logins(org)).toHaveLength(1);
  });

  test('that ended is renewed once for all', async () => {
    const { org, crm } = await open();
    const ids = await org.create(['a']);
    await crm.describe('Account');
    org.expireSessions();
    await Promise.all([
      crm.update('Account', scoreOf(ids)),
      crm.describe('Account'),
      crm.read('Account', ids, ['Name']),
    ]);
    expect(logins(org)).toHaveLength(2);
    expect(written(org)).toEqual([1]);
  });

  test('that ends every time is an operator’s matter, not a loop', async () => {
    const { org, crm } = await open();
    org.fault = (request) =>
      isLogin(request) ? undefined : refusal(401, 'INVALID_SESSION_ID', 'Session expired');
    await expect(crm.describe('Account')).rejects.toBeInstanceOf(Unauthorized);
    expect(logins(org)).toHaveLength(2);
    expect(org.calls()).toHaveLength(2);
  });

  test('that ended and is not renewed is refused credentials, unless some rows are written', async () => {
    const { org, crm } = await open();
    const ids = await org.create(numbered(201));
    let updates = 0;
    let lasting = 1;
    org.fault = (request) => {
      if (isLogin(request)) return updates > lasting ? refusal(400, 'invalid_grant') : undefined;
      if (!isPatch(request)) return undefined;
      updates += 1;
      return updates > lasting ? refusal(401, 'INVALID_SESSION_ID') : undefined;
    };
    const results = await crm.update('Account', scoreOf(ids));
    expect(results.filter(({ outcome }) => outcome === 'updated')).toHaveLength(200);
    expect(results[200]).toMatchObject({ outcome: 'retry' });
    lasting = 0;
    await expect(crm.update('Account', scoreOf(ids, 2))).rejects.toBeInstanceOf(Unauthorized);
  });

  test('is refused for wrong credentials, without a second try', async () => {
    const auth = { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'wrong' } as const;
    const { org, crm } = await open({ auth });
    await expect(crm.update('Account', scoreOf(['x']))).rejects.toMatchObject({
      name: Unauthorized.name,
      message: expect.stringMatching(
        /^salesforce: the login was refused \(invalid_client\); check .*: ./,
      ),
    });
    expect(logins(org)).toHaveLength(1);
  });

  test.each<[string, Fault]>([
    ['is down', { status: 503, body: 'down' }],
    ['drops the connection', 'drop-before'],
    ['drops it inside the answer', 'drop-after'],
  ])(
    'a login server that %s is Retryable after a few tries: nothing was sent',
    async (_, fault) => {
      const { org, crm } = await open({ attempts: 3 });
      org.fault = (request) => (isLogin(request) ? fault : undefined);
      await expect(crm.update('Account', scoreOf(['x']))).rejects.toBeInstanceOf(Retryable);
      expect(logins(org)).toHaveLength(3);
    },
  );

  test('a login URL that is none of Salesforce’s is said so', async () => {
    const { org, crm } = await open();
    org.fault = () => ({ status: 404, body: '<html>' });
    await expect(crm.describe('Account')).rejects.toMatchObject({
      name: Unauthorized.name,
      message: expect.stringContaining('login URL'),
    });
  });

  describe('by a signed assertion', () => {
    const pair = () =>
      generateKeyPairSync('rsa', {
        modulusLength: 2_048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
    const { publicKey, privateKey } = pair();
    const server = { clients: { app: { publicKey }, kenko: { secret: 'local' } } };
    const auth = { kind: 'jwt', clientId: 'app', username: 'kenko@example.com' } as const;

    test('is opened, and renewed', async () => {
      const { org, crm } = await open({ auth: { ...auth, privateKey } }, server);
      await crm.describe('Account');
      org.expireSessions();
      await crm.describe('Account');
      expect(logins(org)).toHaveLength(2);
    });

    test('is refused with another key', async () => {
      const { crm } = await open({ auth: { ...auth, privateKey: pair().privateKey } }, server);
      await expect(crm.describe('Account')).rejects.toMatchObject({
        name: Unauthorized.name,
        message: expect.stringContaining('invalid_grant'),
      });
    });

    test('is refused without a key, in one sentence', async () => {
      const { crm } = await open({ auth: { ...auth, privateKey: 'no key' } }, server);
      await expect(crm.describe('Account')).rejects.toMatchObject({
        name: Rejected.name,
        message: expect.stringContaining('RSA key in PEM'),
      });
    });
  });
});
