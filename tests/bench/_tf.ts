import { loadInputs } from './accounts.ts';
import { compiledPack } from './pack.ts';
import { openDuckDbWarehouse } from '../../functions/local/duckdb-warehouse.ts';
import { appendBatches, fill } from '../../functions/local/_append-proto.ts';
import { readTableSchemas } from '../../functions/pipeline/table-schemas.ts';
import { scoreBatch } from '../../functions/scorecard/score.ts';
import { columnDefinitions, duckDbType } from '../../functions/local/duckdb-types.ts';
import { Nulls } from '../../functions/local/duckdb-nulls.ts';
import { DuckDBInstance, DuckDBTableFunction, VARCHAR } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { mkdtempSync, rmSync } from 'node:fs';
const N = 100000;
const w = await openDuckDbWarehouse({ path: ':memory:' });
await loadInputs(w, 'run_inputs', N);
const c = compiledPack();
const schema = readTableSchemas('/work/main/sql/tables').get('score_history')!;
const all: any[] = [];
for await (const b of w.read({ table: 'run_inputs', columns: c.requests })) all.push(scoreBatch(c, b).results[0]);
await w.close();
let current: any;
const constants = new Set(['date', 'score', 'state', 'version', 'reason', 'trend', 'before_date', 'before_band', 'before_points', 'change_rules', 'change_data', 'change_behaviour', 'rules_hash', 'engine_hash', 'waiting_for_data', 'held_by_hysteresis']);
for (let k = 0; k < 4; k++) for (const how of ['appender', 'function', 'function-const']) {
  const dir = mkdtempSync('/tmp/kbench-');
  const inst = await DuckDBInstance.create(dir + '/x.duckdb', { checkpoint_threshold: '1GB' });
  const conn = await inst.connect();
  const columns = how === 'function-const' ? schema.columns.filter((x) => !constants.has(x.name)) : schema.columns;
  conn.registerTableFunction(DuckDBTableFunction.create({ name: 'rows',
    bindFunction: (info) => { for (const col of columns) info.addResultColumn(col.name, duckDbType(col.type)); },
    initFunction: (info) => { info.setInitData({ at: 0 }); },
    mainFunction: (info, out) => { const st = info.getInitData() as any; const batch = current[st.at]; if (!batch) { out.rowCount = 0; return; } st.at++; out.rowCount = batch.rows;
      columns.forEach((column, index) => { const vector = duckdb.data_chunk_get_vector(out.chunk, index); fill(vector, batch.columns.get(column.name), { column, from: 0, rows: batch.rows, nulls: new Nulls(batch.rows) }); }); } }));
  await conn.run(`CREATE TABLE h (${columnDefinitions(schema.columns)})`);
  const select = schema.columns.map((x) => how === 'function-const' && constants.has(x.name) ? (x.name === 'date' ? "DATE '2026-03-01'" : ['score', 'state', 'version', 'rules_hash', 'engine_hash'].includes(x.name) ? `'${all[0].columns.get(x.name).values[0]}'` : x.type === 'BOOL' ? 'FALSE' : 'NULL') : `"${x.name}"`).join(', ');
  const cpu = process.cpuUsage(), s = performance.now(), th = process.threadCpuUsage();
  for (let i = 0; i < all.length; i += 2) { current = all.slice(i, i + 2); await conn.run('BEGIN'); if (how === 'appender') await appendBatches(conn, 'h', schema.columns, current); else await conn.run(`INSERT INTO h SELECT ${select} FROM rows()`); await conn.run('COMMIT'); }
  const u = process.cpuUsage(cpu), v = process.threadCpuUsage(th);
  console.log(how.padEnd(15), (performance.now() - s).toFixed(0).padStart(6), 'cpu', ((u.user + u.system) / 1000).toFixed(0), 'main', ((v.user + v.system) / 1000).toFixed(0), (await conn.runAndReadAll('SELECT count(*), sum(points) FROM h')).getRows()[0]);
  conn.closeSync(); inst.closeSync(); rmSync(dir, { recursive: true });
}
