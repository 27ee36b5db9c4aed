/** Reading, scoring and loading a history, against one query that does all of it in SQL. */
import { join } from 'node:path';
import { historyTable } from '../../functions/inputs/run-tables.ts';
import { readTableSchemas } from '../../functions/inputs/table-schemas.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../functions/local/warehouse/warehouse.ts';
import type { ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import type { CompiledPack } from '../../functions/scorecard/engine/compile.ts';
import { historyRequests } from '../../functions/scorecard/engine/history-row.ts';
import { scoreBatch } from '../../functions/scorecard/engine/score.ts';
import { repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { accountId, loadInputs } from './accounts.ts';
import { inParallel } from './in-parallel.ts';
import { compiledPack } from './pack.ts';
import type { Ratio } from './ratios.ts';
import { inTurns, ratioOf } from './rounds.ts';
import { assertEqualRows } from './scores.ts';
import { sqlScores } from './sql-scores.ts';

const accounts = 200_000;
/** Shards under way at once, as the bus delivers them. */
const concurrency = 4;
const ours = 'history_by_shards';
const bySql = 'history_by_sql';

interface Setting {
  accountsPerShard: number;
  /** DuckDB's threads; all without it. */
  threads?: number;
}

/** What a pack has that says nothing else: the required ratio is measured as the product runs. */
const asDeployed: Setting = { accountsPerShard: 5_000 };
/** Scoring has one thread; every shard costs a plan, a look for its range and a commit. */
const favourable: Setting = { accountsPerShard: 20_000, threads: 1 };

export async function measurePipeline(folder: string): Promise<Ratio[]> {
  return [
    {
      ...(await measureWith(folder, 7, asDeployed)),
      name: 'pipeline/sql-only',
      required: { atMost: 1 },
    },
    { ...(await measureWith(folder, 3, favourable)), name: 'pipeline/sql-on-one-thread' },
  ];
}

async function measureWith(
  folder: string,
  rounds: number,
  { accountsPerShard, threads }: Setting,
): Promise<Pick<Ratio, 'ratio' | 'says'>> {
  const schema = readTableSchemas(join(repositoryRoot(), 'sql', 'tables')).get(historyTable);
  if (!schema) throw new Error('there is no layout of the history');
  const path = join(folder, `pipeline-${threads ?? 'all'}.duckdb`);
  const warehouse = await openDuckDbWarehouse({ path, threads });
  try {
    await loadInputs(warehouse, 'generated', accounts);
    await warehouse.materialize({
      id: 'inputs',
      sql: 'SELECT * FROM generated',
      table: 'run_inputs',
      cluster: ['account_id'],
    });
    await warehouse.dropTable('generated');
    const compiled = compiledPack();
    const { measured, derived } = compiled.scores[0]?.inputs ?? { measured: [], derived: [] };
    const order = [...measured, ...derived].map(({ metric }) => metric);
    const sql = sqlScores(bySql, 'run_inputs', order);
    const clean = async (): Promise<void> => {
      await warehouse.dropTable(ours);
      await warehouse.dropTable(bySql);
      await warehouse.createTable(ours, schema);
      await checkpoint(warehouse);
    };
    const scoreAndLoad = (round: number) =>
      inParallel(accounts / accountsPerShard, concurrency, (shard) =>
        scoreShard(warehouse, compiled, { shard, accountsPerShard }, `${round}-${shard}`),
      );
    const query = () => warehouse.transaction((connection) => connection.run(sql));

    await clean();
    await scoreAndLoad(-1);
    await query();
    await assertEqualTables(warehouse);
    const timings = await inTurns(
      {
        ours: { before: clean, run: scoreAndLoad, work: accounts },
        sql: { before: clean, run: query, work: accounts },
      },
      { rounds, warmUps: 1 },
    );
    const seconds = ({ rate }: { rate: number }) => `${(accounts / rate).toFixed(2)} s`;
    const what = `read, score and load ${accounts.toLocaleString('en')} accounts in shards of ${accountsPerShard.toLocaleString('en')}`;
    return {
      ratio: 1 / ratioOf(timings.ours, timings.sql),
      says: `${what}: ${seconds(timings.ours)}; CREATE TABLE AS: ${seconds(timings.sql)}; DuckDB on ${threads === 1 ? 'one thread' : 'all threads'}`,
    };
  } finally {
    await warehouse.close();
  }
}

async function scoreShard(
  warehouse: DuckDbWarehouse,
  compiled: CompiledPack,
  { shard, accountsPerShard }: { shard: number; accountsPerShard: number },
  id: string,
): Promise<void> {
  const batches: ColumnBatch[] = [];
  const range = {
    from: accountId(shard * accountsPerShard),
    before: accountId((shard + 1) * accountsPerShard),
  };
  const read = warehouse.read({ table: 'run_inputs', columns: compiled.requests, accounts: range });
  for await (const batch of read) batches.push(...scoreBatch(compiled, batch).results);
  await warehouse.load({ id, table: ours, batches });
}

/** What earlier rounds left to be written must not slow down the next one. */
function checkpoint(warehouse: DuckDbWarehouse): Promise<void> {
  return warehouse.transaction(async (connection) => {
    await connection.run('COMMIT');
    await connection.run('FORCE CHECKPOINT');
    await connection.run('BEGIN TRANSACTION');
  });
}

async function assertEqualTables(warehouse: DuckDbWarehouse): Promise<void> {
  const found = warehouse.read({ table: bySql, columns: historyRequests })[Symbol.asyncIterator]();
  let rows = 0;
  try {
    for await (const batch of warehouse.read({ table: ours, columns: historyRequests })) {
      const other = await found.next();
      if (other.done) throw new Error('SQL gives fewer rows');
      assertEqualRows('SQL', batch, other.value);
      rows += batch.rows;
    }
    if (rows !== accounts || !(await found.next()).done) throw new Error('SQL gives other rows');
  } finally {
    await found.return?.();
  }
}
