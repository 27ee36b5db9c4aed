/** The metrics of real purchases (500 customers of CDNOW), each against a plain SQL query. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examineSources } from '../../../functions/inputs/examine-sources.ts';
import { runInputsQuery } from '../../../functions/inputs/run-inputs.ts';
import { findSources, groupAges, sourceStates } from '../../../functions/inputs/sources.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import { importData } from '../../../functions/own-data/folder.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';

const folder = join(import.meta.dirname, '../../support/fixtures/cdnow-500');
const at = { asOf: '1998-04-01T00:00:00Z', date: '1998-03-31' };

let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  const pack = parsePack(readPackFiles('retail'));
  await importData(warehouse, { folder, pack });
  const sources = await findSources(warehouse, pack);
  await examineSources(warehouse, pack, sources, at);
  const states = await sourceStates(warehouse, pack, sources, at);
  const query = runInputsQuery({
    pack,
    sources,
    ...at,
    groupAges: new Map(Object.entries(groupAges(pack, states, at.date))),
    beforeDate: null,
    trendDates: {},
  });
  await warehouse.materialize({ id: 'inputs', ...query, table: 'inputs', cluster: ['account_id'] });
});
afterAll(() => warehouse.close());

async function disagreeing(metric: string, plain: string): Promise<[number, number]> {
  const counted = await warehouse.transaction((connection) =>
    connection.runAndReadAll(
      `SELECT COUNT(*), COUNT_IF(inputs."${metric}" IS DISTINCT FROM plain.value)
       FROM inputs LEFT JOIN (
         SELECT account_id, ${plain} AS value FROM source.purchases
         WHERE purchase_date < DATE '1998-04-01' GROUP BY account_id
       ) AS plain USING (account_id)`,
    ),
  );
  const [row = []] = counted.getRows();
  return [Number(row[0]), Number(row[1])];
}

describe('metrics of real purchases agree with plain SQL for every customer', () => {
  it.each([
    ['days_since_last_purchase', "DATE '1998-03-31' - MAX(purchase_date)"],
    ['days_since_first_purchase', "DATE '1998-03-31' - MIN(purchase_date)"],
    ['purchases_total', 'COUNT(*)'],
    ['purchase_days', 'COUNT(DISTINCT purchase_date)'],
    ['spend_total', 'CAST(SUM(amount_usd) AS DOUBLE)'],
  ])('%s', async (metric, plain) => {
    expect(await disagreeing(metric, plain)).toEqual([500, 0]);
  });
});
