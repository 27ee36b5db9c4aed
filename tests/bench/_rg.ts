import { loadInputs, accountId } from '/work/main/tests/bench/accounts.ts';
import { compiledPack } from '/work/main/tests/bench/pack.ts';
import { openDuckDbWarehouse } from '/work/main/functions/local/duckdb-warehouse.ts';
import { appendBatches } from '/work/main/functions/local/duckdb-append.ts';
import { readTableSchemas } from '/work/main/functions/pipeline/table-schemas.ts';
import { scoreBatch } from '/work/main/functions/scorecard/score.ts';
import { columnDefinitions } from '/work/main/functions/local/duckdb-types.ts';
import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync } from 'node:fs';
const N = 100000;
const w = await openDuckDbWarehouse({ path: ':memory:' });
await loadInputs(w, 'run_inputs', N);
const c = compiledPack();
const schema = readTableSchemas('/work/main/sql/tables').get('score_history');
const all = [];
for await (const b of w.read({ table: 'run_inputs', columns: c.requests })) all.push(scoreBatch(c, b).results[0]);
await w.close();
for (let k = 0; k < 2; k++) for (const size of [122880, 2048, 4096, 8192, 20480]) for (const per of [2, 8]) {
  const dir = mkdtempSync('/tmp/kbench-');
  const inst = await DuckDBInstance.create(':memory:', { checkpoint_threshold: '1GB' });
  const conn = await inst.connect();
  await conn.run(`ATTACH '${dir}/x.duckdb' AS x (ROW_GROUP_SIZE ${size})`); await conn.run('USE x');
  await conn.run(`CREATE TABLE h (${columnDefinitions(schema.columns)})`);
  const cpu = process.cpuUsage(), s = performance.now(), th = process.threadCpuUsage();
  for (let i = 0; i < all.length; i += per) { await conn.run('BEGIN'); await appendBatches(conn, 'h', schema.columns, all.slice(i, i + per)); await conn.run('COMMIT'); }
  const u = process.cpuUsage(cpu), v = process.threadCpuUsage(th);
  console.log(String(size).padEnd(8), per, (performance.now() - s).toFixed(0).padStart(6), 'cpu', ((u.user + u.system) / 1000).toFixed(0), 'main', ((v.user + v.system) / 1000).toFixed(0));
  conn.closeSync(); inst.closeSync(); rmSync(dir, { recursive: true });
}
