/** A folder of files that is read into a warehouse, by a contract of two small tables. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import { importData } from '../../../functions/own-data/folder.ts';
import type { SourceTable } from '../../../functions/scorecard/language/pack/catalogue.ts';

const column = (name: string, type: SourceTable['columns'][number]['type'], rest = {}) => ({
  name,
  type,
  required: false,
  description: name,
  ...rest,
});
const sources = new Map<string, SourceTable>([
  [
    'accounts',
    {
      table: 'accounts',
      description: '',
      kind: 'dimension',
      freshness: 'none',
      current_only: false,
      validity: { from: 'valid_from', to: 'valid_to' },
      columns: [
        column('account_id', 'STRING', { required: true }),
        column('name', 'STRING'),
        column('created_on', 'DATE'),
        column('valid_from', 'TIMESTAMP'),
        column('valid_to', 'TIMESTAMP'),
      ],
    },
  ],
  [
    'purchases',
    {
      table: 'purchases',
      description: '',
      kind: 'events',
      event_time: 'purchase_date',
      freshness: 'event_time',
      current_only: false,
      columns: [
        column('account_id', 'STRING', { required: true }),
        column('purchase_date', 'DATE', { required: true }),
        column('quantity', 'INT64', { minimum: 0 }),
        column('amount', 'NUMERIC', { minimum: 0 }),
        column('weight', 'FLOAT64'),
        column('gift', 'BOOL'),
        column('kind', 'STRING', { values: ['shop', 'web'] }),
        column('paid_at', 'TIMESTAMP'),
      ],
    },
  ],
]);
export const importPack = {
  sources,
  zone: 'Asia/Tokyo',
  tables: new Map([
    ['purchases', { table: 'Orders', columns: new Map([['amount', 'Amount (USD)']]) }],
  ]),
};

export const accounts = 'account_id,name\na,A\n';
export const orders = 'account_id,purchase_date,quantity,Amount (USD)\n';

/** A folder for the files of one test. */
export function dataFolder() {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'kenko-import-'));
    return () => rmSync(path, { recursive: true, force: true });
  });
  return {
    get path() {
      return path;
    },
    write: (file: string, text: string | Buffer) => writeFileSync(join(path, file), text),
    remove: (file: string) => rmSync(join(path, file)),
  };
}

/** Such a folder, and the warehouse of a test file that it is read into. */
export function importedFolder() {
  const folder = dataFolder();
  let warehouse: DuckDbWarehouse;
  beforeAll(async () => {
    warehouse = await openDuckDbWarehouse({ path: ':memory:' });
  });
  afterAll(() => warehouse.close());
  return {
    folder,
    get warehouse() {
      return warehouse;
    },
    run: () => importData(warehouse, { folder: folder.path, pack: importPack }),
    all: (table: string) => warehouse.query(`SELECT * FROM source.${table}`),
  };
}
