import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dateOf, dayMs } from '../../../functions/calendar.ts';
import { Rejected } from '../../../functions/errors.ts';
import { dayOf, instant } from '../../../functions/local/demo/calendar.ts';
import { cellOf, type DemoTable, type DemoTables } from '../../../functions/local/demo/columns.ts';
import { type DemoOptions, generateDemo } from '../../../functions/local/demo/generate.ts';
import { sourceTable } from '../../../functions/scorecard/language/pack/catalogue.ts';

const contract = new Map(
  globSync('sql/sources/*.yaml').map((file) => {
    const source = sourceTable.parse(parse(readFileSync(file, 'utf8')));
    return [source.table, source] as const;
  }),
);

const small: DemoOptions = { pack: 'saas', accounts: 40, days: 180, today: '2026-03-31' };
const demo = generateDemo(small);

function tableOf(tables: DemoTables, name: string): DemoTable {
  const found = tables.tables.find((table) => table.name === name);
  if (!found) throw new Error(`no table ${name}`);
  return found;
}

/** Rows as objects; for small tables. */
function rowsOf(table: DemoTable): Record<string, string | number | boolean | null>[] {
  return Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(table.columns.map((column) => [column.name, cellOf(column, row)])),
  );
}

const lines = (tables: DemoTables, name: string): string[] =>
  rowsOf(tableOf(tables, name)).map((row) => JSON.stringify(row));

/** Rows of a dimension that are valid at the end of a day. */
function validOn(tables: DemoTables, name: string, date: string): string[] {
  const asOf = new Date(instant(dayOf(date) + 1, 0)).toISOString();
  return rowsOf(tableOf(tables, name))
    .filter(
      (row) => String(row.valid_from) < asOf && (!row.valid_to || String(row.valid_to) >= asOf),
    )
    .map(({ valid_to: _end, ...row }) => JSON.stringify(row));
}

describe('demo data', () => {
  it('is the same each time, and differs by seed', () => {
    expect(generateDemo(small)).toEqual(demo);
    expect(lines(generateDemo({ ...small, seed: 2 }), 'contracts')).not.toEqual(
      lines(demo, 'contracts'),
    );
  });

  describe('keeps to the input contract', () => {
    it.each(demo.tables.map((table) => [table.name, table] as const))('%s', (name, table) => {
      const source = contract.get(name);
      expect(table.rows).toBeGreaterThan(0);
      for (const column of table.columns) {
        const promised = source?.columns.find((other) => other.name === column.name);
        expect(promised, column.name).toBeDefined();
        expect(column.type, column.name).toBe(promised?.type);
        const values = new Set(column.type === 'STRING' ? column.texts : []);
        for (const value of promised?.values ? values : [])
          expect(promised?.values).toContain(value);
        for (let row = 0; row < table.rows; row++) {
          const value = cellOf(column, row);
          if (promised?.required && value === null)
            throw new Error(`${column.name} is empty in ${row}`);
          if (typeof value === 'number' && value < (promised?.minimum ?? value))
            throw new Error(`${column.name} is ${value} in ${row}`);
        }
      }
    });

    it('leaves no required column out', () => {
      for (const table of demo.tables) {
        const names = table.columns.map((column) => column.name);
        const required = contract.get(table.name)?.columns.filter((column) => column.required);
        expect(names).toEqual(expect.arrayContaining((required ?? []).map(({ name }) => name)));
      }
    });
  });

  it('has no event after today or before the origin', () => {
    for (const [table, column] of [
      ['usage_daily', 'usage_date'],
      ['tickets', 'closed_on'],
      ['surveys', 'answered_on'],
      ['outcomes', 'outcome_on'],
    ]) {
      for (const row of rowsOf(tableOf(demo, table as string))) {
        const day = row[column as string];
        if (day !== null) expect(String(day) <= demo.today).toBe(true);
      }
    }
    const days = rowsOf(tableOf(demo, 'usage_daily')).map((row) => String(row.usage_date));
    expect(days.sort()[0]).toBe(demo.origin);
  });

  it('has exactly the accounts asked for after 400 days, and more later', () => {
    const countOn = (today: string): number =>
      validOn(
        generateDemo({ pack: 'saas', accounts: 150, origin: '2025-02-25', today, from: today }),
        'accounts',
        today,
      ).length;
    expect(countOn('2025-02-25')).toBeLessThan(130);
    // The first run looks at the day before the last.
    expect(countOn('2026-03-30')).toBe(150);
    expect(countOn('2026-03-31')).toBe(150);
    expect(countOn('2026-12-31')).toBeGreaterThan(150);
  });

  it('gives an account only one valid row at any time', () => {
    for (const date of ['2025-10-20', '2026-01-15', '2026-03-31'])
      for (const [table, key] of [
        ['accounts', 'account_id'],
        ['contracts', 'account_id'],
        ['users', 'user_id'],
      ]) {
        const ids = validOn(demo, table as string, date).map(
          (row) => (JSON.parse(row) as Record<string, string>)[key as string],
        );
        expect(new Set(ids).size).toBe(ids.length);
      }
  });

  describe('a later today', () => {
    const later = generateDemo({ ...small, origin: demo.origin, today: '2026-04-20' });

    it.each(['events', 'usage_daily'])('adds rows to %s and changes none', (name) => {
      const before = new Set(lines(demo, name));
      const until = instant(dayOf(demo.today) + 1, 0);
      const known = rowsOf(tableOf(later, name))
        .filter((row) =>
          name === 'events'
            ? Date.parse(String(row.event_at)) < until
            : String(row.usage_date) <= demo.today,
        )
        .map((row) => JSON.stringify(row));
      expect(known.length).toBe(tableOf(demo, name).rows);
      expect(known.every((row) => before.has(row))).toBe(true);
    });

    it.each(['accounts', 'users', 'contracts'])('shows the same %s on every past day', (name) => {
      for (const date of ['2025-11-01', '2026-02-10', demo.today])
        expect(validOn(later, name, date).sort()).toEqual(validOn(demo, name, date).sort());
    });

    it('only fills in what was open: inquiries closed, questions answered', () => {
      const open = lines(demo, 'tickets').filter((row) => row.includes('"closed_on":null'));
      const closed = lines(demo, 'tickets').filter((row) => !row.includes('"closed_on":null'));
      expect(open.length).toBeGreaterThan(0);
      expect(lines(later, 'tickets')).toEqual(expect.arrayContaining(closed));
      expect(lines(later, 'outcomes')).toEqual(expect.arrayContaining(lines(demo, 'outcomes')));
      expect(lines(later, 'assessments')).toEqual(
        expect.arrayContaining(lines(demo, 'assessments')),
      );
    });

    it('can be had as the new days alone', () => {
      const added = generateDemo({
        ...small,
        origin: demo.origin,
        today: '2026-04-20',
        from: '2026-04-01',
      });
      for (const { name, mode } of added.tables) {
        if (mode === 'replace') expect(lines(added, name)).toEqual(lines(later, name));
        else
          expect([...lines(demo, name), ...lines(added, name)].sort()).toEqual(
            lines(later, name).sort(),
          );
      }
    });
  });

  describe('is like real data', () => {
    const world = generateDemo({ pack: 'saas', accounts: 200, days: 400, today: '2026-03-31' });

    it('has renewals, churns, expansions and trials that come to nothing', () => {
      const kinds = new Map<string, number>();
      for (const { kind } of rowsOf(tableOf(world, 'outcomes')))
        kinds.set(String(kind), (kinds.get(String(kind)) ?? 0) + 1);
      expect(Object.fromEntries(kinds)).toEqual({
        contracted: expect.any(Number),
        renewed: expect.any(Number),
        expanded: expect.any(Number),
        churned: expect.any(Number),
        trial_ended: expect.any(Number),
      });
      expect(kinds.get('churned')).toBeGreaterThan(30);
    });

    it('ends the accounts that leave, so that they become absent', () => {
      const gone = rowsOf(tableOf(world, 'outcomes'))
        .filter(({ kind }) => kind === 'churned')
        .map(({ account_id }) => account_id);
      const present = new Set(
        validOn(world, 'accounts', world.today).map(
          (row) => (JSON.parse(row) as { account_id: string }).account_id,
        ),
      );
      expect(gone.some((id) => present.has(String(id)))).toBe(false);
    });

    it('has feeds that come late for some days', () => {
      const late = rowsOf(tableOf(world, 'usage_daily')).filter(
        (row) =>
          Date.parse(String(row.loaded_at)) >
          instant(dayOf(String(row.usage_date)) + 1, 0) + dayMs / 4,
      );
      expect(new Set(late.map((row) => row.usage_date)).size).toBeGreaterThanOrEqual(4);
    });

    it('lacks some data of some accounts', () => {
      const ids = new Set(
        lines(world, 'accounts').map(
          (row) => (JSON.parse(row) as { account_id: string }).account_id,
        ),
      );
      for (const name of ['usage_daily', 'events', 'users']) {
        const column = tableOf(world, name).columns.find((other) => other.name === 'account_id');
        const having = column?.type === 'STRING' ? column.texts.length : 0;
        expect(having).toBeLessThan(ids.size);
        expect(having).toBeGreaterThan(ids.size * 0.85);
      }
    });

    it('has key users who leave and successors', () => {
      const users = rowsOf(tableOf(world, 'users'));
      const gone = users.filter((row) => row.left_on !== null && row.role !== 'member');
      expect(gone.length).toBeGreaterThan(10);
    });

    it('has quieter weekends', () => {
      const perWeekday = new Array<number>(7).fill(0);
      for (const row of rowsOf(tableOf(world, 'usage_daily'))) {
        const weekday = new Date(`${row.usage_date}T00:00Z`).getUTCDay();
        perWeekday[weekday] = (perWeekday[weekday] ?? 0) + Number(row.active_users);
      }
      expect(perWeekday[6]).toBeLessThan((perWeekday[3] ?? 0) / 4);
    });

    it('names nobody: owners are roles at example.com', () => {
      for (const { owner } of rowsOf(tableOf(world, 'accounts')))
        expect(owner).toMatch(/^csm-\d\d@example\.com$/);
    });
  });

  it.each<[string, Partial<DemoOptions>, RegExp]>([
    ['another pack', { pack: 'other' }, /no demo data for pack "other"/],
    ['a date that does not exist', { today: '2026-02-30' }, /"2026-02-30" is not a date/],
    ['no accounts', { accounts: 0 }, /accounts is 0, but must be a whole number from 1 to 100000/],
    ['half a day', { days: 1.5 }, /days is 1.5/],
    ['an origin after today', { origin: '2026-04-01' }, /origin 2026-04-01 is after today/],
  ])('refuses %s in one sentence', (_name, change, message) => {
    expect(() => generateDemo({ ...small, ...change })).toThrow(message);
    expect(() => generateDemo({ ...small, ...change })).toThrow(Rejected);
  });

  describe('of a shop', () => {
    const shop = generateDemo({ ...small, pack: 'retail' });

    it('has customers and purchases under the column names that the pack maps', () => {
      const mapping = parse(readFileSync('rules/retail/pack.yaml', 'utf8')).tables;
      expect(tableOf(shop, 'accounts').columns.map(({ name }) => name)).toContain(
        mapping.accounts.columns.created_on,
      );
      expect(tableOf(shop, 'purchases').columns.map(({ name }) => name)).toContain(
        mapping.purchases.columns.amount,
      );
      expect(tableOf(shop, 'purchases').rows).toBeGreaterThan(tableOf(shop, 'accounts').rows);
    });

    it('only adds rows as days go by', () => {
      const later = { ...small, pack: 'retail', origin: shop.origin, today: '2026-04-30' };
      const whole = lines(generateDemo(later), 'purchases').sort();
      const added = lines(generateDemo({ ...later, from: '2026-04-01' }), 'purchases');
      expect(added.length).toBeGreaterThan(0);
      expect([...lines(shop, 'purchases'), ...added].sort()).toEqual(whole);
    });
  });

  it('starts 400 days before today, today included', () => {
    const one = generateDemo({ pack: 'saas', accounts: 1, today: '2026-03-31' });
    expect(one.origin).toBe(dateOf(dayOf('2026-03-31') - 399));
  });
});
