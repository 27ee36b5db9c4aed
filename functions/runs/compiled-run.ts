import { code, Rejected } from '../errors.ts';
import type { Snapshots } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import { rules } from '../records/documents.ts';
import type { RunDocument } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';
import { type CompiledPack, compilePack } from '../scorecard/engine/compile.ts';
import { type RulesLayout, rulesLayout } from '../scorecard/engine/layout.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';

const layoutsRead = new WeakMap<Snapshots, Map<string, Promise<RulesLayout>>>();

/** How to read rows that the given rules made: read once in a process. @throws Rejected `not-found` */
export function loadLayout(snapshots: Snapshots, rulesHash: string): Promise<RulesLayout> {
  const known = layoutsRead.get(snapshots) ?? new Map<string, Promise<RulesLayout>>();
  layoutsRead.set(snapshots, known);
  const layout = known.get(rulesHash) ?? readLayout(snapshots, rulesHash);
  known.set(rulesHash, layout);
  // A failure must not be remembered.
  layout.catch(() => known.delete(rulesHash));
  return layout;
}

async function readLayout(snapshots: Snapshots, rulesHash: string): Promise<RulesLayout> {
  const stored = await snapshots.get(ref(rules, rulesHash));
  if (!stored) {
    throw new Rejected(code.notFound, `the rules ${rulesHash} of earlier results are not stored`);
  }
  return rulesLayout.parse(JSON.parse(stored.data.layout));
}

const compiledRuns = new WeakMap<Runtime, Map<string, Promise<CompiledPack>>>();

/** The pack compiled for a run: once per run in a process, shared by its shards. */
export function compiledRun(runtime: Runtime, id: string, run: RunDocument): Promise<CompiledPack> {
  const cache = compiledRuns.get(runtime) ?? new Map<string, Promise<CompiledPack>>();
  compiledRuns.set(runtime, cache);
  const key = `${id}/${run.attempt}`;
  const known = cache.get(key);
  if (known) return known;
  const compiled = compileFor(runtime.snapshots, runtime.pack, run);
  // Two runs at most overlap in one process.
  compiled.catch(() => cache.delete(key));
  cache.set(key, compiled);
  for (const old of [...cache.keys()].slice(0, -2)) cache.delete(old);
  return compiled;
}

/** A pack compiled for inputs that were frozen so. */
export async function compileFor(
  snapshots: Snapshots,
  pack: Pack,
  run: Pick<RunDocument, 'before_rules' | 'before_date' | 'group_ages' | 'engine_hash' | 'date'>,
): Promise<CompiledPack> {
  const layouts = new Map<string, RulesLayout>();
  for (const hash of run.before_rules) {
    layouts.set(hash, await loadLayout(snapshots, hash));
  }
  return compilePack(pack, {
    layouts,
    groupAgeDays: new Map(Object.entries(run.group_ages)),
    engineHash: run.engine_hash,
    date: run.date,
    ...(run.before_date ? { beforeDate: run.before_date } : {}),
  });
}
