/** Whether the memory of the functions grows with the number of accounts. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runScript } from './child.ts';
import type { Ratio } from './ratios.ts';

const few = 100_000;
const many = 300_000;
/** DuckDB's own limit: beyond it, it uses the disk. */
const memoryLimit = '256MB';
/** Publishing takes the same memory for each shard: some of them show it. */
const published = 4;
const concurrency = 2;

export async function measureMemory(folder: string): Promise<Ratio[]> {
  const peaks: number[] = [];
  for (const accounts of [few, many]) {
    const state = join(folder, String(accounts));
    mkdirSync(state);
    await runScript('./memory-state.ts', { folder: state, accounts });
    const work = { folder: state, memoryLimit, published, concurrency };
    const { peak } = (await runScript('./memory-work.ts', work)) as { peak: number };
    peaks.push(peak);
  }
  const [least = 0, most = 0] = peaks;
  return [
    {
      name: 'memory/100k-to-300k',
      ratio: most / least,
      required: { atMost: 1.1 },
      says: `peak memory to score and close all shards and publish ${published} of them: ${least.toFixed(0)} MB for ${few.toLocaleString('en')} accounts, ${most.toFixed(0)} MB for ${many.toLocaleString('en')} (DuckDB limited to ${memoryLimit})`,
    },
  ];
}
