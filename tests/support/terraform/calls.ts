/** Notes which function calls what of which port, so that grants can be compared with it. */
import type { Runtime } from '../../../functions/runtime.ts';
import { currentRequest } from '../../../functions/trace.ts';

/** A call of a port, told apart as far as permissions are. */
export type Call =
  | { port: 'bus'; queue: string }
  | { port: 'snapshots'; method: string }
  | { port: 'crm' }
  | { port: 'messenger' }
  | { port: 'warehouse'; method: string; own: readonly string[]; source: boolean };

/** By function, its calls, each once. */
export type Calls = ReadonlyMap<string, ReadonlyMap<string, Call>>;

const ownTables = /\b(score_history|sync_log|(run_inputs|staging|new_outcomes)_\w+)\b/g;

/** Named like tables of the team's: ours only where a call names nothing but the table. */
const copies = new Set(['assessments', 'interventions', 'lots', 'outcomes', 'overrides']);

/** The kind of table: each run has its own `run_inputs_...`, `staging_...` and `new_outcomes_...`. */
const kindOf = (table: string): string =>
  /^(run_inputs|staging|new_outcomes)_/.exec(table)?.[1] ?? table;

function warehouseCall(method: string, args: readonly unknown[], sourceDataset: string): Call {
  const [first] = args;
  const texts = typeof first === 'string' ? [first] : textsOf(first);
  const text = texts.join('\n');
  const named = texts.filter((name) => copies.has(name));
  const own = [...text.matchAll(ownTables)].map(([table]) => kindOf(table)).concat(named);
  const source = text.includes(`\`${sourceDataset}\`.`) || texts.includes(sourceDataset);
  return { port: 'warehouse', method, own: [...new Set(own)].sort(), source };
}

/** Texts of a request, or parts of a table's name; values of parameters are none of them. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string');
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([key]) => ['sql', 'table', 'from', 'to'].includes(key))
    .flatMap(([, item]) => (typeof item === 'string' ? [item] : textsOf(item)));
}

/** The same runtime, with `calls` filling up. */
export function noting(runtime: Runtime, calls: Map<string, Map<string, Call>>): Runtime {
  const note = (call: Call): void => {
    const name = currentRequest()?.function ?? 'none';
    const known = calls.get(name) ?? new Map<string, Call>();
    known.set(JSON.stringify(call), call);
    calls.set(name, known);
  };
  const wrap = <T extends object>(port: T, callOf: (method: string, args: unknown[]) => Call): T =>
    new Proxy(port, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          note(callOf(String(key), args));
          return Reflect.apply(value, target, args);
        };
      },
    });
  const sourceDataset = runtime.warehouse.sourceDataset.at(-1) ?? '';
  return {
    ...runtime,
    bus: wrap(runtime.bus, (_, [queue]) => ({
      port: 'bus',
      queue: String(queue),
    })),
    snapshots: wrap(runtime.snapshots, (method) => ({ port: 'snapshots', method })),
    crm: wrap(runtime.crm, () => ({ port: 'crm' })),
    messenger: wrap(runtime.messenger, () => ({ port: 'messenger' })),
    warehouse: wrap(runtime.warehouse, (method, args) =>
      warehouseCall(method, args, sourceDataset),
    ),
  };
}
