/**
 * Identities that Google vouches for: the assertion that Identity-Aware Proxy signs for each request
 * (https://cloud.google.com/iap/docs/signed-headers-howto), or a Google ID token that the caller sends
 * (https://cloud.google.com/docs/authentication/get-id-token).
 */
import { OAuth2Client, type OAuth2ClientOptions } from 'google-auth-library';
import { z } from 'zod';
import { code, messageOf, Retryable } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type Access, callerWith, type Identity, type Verified } from '../ports/identity.ts';

export interface GoogleIdentityOptions {
  /** iap: behind Identity-Aware Proxy; token: callers send an ID token as bearer. */
  kind: 'iap' | 'token';
  /** What assertions or tokens have to be made for. */
  audiences: readonly string[];
  access: Access;
  clock: Clock;
  /** Where the public keys are; default: at Google. */
  endpoints?: OAuth2ClientOptions['endpoints'];
}

type Keys = Record<string, string>;

const kinds = {
  iap: { algorithm: 'ES256', issuers: ['https://cloud.google.com/iap'] },
  token: { algorithm: 'RS256', issuers: ['https://accounts.google.com', 'accounts.google.com'] },
} as const;

/** Of a header and a payload, what is relied upon. */
const head = z.object({ alg: z.string(), kid: z.string() });
const claims = z.object({
  email: z.email(),
  email_verified: z.boolean().optional(),
  hd: z.string().optional(),
});

/** Google announces a new key days before it signs with it. */
const keysLastMs = 3_600_000;
/** An unknown key is asked for at most so often: anybody can name one. */
const keysApartMs = 60_000;

export function openGoogleIdentity(options: GoogleIdentityOptions): Identity {
  const { kind, audiences, access, clock, endpoints } = options;
  const client = new OAuth2Client(endpoints ? { endpoints } : {});
  const { algorithm, issuers } = kinds[kind];
  const keysFor = keeping(clock, () => fetchKeys(client, kind));

  async function verify(token: string): Promise<Verified | undefined> {
    const { alg, kid } = headOf(token) ?? {};
    if (alg !== algorithm || kid === undefined) return undefined;
    const keys = await keysFor(kid);
    const ticket = await client
      .verifySignedJwtWithCertsAsync(token, keys, [...audiences], [...issuers])
      .catch(() => undefined);
    const found = claims.safeParse(ticket?.getPayload());
    // A token of somebody who never proved that the address is theirs.
    if (!found.success || (kind === 'token' && !found.data.email_verified)) return undefined;
    return { email: found.data.email, workspace: found.data.hd };
  }

  return {
    async callerOf(header) {
      const token =
        kind === 'iap'
          ? header('x-goog-iap-jwt-assertion')
          : /^Bearer (\S+)$/i.exec(header('authorization') ?? '')?.[1];
      return callerWith(access, token === undefined ? undefined : await verify(token));
    },
  };
}

/** Of a token that nobody has checked yet: how it says that it is signed. */
function headOf(token: string): z.infer<typeof head> | undefined {
  try {
    const text = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8');
    return head.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Keys by id. @throws Retryable */
async function fetchKeys(client: OAuth2Client, kind: 'iap' | 'token'): Promise<Keys> {
  try {
    if (kind === 'iap') return (await client.getIapPublicKeys()).pubkeys;
    return (await client.getFederatedSignonCerts()).certs as Keys;
  } catch (error) {
    throw new Retryable(code.unavailable, "google: the keys of identities can't be fetched", {
      cause: error,
      said: messageOf(error),
    });
  }
}

/** Fetches keys when they are old, or lack one that is asked for. */
function keeping(clock: Clock, fetch: () => Promise<Keys>): (kid: string) => Promise<Keys> {
  let fetched: { at: number; keys: Promise<Keys> } | undefined;
  return async (kid) => {
    const now = clock.now().getTime();
    const age = fetched ? now - fetched.at : Number.POSITIVE_INFINITY;
    const known = age < keysLastMs ? await fetched?.keys.catch(() => undefined) : undefined;
    if (known && (Object.hasOwn(known, kid) || age < keysApartMs)) return known;
    fetched = { at: now, keys: fetch() };
    return fetched.keys;
  };
}
