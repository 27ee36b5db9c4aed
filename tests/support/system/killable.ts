/**
 * A process that dies at the nth effect it has on the outside: at each call that changes
 * something, either before it took place or after it did and before anybody heard of it.
 * What died stays dead; the services behind the ports live on.
 */
import { Retryable } from '../../../functions/errors.ts';
import type { Runtime } from '../../../functions/runtime.ts';

const mutating = {
  warehouse: ['materialize', 'createTable', 'dropTable', 'load', 'append', 'replacePartition'],
  snapshots: ['create', 'set', 'delete', 'transaction'],
  bus: ['publish'],
  crm: ['resolve', 'update'],
} as const;

export interface Kill {
  /** Which effect, from 0. */
  at: number;
  moment: 'before' | 'after';
}

export interface KillableRuntime {
  runtime: Runtime;
  /** Calls so far that change something, by name. */
  calls: string[];
  /** True once the process has died. */
  readonly dead: boolean;
}

export function killable(given: Runtime, kill: Kill | undefined): KillableRuntime {
  const calls: string[] = [];
  let dead = false;
  const gone = () => new Retryable('killed', 'the process is gone');

  function wrap<T extends object>(port: T, name: keyof typeof mutating): T {
    const changing: readonly string[] = mutating[name];
    return new Proxy(port, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (dead) return rejecting(gone());
          if (!changing.includes(String(key))) return Reflect.apply(value, target, args);
          const number = calls.length;
          calls.push(`${name}.${String(key)}`);
          if (kill?.at !== number) return Reflect.apply(value, target, args);
          if (kill.moment === 'before') {
            dead = true;
            return rejecting(gone());
          }
          return Promise.resolve(Reflect.apply(value, target, args)).then(() => {
            dead = true;
            throw gone();
          });
        };
      },
    });
  }

  return {
    runtime: {
      ...given,
      warehouse: wrap(given.warehouse, 'warehouse'),
      snapshots: wrap(given.snapshots, 'snapshots'),
      bus: wrap(given.bus, 'bus'),
      crm: wrap(given.crm, 'crm'),
    },
    calls,
    get dead() {
      return dead;
    },
  };
}

/** Fails as asynchronous calls and streams both do when they are first waited for. */
function rejecting(error: Error): Promise<never> & AsyncIterable<never> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return Object.assign(promise, {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
  });
}
