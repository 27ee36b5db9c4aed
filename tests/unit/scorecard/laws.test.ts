import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnBatch } from '../../../functions/scorecard/engine/columns.ts';
import { compilePack } from '../../../functions/scorecard/engine/compile.ts';
import { type HistoryRow, rowsOf } from '../../../functions/scorecard/engine/history-row.ts';
import { inputBatch } from '../../../functions/scorecard/engine/input-batch.ts';
import type { RulesLayout } from '../../../functions/scorecard/engine/layout.ts';
import { scoreBatch } from '../../../functions/scorecard/engine/score.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import {
  type Draw,
  drawAccount,
  drawMetrics,
  drawPack,
  draws,
  drawValues,
} from '../../support/oracle/generate.ts';
import { inputRows, runDay } from '../../support/oracle/harness.ts';
import type { Ages, PlainRow, Values } from '../../support/oracle/interpreter.ts';

const fresh: Ages = new Map([
  ['first', 0],
  ['second', 0],
]);
const none: ReadonlyMap<string, RulesLayout> = new Map();

type Metrics = ReturnType<typeof drawMetrics>;

function drawAccounts(draw: Draw, metrics: Metrics, strange = false): PlainRow[] {
  return Array.from({ length: 5 }, () => ({
    present: true,
    account: drawAccount(draw),
    metrics: drawValues(draw, metrics, strange),
  }));
}

/** Two days of a pack; how the second one differs is up to the caller. */
function twoDays(
  pack: Pack,
  accounts: PlainRow[],
  second: { pack?: Pack; accounts?: PlainRow[]; ages?: Ages },
): { before: HistoryRow[][]; after: HistoryRow[][] } {
  const one = runDay({ pack, ages: fresh, accounts, layouts: none });
  const two = runDay({
    pack: second.pack ?? pack,
    ages: second.ages ?? fresh,
    accounts: second.accounts ?? accounts,
    layouts: new Map([[pack.hash, one.layout]]),
    before: one.rows.filter(
      (rows) => second.pack?.scores.some(({ id }) => id === rows[0]?.score) ?? true,
    ),
  });
  return { before: one.rows, after: two.rows };
}

function check(property: (draw: Draw) => void, numRuns = 40): void {
  fc.assert(fc.property(draws, property), { numRuns, endOnFailure: true });
}

/** Changes values but neither their absence nor presence. */
function moved(draw: Draw, metrics: Metrics, values: Values): Values {
  const other = drawValues(draw, metrics, false);
  return Object.fromEntries(
    Object.entries(values).map(([id, value]) => [id, value === null ? null : (other[id] ?? value)]),
  );
}

describe('laws of scores', () => {
  it('points lie between 0 and the scale, and contributions sum to them', () => {
    check((draw) => {
      const { files, metrics } = drawPack(draw);
      const pack = parsePack(files);
      const { rows } = runDay({
        pack,
        ages: fresh,
        accounts: drawAccounts(draw, metrics, true),
        layouts: none,
      });
      for (const row of rows.flat()) {
        const scale = pack.scores.find(({ id }) => id === row.score)?.scale ?? 0;
        if (row.points === null) continue;
        expect(row.points).toBeGreaterThanOrEqual(0);
        expect(row.points).toBeLessThanOrEqual(scale);
        expect(row.earned).toBeLessThanOrEqual(row.available ?? 0);
        const known = row.contributions.filter((part) => part >= 0);
        expect(known.reduce((sum, part) => sum + part, 0)).toBe(row.points);
        expect(row.contributions.map((part) => part < 0)).toEqual(
          row.earned_points.map((part) => part < 0),
        );
      }
    });
  });

  it('a metric that moves the good way never costs points', () => {
    check((draw) => {
      const { files, metrics } = drawPack(draw, drawMetrics(draw), { plain: true });
      const pack = parsePack(files);
      const accounts = drawAccounts(draw, metrics);
      const metric = draw.pick(metrics);
      if (metric.direction === 'none') return;
      const up = metric.direction === 'higher';
      const order: (string | boolean)[] = metric.values ?? [false, true];
      const better = accounts.map((account): PlainRow => {
        const value = account.metrics[metric.id] ?? null;
        if (value === null) return account;
        const next =
          typeof value === 'number'
            ? value + (up ? 1 : -1) * draw.int(0, 10)
            : (order[order.indexOf(value) + (up ? 1 : -1)] ?? value);
        return { ...account, metrics: { ...account.metrics, [metric.id]: next } };
      });
      const worse = runDay({ pack, ages: fresh, accounts, layouts: none }).rows.flat();
      const after = runDay({ pack, ages: fresh, accounts: better, layouts: none }).rows.flat();
      for (const [i, row] of after.entries()) {
        expect(row.points ?? 0).toBeGreaterThanOrEqual(worse[i]?.points ?? 0);
      }
    });
  });
});

describe('laws of changes', () => {
  it('the parts of a change sum to it', () => {
    check((draw) => {
      const metrics = drawMetrics(draw);
      const pack = parsePack(drawPack(draw, metrics).files);
      const other = parsePack(drawPack(draw, metrics).files);
      const { after } = twoDays(pack, drawAccounts(draw, metrics), {
        pack: draw.chance(50) ? other : pack,
        accounts: drawAccounts(draw, metrics),
      });
      for (const row of after.flat()) {
        if (row.change_rules === null) continue;
        const phase = row.change_phase ?? 0;
        const parts =
          row.change_rules + phase + (row.change_data ?? 0) + (row.change_behaviour ?? 0);
        expect(parts).toBe((row.points ?? 0) - (row.before_points ?? 0));
      }
    });
  });

  it('when nothing changed, nothing changes', () => {
    check((draw) => {
      const { files, metrics } = drawPack(draw);
      const { before, after } = twoDays(parsePack(files), drawAccounts(draw, metrics, true), {});
      for (const [i, row] of after.flat().entries()) {
        const earlier = before.flat()[i];
        expect(row.band).toBe(earlier?.band);
        expect(row.points).toBe(earlier?.points);
        expect([row.change_rules, row.change_data, row.change_behaviour]).toEqual(
          row.points === null ? [null, null, null] : [0, 0, 0],
        );
        if (row.state === 'scored') expect(row.result_hash).toBe(earlier?.result_hash);
      }
    });
  });

  it('what customers did lands in behaviour alone', () => {
    check((draw) => {
      const { files, metrics } = drawPack(draw, drawMetrics(draw), { plain: true });
      const accounts = drawAccounts(draw, metrics);
      const later = accounts.map((account) => ({
        ...account,
        metrics: moved(draw, metrics, account.metrics),
      }));
      const { after } = twoDays(parsePack(files), accounts, { accounts: later });
      for (const { change_rules, change_data } of after.flat()) {
        expect([change_rules ?? 0, change_data ?? 0]).toEqual([0, 0]);
      }
    });
  });

  it('data that appears or goes missing lands in data alone', () => {
    check((draw) => {
      const { files, metrics } = drawPack(draw, drawMetrics(draw), { plain: true });
      const accounts = drawAccounts(draw, metrics);
      const later = accounts.map((account): PlainRow => {
        const fill = drawValues(draw, metrics, false);
        const next = Object.entries(account.metrics).map(([id, value]) =>
          draw.chance(60) ? [id, value] : [id, value === null ? (fill[id] ?? null) : null],
        );
        return { ...account, metrics: Object.fromEntries(next) };
      });
      const ages = new Map([
        ['first', draw.pick([0, 2, 5, null])],
        ['second', 0],
      ]);
      const { after } = twoDays(parsePack(files), accounts, { accounts: later, ages });
      for (const { change_rules, change_behaviour } of after.flat()) {
        expect([change_rules ?? 0, change_behaviour ?? 0]).toEqual([0, 0]);
      }
    });
  });

  it('new rules land in rules alone, also where they read metrics for the first time', () => {
    check((draw) => {
      const metrics = drawMetrics(draw);
      const pack = parsePack(drawPack(draw, metrics).files);
      const other = parsePack(drawPack(draw, metrics).files);
      const { after } = twoDays(pack, drawAccounts(draw, metrics), { pack: other });
      for (const { change_data, change_behaviour } of after.flat()) {
        expect([change_data ?? 0, change_behaviour ?? 0]).toEqual([0, 0]);
      }
    });
  });
});

describe('late data', () => {
  it('never moves a band, a phase or a scorecard while it is carried', () => {
    check((draw) => {
      const { files, metrics } = drawPack(draw);
      const pack = parsePack(files);
      const first = drawAccounts(draw, metrics);
      const start = runDay({ pack, ages: fresh, accounts: first, layouts: none });
      const layouts = new Map([[pack.hash, start.layout]]);
      // A day of its own, so that bands are also held by hysteresis or rest on older values.
      const second = drawAccounts(draw, metrics).map((account, i) => ({
        ...account,
        account: first[i]?.account ?? {},
      }));
      const before = runDay({ pack, ages: fresh, accounts: second, layouts, before: start.rows });
      const ages = new Map(
        ['first', 'second'].map((group) => [group, draw.pick([0, 0, 2, 5, null])] as const),
      );
      const after = runDay({ pack, ages, accounts: second, layouts, before: before.rows });
      for (const [s, rows] of after.rows.entries()) {
        for (const [i, row] of rows.entries()) {
          const earlier = before.rows[s]?.[i];
          expect(row.phase).toBe(earlier?.phase);
          expect(row.scorecard).toBe(earlier?.scorecard);
          expect(row.band).toBe(earlier?.band);
        }
      }
    }, 100);
  });
});

describe('same input, same bytes', () => {
  it('whatever the order of rows and however they are split into batches', () => {
    check((draw) => {
      const { files, metrics } = drawPack(draw);
      const pack = parsePack(files);
      const accounts = drawAccounts(draw, metrics, true);
      const start = runDay({ pack, ages: fresh, accounts, layouts: none });
      const input = {
        pack,
        ages: fresh,
        accounts: drawAccounts(draw, metrics, true),
        layouts: new Map([[pack.hash, start.layout]]),
        before: start.rows,
      };
      const rows = inputRows(input);
      const compiled = compilePack(pack, {
        layouts: input.layouts,
        groupAgeDays: fresh,
        engineHash: 'engine',
        date: '2026-02-02',
        beforeDate: '2026-02-01',
      });
      const score = (part: typeof rows): ColumnBatch[] =>
        scoreBatch(compiled, inputBatch(compiled.requests, part)).results;
      const byAccount = (batches: ColumnBatch[]) => {
        const found = batches.flatMap((batch) => rowsOf(batch));
        return found.sort((a, b) =>
          `${a.score} ${a.account_id}` < `${b.score} ${b.account_id}` ? -1 : 1,
        );
      };
      const whole = byAccount(score(rows));
      const split = draw.int(0, rows.length);
      const shuffled = rows.toSorted(() => draw.int(-1, 1));
      const parts = [...score(shuffled.slice(split)), ...score(shuffled.slice(0, split))];
      expect(byAccount(parts)).toEqual(whole);
      expect(byAccount(runDay(input).batches)).toEqual(whole);
    });
  });
});
