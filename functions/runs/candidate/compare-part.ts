/** A range of accounts by the live rules and by the candidate's, from the same inputs. */
import {
  compareRules,
  mergeComparisons,
  type RulesResult,
  type ScoreComparison,
} from '../../evidence/compare-rules.ts';
import { readRevenue } from '../../inputs/revenue.ts';
import { inputsTable } from '../../inputs/run-tables.ts';
import type { IdRange } from '../../ports/warehouse.ts';
import { type ComparisonInWork, candidates, partsOf } from '../../records/candidate-documents.ts';
import { ref } from '../../records/collection.ts';
import type { ShardMessage } from '../../records/messages.ts';
import type { Runtime } from '../../runtime.ts';
import { type HistoryRow, rowsOf } from '../../scorecard/engine/history-row.ts';
import { scoreBatch } from '../../scorecard/engine/score.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { compileFor } from '../compiled-run.ts';
import {
  attempt,
  comparedCandidate,
  endingWhereRejected,
  finishComparison,
  mostMovers,
} from './compare-candidate.ts';

/** Its only effect is the part's document; whoever makes the last one puts them together. */
export async function comparePart(runtime: Runtime, message: ShardMessage): Promise<void> {
  const { snapshots, log, pack, engineHash } = runtime;
  const { run: id, shard: number } = message;
  const ignore = (reason: string) =>
    log.messageIgnored({ function: 'score-shard', run: id, reason });

  const work = (await snapshots.get(ref(candidates, pack.id)))?.data.in_work;
  if (work?.id !== id) return ignore('the comparison is not in work');
  const candidate = comparedCandidate(runtime);
  const isOurs =
    candidate?.hash === work.rules_hash &&
    pack.hash === work.live_rules_hash &&
    engineHash === work.engine_hash;
  if (!isOurs) return ignore('the comparison is of another deployment');
  const target = ref(partsOf(pack.id, id), String(number));
  const part = (await snapshots.get(target))?.data;
  if (!part) return ignore('no such part');

  await endingWhereRejected(runtime, work, async () => {
    if (part.state === 'open') {
      const { from, before } = part;
      const range: IdRange = before === null ? { from } : { from, before };
      const { accounts, found } = await compareRange(runtime, candidate, work, range);
      const compared = keptComparison(found);
      await snapshots.set(target, { ...part, state: 'compared', accounts, compared });
    }
    await finishComparison(runtime, work);
  });
}

/** A document holds 1 MiB. */
const mostBytes = 900_000;
const mostCauses = 5;

/** What is found, as JSON: with all that would move, or as many of each score as a document holds. */
export function keptComparison(found: readonly ScoreComparison[]): string {
  const short = found.map((one) => ({
    ...one,
    movers: one.movers.map((mover) => ({ ...mover, causes: mover.causes.slice(0, mostCauses) })),
  }));
  for (let most = Math.max(...short.map(({ movers }) => movers.length)); ; most = most >> 1) {
    const json = JSON.stringify(mergeComparisons([short], most));
    if (most <= mostMovers || Buffer.byteLength(json) <= mostBytes) return json;
  }
}

async function compareRange(
  { warehouse, snapshots, pack }: Runtime,
  candidate: Pack,
  work: ComparisonInWork,
  accounts: IdRange,
) {
  const request = { table: inputsTable(work.id, attempt), accounts };
  const revenue = work.revenue ? await readRevenue(warehouse, request) : new Map();
  const resultOf = async (rules: Pack): Promise<RulesResult> => {
    // The bands that an earlier revision of the date left are the live rules'.
    const own = rules === candidate ? { ...rules, asOf: 'midnight' as const } : rules;
    const compiled = await compileFor(snapshots, own, work);
    const rows = new Map<string, HistoryRow[]>(rules.scores.map(({ id }) => [id, []]));
    const read = warehouse.read({ ...request, columns: compiled.requests });
    for await (const batch of read) {
      for (const result of scoreBatch(compiled, batch).results) {
        for (const row of rowsOf(result)) rows.get(row.score)?.push(row);
      }
    }
    return { layout: compiled.layout, rows, revenue };
  };
  const [live, other] = [await resultOf(pack), await resultOf(candidate)];
  const ids = [...live.rows.values()].flatMap((rows) => rows.map((row) => row.account_id));
  return { accounts: new Set(ids).size, found: compareRules(live, other) };
}
