/** What the shards of a run say: which are left, which accounts each holds, what they count. */
import type { IdRange } from '../ports/warehouse.ts';
import {
  type RunCounts,
  type RunDocument,
  type ShardDocument,
  shardsOf,
} from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';

/** A run and its attempt: each attempt has shards of its own. */
type Attempted = Pick<RunDocument, 'attempt'>;

/** Shards a run may have; at 5,000 accounts each, far beyond any customer base. */
const mostShards = 100_000;

/** Numbers of the run's shards in a state. */
export async function shardsIn(
  runtime: Runtime,
  id: string,
  run: Attempted,
  state: ShardDocument['state'],
): Promise<number[]> {
  const found = await runtime.snapshots.query({
    collection: shardsOf(id, run),
    where: [{ field: 'state', op: '==', value: state }],
    limit: mostShards,
  });
  return found.map((shard) => Number(shard.id)).sort((a, b) => a - b);
}

export async function allShards(
  { snapshots }: Runtime,
  id: string,
  run: Attempted,
): Promise<ShardDocument[]> {
  const stored = await snapshots.query({ collection: shardsOf(id, run), limit: mostShards });
  return stored.map(({ data }) => data);
}

export const accountsOf = ({ from, before }: ShardDocument): IdRange =>
  before === null ? { from } : { from, before };

export const noCounts: RunCounts = {
  scored: 0,
  absent: 0,
  errors: 0,
  unknown: 0,
  unknown_late: 0,
  band_changes: 0,
  comparable: 0,
};

export function addCounts(a: RunCounts, b: RunCounts): RunCounts {
  return {
    scored: a.scored + b.scored,
    absent: a.absent + b.absent,
    errors: a.errors + b.errors,
    unknown: a.unknown + b.unknown,
    unknown_late: a.unknown_late + b.unknown_late,
    band_changes: a.band_changes + b.band_changes,
    comparable: a.comparable + b.comparable,
  };
}
