/** What the import takes a cell of a file for: the same as whoever looks at a sheet. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { literal } from '../../../functions/local/googlesql/duckdb-text.ts';
import {
  type DuckDbWarehouse,
  openDuckDbWarehouse,
} from '../../../functions/local/warehouse/warehouse.ts';
import { cellChecks, typedCell } from '../../../functions/own-data/cells.ts';
import type { SourceColumn } from '../../../functions/scorecard/language/pack/catalogue.ts';
import { answers, days, numbers, totals } from '../../support/evidence/cells.ts';

let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  warehouse = await openDuckDbWarehouse({ path: ':memory:' });
});
afterAll(() => warehouse.close());

/** What is stored of each text; undefined where the file is refused for it. */
async function read(
  cells: readonly string[],
  type: SourceColumn['type'],
  name = 'x',
): Promise<unknown[]> {
  const file = { name, expression: 'cell', type: 'VARCHAR' };
  const column = { name, type, required: false, description: '' };
  const refused = cellChecks(column, file, 'Asia/Tokyo').map(({ condition }) => `(${condition})`);
  const typed = typedCell(file, type, 'Asia/Tokyo');
  const rows = await warehouse.transaction(async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT CAST(${typed} AS VARCHAR), coalesce(${[...refused, 'FALSE'].join(' OR ')}, FALSE)
       FROM (VALUES ${cells.map((cell, i) => `(${i}, ${literal(cell)})`).join(', ')}) AS texts(i, cell) ORDER BY i`,
    );
    return reader.getRows();
  });
  return rows.map(([value, wrong]) => (wrong ? undefined : value));
}

const cellsOf = (cases: readonly (readonly [string, unknown])[]) => cases.map(([cell]) => cell);

describe('a cell of a file', () => {
  it.each(['FLOAT64', 'NUMERIC'] as const)('is the number that it is to %s', async (type) => {
    const cases = numbers.filter(([, value]) => type === 'FLOAT64' || value !== 0.0000012345);
    const stored = await read(cellsOf(cases), type);
    const found = stored.map((value) => (typeof value === 'string' ? Number(value) : value));
    expect(cases.map(([cell], i) => [cell, found[i]])).toEqual(cases);
  });

  it('is the day that it is in a sheet', async () => {
    const stored = await read(cellsOf(days), 'DATE');
    expect(days.map(([cell], i) => [cell, stored[i]])).toEqual(days);
  });

  it('is the answer that it is in a sheet', async () => {
    const stored = await read(cellsOf(answers), 'BOOL');
    const found = stored.map((value) => (typeof value === 'string' ? value === 'true' : value));
    expect(answers.map(([cell], i) => [cell, found[i]])).toEqual(answers);
  });

  it('of answers may be 1 and 0, and say nothing', async () => {
    expect(await read(['1', '０', '', '不明', '-'], 'BOOL')).toEqual([
      'true',
      'false',
      null,
      null,
      null,
    ]);
  });

  it('of ids begins a line of totals where it does in a sheet', async () => {
    const stored = await read(cellsOf(totals), 'STRING', 'account_id');
    expect(totals.map(([cell], i) => [cell, stored[i] === undefined])).toEqual(totals);
  });

  it('is a whole number where it is one, however it is written', async () => {
    expect(
      await read(['3.0', '¥1,000', '△5', '9007199254740993', '1e3', '1.5', '12%', '△5%'], 'INT64'),
    ).toEqual(['3', '1000', '-5', '9007199254740993', undefined, undefined, undefined, undefined]);
  });

  it('case 21c: of instants is local where it names no zone, a day alone from its midnight', async () => {
    const cells = [
      ...['2024-01-02', '2024年1月3日', '2024/03/01 9:05', '2024-03-01T09:05:06.5'],
      ...['2024-01-04 00:00:00Z', '2024-01-04 00:00:00-05', '2024-01-04 00:00:00+05:30'],
    ];
    expect(await read(cells, 'TIMESTAMP')).toEqual([
      '2024-01-01 15:00:00+00',
      '2024-01-02 15:00:00+00',
      '2024-03-01 00:05:00+00',
      '2024-03-01 00:05:06.5+00',
      '2024-01-04 00:00:00+00',
      '2024-01-04 05:00:00+00',
      '2024-01-03 18:30:00+00',
    ]);
  });

  it('of texts stays as it is, also where it would say nothing elsewhere', async () => {
    const texts = ['NA', '-', ' x ', '00001', '１'];
    expect(await read(texts, 'STRING')).toEqual(texts);
  });
});
