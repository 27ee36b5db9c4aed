/** Google's public keys on loopback, and whoever has the private ones. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { closeServer, listenOnLoopback } from '../../../functions/local/loopback.ts';

interface SigningKey {
  alg: 'ES256' | 'RS256';
  privateKey: KeyObject;
  publicKey: string;
}

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

export function signingKey(alg: SigningKey['alg']): SigningKey {
  const pair =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { alg, privateKey: pair.privateKey, publicKey: pem(pair.publicKey) };
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A signed token, as Google makes it. `header` replaces what it says of its key. */
export function signedToken(key: SigningKey, kid: string, claims: object, header = {}): string {
  const now = Math.floor(Date.now() / 1_000);
  const text = [
    encoded({ alg: key.alg, typ: 'JWT', kid, ...header }),
    encoded({ iat: now, exp: now + 600, sub: '1', ...claims }),
  ].join('.');
  const signature = sign('sha256', Buffer.from(text), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${text}.${signature.toString('base64url')}`;
}

export type KeyServer = Awaited<ReturnType<typeof startKeyServer>>;

/** Serves keys by id, and counts how often it was asked. */
export async function startKeyServer() {
  const state = { keys: {} as Record<string, string>, asked: 0, fails: false };
  const server = createServer((_request, response) => {
    state.asked += 1;
    response.writeHead(state.fails ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(state.keys));
  });
  const url = await listenOnLoopback(server);
  return {
    state,
    endpoints: { oauth2IapPublicKeyUrl: url, oauth2FederatedSignonPemCertsUrl: url },
    close: () => closeServer(server),
  };
}
