/** A process's runtime: every call to a port waits for its turn, and may go wrong. */
import type { Runtime } from '../../../functions/runtime.ts';
import type { ColumnBatch } from '../../../functions/scorecard/engine/columns.ts';
import { type Faults, passing } from './faults.ts';
import type { Process, Turns } from './turns.ts';

/** Calls that change nothing: they may fail, but it does not matter before or after what. */
const reading = new Set([
  'query',
  'describe',
  'get',
  'getAll',
  'count',
  'deadLetters',
  'missing',
  'read',
  'resolve',
  'list',
  'find',
  'findTask',
]);
/** What answers at once, from memory. */
const immediate = new Set(['usage', 'sourceDataset']);

export interface Surroundings {
  turns: Turns;
  faults: Faults;
  now: () => number;
}

export function processRuntime(given: Runtime, process: Process, around: Surroundings): Runtime {
  const port = <P extends object>(name: string, adapter: P): P =>
    new Proxy(adapter, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        const method = String(key);
        if (typeof value !== 'function' || immediate.has(method)) return value;
        const call = (...args: unknown[]) => Reflect.apply(value, target, args);
        const label = `${name}.${method}`;
        if (method === 'read' && name === 'warehouse') {
          return (...args: unknown[]) => readInTurn(label, () => call(...args));
        }
        return (...args: unknown[]) =>
          inTurn(`${label}${subject(args)}`, !reading.has(method), async () => call(...args));
      },
    });

  function inTurn<T>(label: string, changes: boolean, call: () => Promise<T>): Promise<T> {
    const { turns, faults, now } = around;
    const fate = faults.fateOf(process, now());
    return turns.take(process, label, async () => {
      if (fate === 'die-before' || (fate === 'die-after' && !changes)) return die(label);
      if (fate === 'fail-before' || (fate === 'fail-after' && !changes)) {
        turns.story.push(`${process.name}: ${label} fails before it has an effect`);
        throw passing();
      }
      const result = await call();
      if (fate === 'die-after') return die(label);
      if (fate === 'fail-after') {
        turns.story.push(`${process.name}: ${label} fails although it had its effect`);
        throw passing();
      }
      return result;
    });
  }

  function die(label: string): never {
    around.turns.story.push(`${process.name} dies at ${label}`);
    process.dead = true;
    throw passing();
  }

  /** The batches of a read, all of them in one turn. */
  async function* readInTurn(
    label: string,
    read: () => AsyncIterable<ColumnBatch>,
  ): AsyncGenerator<ColumnBatch> {
    yield* await inTurn(label, false, async () => {
      const batches: ColumnBatch[] = [];
      for await (const batch of read()) batches.push(batch);
      return batches;
    });
  }

  return {
    ...given,
    warehouse: port('warehouse', given.warehouse),
    snapshots: port('snapshots', given.snapshots),
    bus: port('bus', given.bus),
    crm: port('crm', given.crm),
    messenger: port('messenger', given.messenger),
  };
}

/** What a call is about, for the story. */
function subject([first]: unknown[]): string {
  if (typeof first === 'string') return first.length < 60 ? ` ${first}` : '';
  if (typeof first !== 'object' || first === null) return '';
  const { id, collection } = first as { id?: unknown; collection?: { path?: unknown } };
  const of = [collection?.path, id].filter((part) => typeof part === 'string');
  return of.length > 0 ? ` ${of.join('/')}` : '';
}
