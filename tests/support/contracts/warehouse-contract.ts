/** What every warehouse does, whatever it is made of. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Warehouse } from '../../../functions/ports/warehouse.ts';
import { describeWarehouseQueries } from './warehouse-queries-contract.ts';
import { describeWarehouseReads } from './warehouse-reads-contract.ts';
import type { WarehouseScope, WarehouseUnderTest } from './warehouse-things.ts';
import { describeWarehouseValues } from './warehouse-values-contract.ts';
import { describeWarehouseWrites } from './warehouse-writes-contract.ts';

/** @param open gives a warehouse with no tables of ours in it */
export function describeWarehouse(name: string, open: () => Promise<WarehouseUnderTest>): void {
  describe(`warehouse: ${name}`, () => {
    let opened: WarehouseUnderTest;
    let warehouse: Warehouse;
    let next = 0;
    beforeAll(async () => {
      opened = await open();
      warehouse = opened.warehouse;
    });
    afterAll(() => opened.close());

    const fresh = (prefix: string): string => `${prefix}_${next++}`;
    const scope: WarehouseScope = {
      warehouse: () => warehouse,
      fresh,
      job: () => fresh('job'),
      count: async (table) => (await warehouse.query(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n,
    };
    describeWarehouseQueries(scope);
    describeWarehouseValues(scope);
    describeWarehouseReads(scope);
    describeWarehouseWrites(scope);
  });
}
