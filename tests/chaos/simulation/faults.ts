/** What goes wrong, by chance: the seed decides where. */
import { Retryable, Unauthorized } from '../../../functions/errors.ts';
import type { Random } from '../../../functions/local/demo/random.ts';
import type { Queue } from '../../../functions/records/messages.ts';
import type { Fault as CrmFault, SeenRequest } from '../../support/contracts/salesforce-org.ts';
import type { Process } from './turns.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How likely each sort of fault is at a call, and for a message. */
export interface Weather {
  kill: number;
  pause: number;
  /** The call fails before it has an effect, or after it had one. */
  failBefore: number;
  failAfter: number;
  duplicate: number;
  /** Messages that take minutes, and how many at the most. */
  delay: number;
  longestDelay: number;
  crm: number;
  /** Salesforce takes nothing for an hour, from some call on. */
  maintenance: number;
  /** Salesforce or Slack refuses every login for hours, from some call on. */
  logins: number;
  /** Salesforce refuses calls of one kind for hours, whatever is in them. */
  calls: number;
  /** Salesforce refuses some records, until that is mended there hours later. */
  rows: number;
  /** Between two steps, a person moves, merges or deletes records in Salesforce. */
  hands: number;
  /** How far the clocks of processes are apart, at the most. */
  clocksApart: number;
  /** What was mended in Salesforce shows at night only: the days end with comparisons. */
  nights: boolean;
  /** Only processes of this queue are paused or killed; all without it. */
  onlyQueue?: Queue;
}

export const calm: Weather = {
  kill: 0,
  pause: 0,
  failBefore: 0,
  failAfter: 0,
  duplicate: 0,
  delay: 0,
  longestDelay: 30,
  crm: 0,
  maintenance: 0,
  logins: 0,
  calls: 0,
  rows: 0,
  hands: 0,
  clocksApart: 0,
  nights: false,
};

export const storm: Weather = {
  ...calm,
  kill: 0.02,
  pause: 0.01,
  failBefore: 0.02,
  failAfter: 0.015,
  duplicate: 0.2,
  delay: 0.2,
  longestDelay: 30,
  crm: 0.2,
  maintenance: 0.02,
};

/** Besides, whole services are shut, and no two clocks agree. */
export const outages: Weather = {
  ...storm,
  maintenance: 0.005,
  logins: 0.01,
  calls: 0.01,
  clocksApart: minute,
};

/** Besides, people are at work in Salesforce. */
export const people: Weather = {
  ...storm,
  maintenance: 0.005,
  rows: 0.2,
  hands: 0.003,
  clocksApart: minute,
  nights: true,
};

/** Nothing fails, but messages overtake each other. */
export const reordering: Weather = { ...calm, duplicate: 0.3, delay: 0.6, longestDelay: 180 };

/** Nothing fails, but processes stand still for long: what leases are for. */
export const pausing: Weather = { ...calm, duplicate: 0.3, delay: 0.3, pause: 0.15 };

/** Processes die without a word, often. */
export const killing: Weather = { ...calm, kill: 0.2, delay: 0.3 };

/** Salesforce refuses most of what it is asked. */
export const refusing: Weather = { ...calm, delay: 0.3, crm: 0.6 };

export type Fate = 'live' | 'die-before' | 'die-after' | 'fail-before' | 'fail-after';

export class Faults {
  readonly #random: Random;
  #weather: Weather;
  /** Faults so far, by sort. */
  readonly seen = new Map<string, number>();
  #maintenanceUntil = 0;
  /** What Salesforce refuses, and until when. */
  #refusals: { until: number; of: (request: SeenRequest) => CrmFault }[] = [];
  #slackRefusesUntil = 0;
  /** Records that are refused with a code, and until when. */
  readonly #refusedRows = new Map<string, { code: string; until: number }>();

  constructor(random: Random, weather: Weather) {
    this.#random = random;
    this.#weather = weather;
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#weather = calm;
    this.#maintenanceUntil = 0;
    this.#refusals = [];
    this.#slackRefusesUntil = 0;
    this.#refusedRows.clear();
  }

  #happens(sort: string, chance: number): boolean {
    if (chance === 0 || !this.#random.chance(chance)) return false;
    this.seen.set(sort, (this.seen.get(sort) ?? 0) + 1);
    return true;
  }

  /** What becomes of a call that has an effect. */
  fateOf(process: Process, now: number): Fate {
    const { kill, pause, failBefore, failAfter, onlyQueue = '' } = this.#weather;
    const isMeant = process.name.startsWith(onlyQueue);
    if (isMeant && this.#happens('paused', pause)) {
      process.pausedUntil = now + this.#random.whole(1, 40) * minute;
    }
    if (isMeant && this.#happens('killed', kill)) {
      return this.#random.chance(0.5) ? 'die-before' : 'die-after';
    }
    if (this.#happens('failed before', failBefore)) return 'fail-before';
    if (this.#happens('failed after', failAfter)) return 'fail-after';
    return 'live';
  }

  /** Milliseconds until a message arrives: soon, or lost and delivered again later. */
  delay(): number {
    const { delay, longestDelay } = this.#weather;
    if (this.#happens('delayed', delay)) return this.#random.whole(1, longestDelay) * minute;
    return this.#random.whole(0, 2_000);
  }

  /** How many of some messages are taken before the call fails; all of them where it does not. */
  taken(messages: number): number {
    if (messages < 2 || !this.#happens('partly published', this.#weather.failAfter))
      return messages;
    return this.#random.whole(1, messages - 1);
  }

  duplicates(): boolean {
    return this.#happens('duplicated', this.#weather.duplicate);
  }

  /** Milliseconds that a process's clock is ahead of others, or behind. */
  clockAhead(): number {
    const { clocksApart } = this.#weather;
    return clocksApart === 0 ? 0 : this.#random.whole(-clocksApart / 2, clocksApart / 2);
  }

  /** Whether a person does something in Salesforce now. */
  hand(): boolean {
    return this.#happens('hands', this.#weather.hands);
  }

  /** What Slack does with a message. @throws Unauthorized where it refuses the login */
  ofMessenger(now: number): void {
    if (this.#happens('slack login refused', this.#weather.logins)) {
      this.#slackRefusesUntil = now + this.#random.whole(1, 5) * hour;
    }
    if (now < this.#slackRefusesUntil) throw new Unauthorized('token_revoked', 'a new token');
  }

  /** What Salesforce does with a request. */
  ofCrm(request: SeenRequest, now: number): CrmFault | 'expire-session' {
    const { maintenance, logins, calls, rows } = this.#weather;
    const { method, url, body } = request;
    const isUpdate = method === 'PATCH' && url.includes('/composite/sobjects');
    if (this.#happens('maintenance', maintenance)) this.#maintenanceUntil = now + hour;
    if (now < this.#maintenanceUntil) return unavailable;
    const until = () => now + this.#random.whole(1, 5) * hour;
    if (this.#happens('logins refused', logins)) {
      this.#refusals.push({ until: until(), of: refusedLogin });
    }
    if (this.#happens('calls refused', calls)) {
      const kind = this.#random.pick(callKinds);
      const fault = this.#random.pick(callRefusals);
      const of = (asked: SeenRequest) => (kind(asked) ? fault : undefined);
      this.#refusals.push({ until: until(), of });
    }
    for (const refusal of this.#refusals) {
      const fault = now < refusal.until ? refusal.of(request) : undefined;
      if (fault) return fault;
    }
    if (isUpdate && this.#happens('rows refused', rows)) {
      const code = this.#random.pick(rowRefusals);
      for (const { id } of (JSON.parse(body) as { records: { id: string }[] }).records) {
        if (this.#random.chance(0.5)) this.#refusedRows.set(id, { code, until: until() });
      }
    }
    const fault = this.#passingFault(isUpdate);
    if (fault !== undefined || !isUpdate) return fault;
    const refusedRows = (_row: number, id: string) => {
      const refused = this.#refusedRows.get(id);
      return refused && now < refused.until ? refused.code : undefined;
    };
    return this.#refusedRows.size === 0 ? undefined : { refusedRows };
  }

  #passingFault(isUpdate: boolean): CrmFault | 'expire-session' {
    if (!this.#happens('salesforce', this.#weather.crm)) return undefined;
    const any: (CrmFault | 'expire-session')[] = [
      unavailable,
      { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'unexpected' }] },
      'drop-before',
      'drop-after',
      'expire-session',
    ];
    const ofUpdates: CrmFault[] = [
      { refusedRows: (row) => (row % 2 === 0 ? 'UNABLE_TO_LOCK_ROW' : undefined) },
      'short-answer',
      { status: 403, body: [dailyLimit] },
    ];
    const possible = isUpdate ? [...any, ...ofUpdates] : any;
    return possible[this.#random.whole(0, possible.length - 1)];
  }
}

const unavailable: CrmFault = {
  status: 503,
  body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'maintenance' }],
};
const refusedLogin = ({ url }: SeenRequest): CrmFault =>
  url.includes('oauth2/token')
    ? { status: 400, body: { error: 'invalid_client', error_description: 'invalid client' } }
    : { status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired' }] };
const callKinds: ((request: SeenRequest) => boolean)[] = [
  ({ url }) => url.startsWith('/services/data/'),
  ({ method }) => method === 'PATCH',
  ({ method, url }) => method === 'POST' && url.endsWith('/composite/sobjects'),
  ({ url }) => url.includes('/query'),
];
const callRefusals: CrmFault[] = [
  { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The resource does not exist' }] },
  { status: 400, body: [{ errorCode: 'INVALID_TYPE', message: 'sObject is not supported.' }] },
  { status: 400, body: [{ errorCode: 'INVALID_FIELD', message: 'No such column' }] },
  { status: 410, body: [{ errorCode: 'UNSUPPORTED_API_VERSION', message: 'gone' }] },
  { status: 403, body: [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'API is disabled' }] },
  { status: 404, body: '<html>' },
];
const rowRefusals = [
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  'CANNOT_EXECUTE_FLOW_TRIGGER',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'STORAGE_LIMIT_EXCEEDED',
];
const dailyLimit = {
  errorCode: 'REQUEST_LIMIT_EXCEEDED',
  message: 'TotalRequests Limit exceeded.',
};

/** What Google's services say of contention, overload and outages, once their clients give up. */
export const passing = (): Retryable =>
  new Retryable('unavailable', 'ABORTED, UNAVAILABLE or RESOURCE_EXHAUSTED');
