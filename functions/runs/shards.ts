import { type RunDocument, type ShardDocument, shardsOf } from '../records/documents.ts';
import type { Runtime } from '../runtime.ts';

/** Shards a run may have; at 5,000 accounts each, far beyond any customer base. */
export const mostShards = 100_000;

/** Numbers of the run's shards in a state. */
export async function shardsIn(
  runtime: Runtime,
  id: string,
  run: Pick<RunDocument, 'attempt'>,
  state: ShardDocument['state'],
): Promise<number[]> {
  const found = await runtime.snapshots.query({
    collection: shardsOf(id, run),
    where: [{ field: 'state', op: '==', value: state }],
    limit: mostShards,
  });
  return found.map((shard) => Number(shard.id)).sort((a, b) => a - b);
}
