/** What goes wrong, by chance: the seed decides where. */
import { Retryable } from '../../../functions/errors.ts';
import type { Random } from '../../../functions/local/demo/random.ts';
import type { Queue } from '../../../functions/records/messages.ts';
import type { Fault as CrmFault, SeenRequest } from '../../support/contracts/salesforce-org.ts';
import type { Process } from './turns.ts';

const minute = 60_000;

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
};

export const storm: Weather = {
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

  constructor(random: Random, weather: Weather) {
    this.#random = random;
    this.#weather = weather;
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#weather = calm;
    this.#maintenanceUntil = 0;
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

  /** What Salesforce does with a request. */
  ofCrm({ method, url }: SeenRequest, now: number): CrmFault | 'expire-session' {
    if (this.#happens('maintenance', this.#weather.maintenance)) {
      this.#maintenanceUntil = now + 60 * minute;
    }
    if (now < this.#maintenanceUntil) return unavailable;
    if (!this.#happens('salesforce', this.#weather.crm)) return undefined;
    const isUpdate = method === 'PATCH' && url.includes('/composite/sobjects');
    const any: (CrmFault | 'expire-session')[] = [
      unavailable,
      { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'unexpected' }] },
      'drop-before',
      'drop-after',
      'expire-session',
    ];
    const ofUpdates: CrmFault[] = [
      { lockedRows: (row) => row % 2 === 0 },
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
const dailyLimit = {
  errorCode: 'REQUEST_LIMIT_EXCEEDED',
  message: 'TotalRequests Limit exceeded.',
};

/** What Google's services say of contention, overload and outages, once their clients give up. */
export const passing = (): Retryable =>
  new Retryable('unavailable', 'ABORTED, UNAVAILABLE or RESOURCE_EXHAUSTED');
