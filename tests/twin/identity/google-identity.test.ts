/** Only what Google has signed for us, and what has not expired, says who somebody is. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGoogleIdentity } from '../../../functions/gcp/identity.ts';
import type { Access } from '../../../functions/ports/identity.ts';
import {
  type KeyServer,
  signedToken,
  signingKey,
  startKeyServer,
} from '../../support/identity/google-keys.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const keys = { iap: signingKey('ES256'), token: signingKey('RS256') };
const access: Access = {
  viewer: ['domain:acme.example', 'user:guest@other.example'],
  editor: ['user:Hanako@acme.example', 'serviceAccount:sync@acme.iam.gserviceaccount.com'],
  operator: ['user:ops@acme.example'],
  own: ['domain:partner.example'],
};
const audience = { iap: '/projects/1/global/backendServices/2', token: 'https://kenko.example' };
const issuer = { iap: 'https://cloud.google.com/iap', token: 'https://accounts.google.com' };
const nobody = { kind: 'nobody', name: '', role: null, ownOnly: false };

let server: KeyServer;
beforeAll(async () => {
  server = await startKeyServer();
});
afterAll(() => server.close());
beforeEach(() => {
  Object.assign(server.state, { keys: { k: '' }, asked: 0, fails: false });
});

type Kind = 'iap' | 'token';

function open(kind: Kind, given: Access = access) {
  server.state.keys = { k: keys[kind].publicKey };
  const clock = virtualClock(new Date('2026-03-01T00:00:00Z'));
  const identity = openGoogleIdentity({
    ...{ kind, access: given, clock, endpoints: server.endpoints },
    audiences: ['https://other.example', audience[kind]],
  });
  const callerOf = (token: string | undefined, header?: Record<string, string>) =>
    identity.callerOf((name) => {
      if (header) return header[name];
      if (token === undefined) return undefined;
      const own = kind === 'iap' ? 'x-goog-iap-jwt-assertion' : 'authorization';
      return name === own ? (kind === 'iap' ? token : `Bearer ${token}`) : undefined;
    });
  const claims = (more: object = {}) => ({
    ...{ aud: audience[kind], iss: issuer[kind], email_verified: true },
    ...{ email: 'hanako@acme.example', hd: 'acme.example', ...more },
  });
  const token = (more: object = {}, header = {}) =>
    signedToken(keys[kind], 'k', claims(more), header);
  return { callerOf, token, claims, clock };
}

describe.each<Kind>(['iap', 'token'])('an identity by %s', (kind) => {
  it('is whom Google names, with the highest role', async () => {
    const { callerOf, token } = open(kind);
    const named = async (email: string, hd?: string) => callerOf(token({ email, hd }));
    expect(await named('hanako@acme.example', 'acme.example')).toEqual({
      ...{ kind: 'person', name: 'hanako@acme.example', role: 'editor', ownOnly: false },
    });
    expect(await named('HANAKO@ACME.example')).toMatchObject({ role: 'editor' });
    expect(await named('taro@acme.example', 'acme.example')).toMatchObject({ role: 'viewer' });
    expect(await named('ops@acme.example')).toMatchObject({ role: 'operator' });
    expect(await named('guest@other.example')).toMatchObject({ role: 'viewer' });
    expect(await named('jiro@partner.example', 'partner.example')).toMatchObject({
      ...{ role: null, ownOnly: true },
    });
    expect(await named('sync@acme.iam.gserviceaccount.com')).toEqual({
      ...{ kind: 'service', name: 'sync@acme.iam.gserviceaccount.com', role: 'editor' },
      ownOnly: false,
    });
  });

  it('may be anybody whom Google names, where access is given to all of those', async () => {
    const all = { viewer: ['allAuthenticatedUsers'], editor: [], operator: [], own: [] };
    const { callerOf, token } = open(kind, all);
    expect(await callerOf(token({ email: 'eve@evil.example' }))).toMatchObject({ role: 'viewer' });
    expect(await callerOf('a.b.c')).toEqual(nobody);
  });

  it('has no role by an address alone that looks like the domain’s', async () => {
    const { callerOf, token } = open(kind);
    for (const [email, hd] of [
      ['taro@acme.example', undefined],
      ['taro@acme.example', 'other.example'],
      ['taro@acme.example.evil.example', 'evil.example'],
      ['user:ops@acme.example', undefined],
    ]) {
      expect((await callerOf(token({ email, hd }))).role).toBeNull();
    }
  });

  it.each<[string, (of: ReturnType<typeof open>) => string | undefined]>([
    ['no token', () => undefined],
    ['an empty one', () => ''],
    ['a text', () => 'nonsense'],
    ['three texts', () => 'a.b.c'],
    ['one for somebody else', ({ token }) => token({ aud: 'https://evil.example' })],
    ['one for nobody', ({ token }) => token({ aud: undefined })],
    ['one of another issuer', ({ token }) => token({ iss: 'https://evil.example' })],
    ['one that has expired', ({ token }) => token({ iat: 1, exp: 2 })],
    ['one of tomorrow', ({ token }) => token({ iat: 4e9, exp: 4e9 + 600 })],
    ['one that never ends', ({ token }) => token({ exp: 4e9 })],
    ['one without an address', ({ token }) => token({ email: undefined })],
    ['one that is not signed', ({ token }) => token({}, { alg: 'none' }).replace(/[^.]+$/, '')],
    ['one that says it is not signed', ({ token }) => token({}, { alg: 'none' })],
    ['one that names no key', ({ token }) => token({}, { kid: undefined })],
    ['one of a key that is none', ({ token }) => token({}, { kid: '__proto__' })],
    [
      'one signed by somebody else',
      ({ claims }) => signedToken(signingKey(keys[kind].alg), 'k', claims()),
    ],
    [
      'one whose claims were changed',
      ({ token, claims }) => {
        const [head, , signature] = token().split('.');
        const changed = Buffer.from(JSON.stringify(claims({ email: 'ops@acme.example' })));
        return [head, changed.toString('base64url'), signature].join('.');
      },
    ],
    [
      'one signed with the public key as a secret',
      ({ token }) => {
        const text = token({}, { alg: 'HS256' }).split('.').slice(0, 2).join('.');
        const made = createHmac('sha256', keys[kind].publicKey).update(text);
        return `${text}.${made.digest('base64url')}`;
      },
    ],
  ])('is nobody’s with %s', async (_, make) => {
    const opened = open(kind);
    expect(await opened.callerOf(make(opened))).toEqual(nobody);
  });

  it('is nobody’s by a header that anybody can write', async () => {
    const { callerOf, token } = open(kind);
    const email = 'accounts.google.com:ops@acme.example';
    for (const header of [
      { 'x-goog-authenticated-user-email': email, 'x-goog-authenticated-user-id': '1' },
      kind === 'iap'
        ? { authorization: `Bearer ${token()}` }
        : { 'x-goog-iap-jwt-assertion': token() },
    ]) {
      expect(await callerOf(undefined, header as unknown as Record<string, string>)).toEqual(
        nobody,
      );
    }
  });
});

it('takes an ID token only of an address that was verified', async () => {
  const { callerOf, token } = open('token');
  expect(await callerOf(token({ email_verified: false }))).toEqual(nobody);
  expect(await callerOf(token({ email_verified: undefined }))).toEqual(nobody);
});

describe('the keys of assertions', () => {
  it('are fetched once an hour, and at most once a minute for one that is unknown', async () => {
    const { callerOf, token, claims, clock } = open('iap');
    await Promise.all([callerOf(token()), callerOf(token()), callerOf('a.b.c')]);
    expect(server.state.asked).toBe(1);
    const next = signingKey('ES256');
    const later = signedToken(next, 'next', claims());
    expect(await callerOf(later)).toEqual(nobody);
    expect(server.state.asked).toBe(1);
    server.state.keys = { k: keys.iap.publicKey, next: next.publicKey };
    await clock.advance(61_000);
    expect(await callerOf(later)).toMatchObject({ name: 'hanako@acme.example' });
    expect(server.state.asked).toBe(2);
    await clock.advance(3_500_000);
    await callerOf(token());
    expect(server.state.asked).toBe(2);
    await clock.advance(200_000);
    await callerOf(token());
    expect(server.state.asked).toBe(3);
  });

  it('that cannot be fetched leave everybody unknown for now, not refused', async () => {
    const { callerOf, token } = open('iap');
    server.state.fails = true;
    await expect(callerOf(token())).rejects.toMatchObject({ name: 'Retryable' });
    server.state.fails = false;
    expect(await callerOf(token())).toMatchObject({ role: 'editor' });
  });
});
