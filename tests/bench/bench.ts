/**
 * `npm run bench [-- --json FILE] [--only NAME]`: how fast Kenko is, as ratios. Both sides of a
 * ratio are measured in the same run, in turns, so that a slow or busy machine hits both. Ends
 * with exit code 1 where a requirement is missed, or where two ways give different results.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureMemory } from './memory-bench.ts';
import { measurePipeline } from './pipeline-bench.ts';
import { holds, type Ratio, tableOf } from './ratios.ts';
import { measureScorer } from './scorer-bench.ts';
import { measureStages } from './stages-bench.ts';

/** Parts of the bench; `--only` takes one of them, or the name of a ratio. */
const parts: Record<string, { names: string[]; measure(folder: string): Promise<Ratio[]> }> = {
  scorer: {
    names: [
      'scorer/hand-written',
      'scorer/points-only',
      'scorer/json-rules-engine',
      'hand-written/interpreter',
      'hand-written/oracle',
    ],
    measure: measureScorer,
  },
  pipeline: {
    names: ['pipeline/sql-only', 'pipeline/sql-on-one-thread'],
    measure: measurePipeline,
  },
  stages: { names: ['publish/snapshots', 'sync/crm', 'bus/http'], measure: measureStages },
  memory: { names: ['memory/100k-to-300k'], measure: measureMemory },
};

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string' } },
});
const chosen = Object.entries(parts).filter(
  ([part, { names }]) =>
    values.only === undefined || values.only === part || names.includes(values.only),
);
if (chosen.length === 0) {
  const known = Object.entries(parts).flatMap(([part, { names }]) => [part, ...names]);
  process.stderr.write(
    `--only ${values.only}: there is no such name; use one of ${known.join(', ')}.\n`,
  );
  process.exit(2);
}

const ratios: Ratio[] = [];
for (const [part, { measure }] of chosen) {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-bench-'));
  const start = performance.now();
  try {
    ratios.push(...(await measure(folder)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  process.stderr.write(`${part} took ${seconds} s\n`);
}
process.stdout.write(`${tableOf(ratios)}\n`);
if (values.json !== undefined) {
  const byName = Object.fromEntries(ratios.map(({ name, ratio }) => [name, ratio]));
  writeFileSync(values.json, `${JSON.stringify(byName, null, 2)}\n`);
}
if (!ratios.every(holds)) process.exitCode = 1;
