/** One logged-in connection, shared by all calls: logging in, renewing, waiting, headroom. */
import { createSign } from 'node:crypto';
import type { z } from 'zod';
import { code, Rejected, Retryable, Throttled, Unauthorized } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { CrmAuth } from '../ports/crm.ts';
import type { Connection } from './connection.ts';
import {
  classified,
  classifiedLogin,
  isExpiredSession,
  refusedCall,
  unreadable,
} from './failures.ts';

export interface SessionOptions {
  loginUrl: string;
  auth: CrmAuth;
  version: string;
  clock: Clock;
  /** Share of the daily API calls that is left to others, 0-1. */
  headroomShare: number;
  timeoutMs: number;
  /** Tries of one call, the first included. */
  attempts: number;
}

/** Salesforce refuses assertions that expire more than three minutes ahead. */
const assertionSeconds = 150;
const firstBackoffMs = 1_000;
const longestBackoffMs = 30_000;
/** An answer about the calls used is believed for this long once it says stop. */
const usageCheckMs = 60_000;
/** The daily limit is a rolling 24 hours, so some calls come free all the time. */
const throttleMs = 15 * 60_000;

interface CallOptions {
  /**
   * The request would take effect twice: after a failure that may hide an effect it is left to
   * the caller, who can look.
   */
  once?: boolean;
  /** It asks whether something is there: no is an answer. */
  asking?: boolean;
}

export class SalesforceSession {
  readonly #options: SessionOptions;
  #connection: Promise<Connection> | undefined;
  #login: Promise<void> | undefined;
  #usage: { used: number; limit: number } | undefined;
  #checkedAt = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  usage(): { used: number; limit: number } | undefined {
    return this.#usage;
  }

  /**
   * Makes one request, again where its failure may pass, and once more with a new session
   * where this one has ended.
   * @param what says in messages what was being done
   * @throws Retryable, Throttled, Unauthorized, or Rejected for what a part of the request holds
   */
  async call<R>(
    what: string,
    request: (connection: Connection) => Promise<R>,
    { once = false, asking = false }: CallOptions = {},
  ): Promise<R> {
    const attempts = once ? 1 : this.#options.attempts;
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const connection = await this.loggedIn();
      const { accessToken } = connection;
      try {
        return await request(connection);
      } catch (error) {
        if (isExpiredSession(error) && !renewed) {
          renewed = true;
          attempt--;
          if (connection.accessToken === accessToken) connection.accessToken = null;
          continue;
        }
        const failure = classified(error, what);
        if (!(failure instanceof Retryable) || attempt >= attempts) {
          throw asking ? failure : refusedCall(failure);
        }
      } finally {
        this.#noteUsage(connection);
      }
      await this.backOff(attempt);
    }
  }

  /** As `call`, with the answer read. @throws Retryable for an answer that is not as it should be */
  async ask<T>(
    what: string,
    answer: z.ZodType<T>,
    request: (connection: Connection) => Promise<unknown>,
    options?: CallOptions,
  ): Promise<T> {
    const read = answer.safeParse(await this.call(what, request, options));
    if (read.success) return read.data;
    throw unreadable(what);
  }

  /** Waits before try `attempt` + 1. */
  async backOff(attempt: number): Promise<void> {
    const wait = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (attempt - 1));
    await this.#options.clock.sleep(wait);
  }

  /** @throws Throttled where fewer calls are left than others are to have. */
  async keepHeadroom(): Promise<void> {
    if (!this.#isLow()) return;
    const now = this.#options.clock.now().getTime();
    if (now - this.#checkedAt >= usageCheckMs) {
      // What the last answer said may be hours old.
      this.#checkedAt = now;
      await this.call('reading limits', (connection) => connection.request('/limits'));
      if (!this.#isLow()) return;
    }
    const { used, limit } = this.#usage ?? { used: 0, limit: 0 };
    throw new Throttled(
      'daily-limit',
      `salesforce: ${used} of ${limit} daily API calls are used, and ${Math.round(this.#options.headroomShare * 100)} % are left to others; try again later.`,
      { retryAfterMs: throttleMs },
    );
  }

  /** The connection, logged in. @throws Unauthorized, Retryable */
  async loggedIn(): Promise<Connection> {
    const { loginUrl, version, timeoutMs } = this.#options;
    // Loaded with the first call: jsforce takes a third of a second.
    this.#connection ??= import('./connection.ts').then(({ createConnection }) =>
      createConnection({ loginUrl, version, timeoutMs }),
    );
    const connection = await this.#connection;
    if (!connection.accessToken) {
      this.#login ??= this.#logIn(connection).finally(() => {
        this.#login = undefined;
      });
      await this.#login;
    }
    return connection;
  }

  async #logIn(connection: Connection): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await connection.authorize(this.#grant());
        if (!connection.accessToken) {
          throw new Unauthorized('unauthorized', 'salesforce: the login gave no access token.');
        }
        return;
      } catch (error) {
        const failure = classifiedLogin(error);
        if (!(failure instanceof Retryable) || attempt >= this.#options.attempts) throw failure;
      }
      await this.backOff(attempt);
    }
  }

  /** Not given to jsforce as its client, so that it does not renew sessions by itself. */
  #grant(): { grant_type: string; [name: string]: string } {
    const { auth } = this.#options;
    return auth.kind === 'jwt'
      ? {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: this.#assertion(auth),
        }
      : {
          grant_type: 'client_credentials',
          client_id: auth.clientId,
          client_secret: auth.clientSecret,
        };
  }

  #assertion(auth: Extract<CrmAuth, { kind: 'jwt' }>): string {
    const claims = {
      iss: auth.clientId,
      sub: auth.username,
      aud: auth.audience ?? 'https://login.salesforce.com',
      exp: Math.floor(this.#options.clock.now().getTime() / 1_000) + assertionSeconds,
    };
    const signed = [{ alg: 'RS256', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    try {
      return `${signed}.${createSign('sha256').update(signed).sign(auth.privateKey, 'base64url')}`;
    } catch (error) {
      throw new Rejected(
        code.badRequest,
        'salesforce: the private key cannot sign; it has to be an RSA key in PEM.',
        { cause: error },
      );
    }
  }

  #isLow(): boolean {
    if (this.#usage === undefined) return false;
    const { used, limit } = this.#usage;
    return used >= limit * (1 - this.#options.headroomShare);
  }

  #noteUsage(connection: Connection): void {
    this.#usage = connection.limitInfo.apiUsage ?? this.#usage;
  }
}
