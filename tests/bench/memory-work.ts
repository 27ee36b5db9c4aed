/** Does the functions' work on a prepared run, and says how much memory it took at most. */
import { publishShard } from '../../functions/publish/publish-shard.ts';
import { ref } from '../../functions/records/collection.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { scoreShard } from '../../functions/runs/score-shard.ts';
import { inParallel } from './in-parallel.ts';
import { openState, runId } from './run-state.ts';

const { folder, memoryLimit, published, concurrency } = JSON.parse(process.argv[2] ?? '{}') as {
  folder: string;
  memoryLimit: string;
  /** Shards to publish. */
  published: number;
  concurrency: number;
};

const local = await openState(folder, { memoryLimit });
const { snapshots } = local.runtime;
const run = await snapshots.get(ref(runs, runId));
await inParallel(run?.data.shards ?? 0, concurrency, (shard) =>
  scoreShard(local.runtime, { run: runId, shard }),
);
const closed = await snapshots.get(ref(runs, runId));
if (closed?.data.state !== 'publishing') {
  throw new Error(`the run is ${closed?.data.state}, not publishing`);
}
await inParallel(published, concurrency, (shard) =>
  publishShard(local.runtime, { run: runId, shard }),
);
// In kilobytes, as getrusage has it on Linux.
process.stdout.write(`${JSON.stringify({ peak: process.resourceUsage().maxRSS / 1024 })}\n`);
await local.close();
