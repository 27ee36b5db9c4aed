/** What holds for the demo customers of every kind of company. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dayOf, instant } from '../../../functions/local/demo/calendar.ts';
import { cellOf, type DemoTable } from '../../../functions/local/demo/columns.ts';
import { generateDemo } from '../../../functions/local/demo/generate.ts';
import { kinds } from '../../../functions/local/demo/kinds.ts';
import { sourceTable } from '../../../functions/scorecard/language/pack/catalogue.ts';

const contract = new Map(
  globSync('sql/sources/*.yaml').map((file) => {
    const source = sourceTable.parse(parse(readFileSync(file, 'utf8')));
    return [source.table, source] as const;
  }),
);

const rowsOf = (table: DemoTable | undefined) =>
  Array.from({ length: table?.rows ?? 0 }, (_, row) =>
    Object.fromEntries((table?.columns ?? []).map((column) => [column.name, cellOf(column, row)])),
  );
const linesOf = (table: DemoTable | undefined): string[] =>
  rowsOf(table).map((row) => JSON.stringify(row));

describe.each([...kinds.keys()])('the demo of %s', (pack) => {
  const small = { pack, accounts: 8, days: 100, today: '2026-03-31' };
  const demo = generateDemo(small);
  const later = { ...small, origin: demo.origin, today: '2026-05-10' };
  const whole = generateDemo(later);
  const added = generateDemo({ ...later, from: '2026-04-01' });
  const tableIn = (tables: typeof demo, name: string) =>
    tables.tables.find((table) => table.name === name);

  it('keeps to the input contract', () => {
    for (const table of whole.tables) {
      const source = contract.get(table.name);
      expect(table.rows, table.name).toBeGreaterThan(0);
      for (const { name, required } of source?.columns ?? [])
        if (required) expect(table.columns.map((column) => column.name)).toContain(name);
      for (const column of table.columns) {
        const at = `${table.name}.${column.name}`;
        const promised = source?.columns.find(({ name }) => name === column.name);
        expect(column.type, at).toBe(promised?.type);
        for (let row = 0; row < table.rows; row++) {
          const value = cellOf(column, row);
          if (promised?.required) expect(value, at).not.toBeNull();
          if (typeof value === 'string' && promised?.values)
            expect(promised.values, at).toContain(value);
          if (typeof value === 'number' && promised?.minimum !== undefined)
            expect(value, at).toBeGreaterThanOrEqual(promised.minimum);
        }
      }
    }
  });

  it('is the same each time', () => {
    expect(generateDemo(small)).toEqual(demo);
  });

  it('only adds rows of new days to tables that grow', () => {
    for (const { name, mode } of demo.tables) {
      const [before, after, all] = [demo, added, whole].map((of) => linesOf(tableIn(of, name)));
      if (mode === 'append')
        expect([...(before ?? []), ...(after ?? [])].sort()).toEqual(all?.sort());
      else expect(after, name).toEqual(all);
    }
  });

  it('knows nothing of days that have not come', () => {
    const end = new Date(instant(dayOf(demo.today) + 1, 0)).toISOString();
    for (const table of demo.tables) {
      const column = contract.get(table.name)?.event_time;
      if (column === undefined) continue;
      for (const row of rowsOf(table)) {
        const at = String(row[column]);
        expect(at.length > 10 ? at < end : at <= demo.today, `${table.name} ${at}`).toBe(true);
      }
    }
  });
});
