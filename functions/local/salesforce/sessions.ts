/** Logging in to the Salesforce stand-in: client credentials and JWT bearer. */
import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';

/** By client id; the secret for client credentials, the PEM certificate's key for JWT. */
export type SalesforceClients = Record<string, { secret?: string; publicKey?: string }>;

const organisation = '00D5g000000StandIn';
const user = '0055g00000StandIn1';
const jwtGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const claims = z.object({ iss: z.string(), sub: z.string(), aud: z.string(), exp: z.number() });

export class Sessions {
  readonly #clients: SalesforceClients;
  readonly #clock: Clock;
  readonly #tokens = new Set<string>();

  constructor(clients: SalesforceClients, clock: Clock) {
    this.#clients = clients;
    this.#clock = clock;
  }

  /** True where an Authorization header names a live session. */
  holds(authorization: string | undefined): boolean {
    return this.#tokens.has((authorization ?? '').replace(/^Bearer /, ''));
  }

  expire(): void {
    this.#tokens.clear();
  }

  /** Answers the token endpoint. */
  grant(form: URLSearchParams, instance: string): { status: number; body: unknown } {
    const problem =
      form.get('grant_type') === 'client_credentials'
        ? this.#clientProblem(form)
        : form.get('grant_type') === jwtGrant
          ? this.#assertionProblem(form.get('assertion') ?? '')
          : { error: 'unsupported_grant_type', error_description: 'grant type not supported' };
    if (problem !== undefined) return { status: 400, body: problem };
    const token = `${organisation}!${randomUUID()}`;
    this.#tokens.add(token);
    return {
      status: 200,
      body: {
        access_token: token,
        token_type: 'Bearer',
        instance_url: instance,
        id: `${instance}/id/${organisation}/${user}`,
        scope: 'api',
        issued_at: String(this.#clock.now().getTime()),
      },
    };
  }

  #clientProblem(form: URLSearchParams) {
    const client = this.#clients[form.get('client_id') ?? ''];
    if (client === undefined) {
      return { error: 'invalid_client_id', error_description: 'client identifier invalid' };
    }
    if (client.secret === undefined || client.secret !== form.get('client_secret')) {
      return { error: 'invalid_client', error_description: 'invalid client credentials' };
    }
  }

  #assertionProblem(assertion: string) {
    const refused = (error_description: string) => ({ error: 'invalid_grant', error_description });
    const [header, payload, signature] = assertion.split('.');
    if (header === undefined || payload === undefined || signature === undefined) {
      return refused('invalid assertion');
    }
    let content: unknown;
    try {
      content = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    } catch (error) {
      return refused(`invalid assertion: ${String(error)}`);
    }
    const read = claims.safeParse(content);
    if (!read.success) return refused('invalid assertion');
    const { iss, exp } = read.data;
    const publicKey = this.#clients[iss]?.publicKey;
    if (publicKey === undefined) return refused('user hasn’t approved this consumer');
    const signed = Buffer.from(`${header}.${payload}`);
    if (
      !verify('sha256', signed, createPublicKey(publicKey), Buffer.from(signature, 'base64url'))
    ) {
      return refused('invalid assertion signature');
    }
    const left = exp - this.#clock.now().getTime() / 1_000;
    if (left <= 0) return refused('expired authorization code');
    // Salesforce takes assertions that expire within three minutes.
    if (left > 180) return refused('expiration time is too far in the future');
  }
}
