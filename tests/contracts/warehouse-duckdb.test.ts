import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { code, hasCode, messageOf } from '../../functions/errors.ts';
import { openDuckDbWarehouse } from '../../functions/local/warehouse/warehouse.ts';
import type { ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import { describeWarehouse } from '../support/contracts/warehouse-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-warehouse-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWarehouse('DuckDB in memory', async () => {
  const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  return { warehouse, close: () => warehouse.close() };
});

describe('the DuckDB file', () => {
  const text = { columns: [{ name: 'account_id', type: 'STRING' }] } as const;
  const one: ColumnBatch[] = [
    { rows: 1, columns: new Map([['account_id', { as: 'string', values: ['a'] }] as const]) },
  ];

  it('keeps tables, their layouts and finished jobs', async () => {
    const path = join(folder, 'kept.duckdb');
    const first = await openDuckDbWarehouse({ path });
    await first.createTable('t', text);
    await first.load({ id: 'job', table: 't', batches: one });
    await first.close();
    const second = await openDuckDbWarehouse({ path });
    await second.createTable('t', text);
    expect(await second.load({ id: 'job', table: 't', batches: one })).toEqual({ rows: 1 });
    expect(await second.query('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: 1 }]);
    await second.close();
  });

  it('is refused in one sentence while another process has it open', async () => {
    const path = join(folder, 'locked.duckdb');
    const holder = await openDuckDbWarehouse({ path });
    const script = `
      import { openDuckDbWarehouse } from ${JSON.stringify(new URL('../../functions/local/warehouse/warehouse.ts', import.meta.url).href)};
      await openDuckDbWarehouse({ path: ${JSON.stringify(path)} }).then(
        () => console.log('opened'),
        (error) => console.log(error.name, error.message),
      );`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString();
    expect(said.trim()).toBe(
      `Retryable duckdb: ${path} is open in another process; stop that one first, or use another state folder.`,
    );
    await holder.close();
  });

  it('is opened once in a process, and again after it was closed', async () => {
    const path = join(folder, 'twice.duckdb');
    const first = await openDuckDbWarehouse({ path });
    await expect(openDuckDbWarehouse({ path })).rejects.toThrow(/is open in/);
    await first.close();
    await (await openDuckDbWarehouse({ path })).close();
  });

  it('is refused in one sentence where it is no database', async () => {
    const path = join(folder, 'broken.duckdb');
    writeFileSync(path, 'not a database '.repeat(1000));
    const error = await openDuckDbWarehouse({ path }).catch((thrown: unknown) => thrown);
    expect(hasCode(error, code.invalidData)).toBe(true);
    expect(messageOf(error)).toMatch(/^duckdb: .*broken\.duckdb is not a database/);
  });

  it('undoes a transaction that fails', async () => {
    const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
    await warehouse.createTable('t', text);
    await expect(
      warehouse.transaction(async (connection) => {
        await connection.run("INSERT INTO t VALUES ('a')");
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(await warehouse.query('SELECT COUNT(*) AS n FROM t')).toEqual([{ n: 0 }]);
    await warehouse.close();
  });

  it('says so when it is used after closing', async () => {
    const warehouse = await openDuckDbWarehouse({ path: ':memory:' });
    await warehouse.close();
    await warehouse.close();
    await expect(warehouse.dropTable('t')).rejects.toThrow('duckdb: the warehouse is closed.');
  });
});
