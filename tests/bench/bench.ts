/**
 * `npm run bench [-- --json FILE] [--only NAME] [--accounts N]`: how fast Kenko is, as ratios,
 * and what a run costs, with `N` accounts (100,000 where `--only cost` asks for it, else 5,000).
 * Both sides of a ratio are measured in the same run, in turns, so that a slow or busy machine
 * hits both. Ends with exit code 1 where a requirement is missed, or where two ways give
 * different results.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { code, hasCode, messageOf } from '../../functions/errors.ts';
import { coldStartNames, measureColdStart } from './cold-start-bench.ts';
import { measureCost } from './cost-bench.ts';
import { measureMemory } from './memory-bench.ts';
import { measurePipeline } from './pipeline-bench.ts';
import { holds, type Measured, type Ratio, tableOf } from './ratios.ts';
import { measureScale } from './scale-bench.ts';
import { measureScorer } from './scorer-bench.ts';
import { measureStages } from './stages-bench.ts';

/** A part of the bench; `asked`: it was chosen by `--only`. */
interface Part {
  names: string[];
  measure(
    folder: string,
    options: { accounts: number; asked: boolean },
  ): Promise<Ratio[] | Measured>;
}

/** `--only` takes one of them, or the name of a ratio. */
const parts: Record<string, Part> = {
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
  'cold-start': { names: coldStartNames, measure: measureColdStart },
  memory: { names: ['memory/100k-to-300k'], measure: measureMemory },
  scale: {
    names: [
      'scale/score-seconds',
      'scale/score-peak-mb',
      'scale/memory-growth',
      'scale/publish',
      'scale/sync',
      'scale/reconcile',
      'scale/pages',
    ],
    measure: measureScale,
  },
  cost: {
    names: ['cost/writes-per-change', 'cost/writes-per-change-least', 'cost/writes-of-run'],
    measure: measureCost,
  },
};

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    accounts: { type: 'string' },
  },
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

const asked = values.only !== undefined;
const accounts = Number(values.accounts ?? (asked ? 100_000 : 5_000));
if (!(Number.isInteger(accounts) && accounts > 0)) {
  process.stderr.write(`--accounts ${values.accounts}: it has to be a whole number above 0.\n`);
  process.exit(2);
}

const ratios: Ratio[] = [];
const tables: string[] = [];
for (const [part, { measure }] of chosen) {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-bench-'));
  const start = performance.now();
  try {
    const found = await measure(folder, { accounts, asked });
    const { ratios: measured, table } = Array.isArray(found)
      ? { ratios: found, table: undefined }
      : found;
    ratios.push(...measured);
    if (table !== undefined) tables.push(table);
  } catch (error) {
    if (!hasCode(error, code.unavailable)) throw error;
    process.stderr.write(`${part} was not measured: ${messageOf(error)}\n`);
    process.exitCode = 1;
    continue;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  process.stderr.write(`${part} took ${seconds} s\n`);
}
if (ratios.length > 0) tables.unshift(tableOf(ratios));
if (tables.length > 0) process.stdout.write(`${tables.join('\n\n')}\n`);
if (values.json !== undefined) {
  const byName = Object.fromEntries(ratios.map(({ name, ratio }) => [name, ratio]));
  writeFileSync(values.json, `${JSON.stringify(byName, null, 2)}\n`);
}
if (!ratios.every(holds)) process.exitCode = 1;
