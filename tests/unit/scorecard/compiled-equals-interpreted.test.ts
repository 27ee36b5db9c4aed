import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOf, dayOf } from '../../../functions/calendar.ts';
import type { HistoryRow } from '../../../functions/scorecard/engine/history-row.ts';
import type { RulesLayout } from '../../../functions/scorecard/engine/layout.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import {
  type Draw,
  drawAccount,
  drawMetrics,
  drawPack,
  draws,
  drawValues,
  reviseMetrics,
} from '../../support/oracle/generate.ts';
import { readable, readablePlain, runDay } from '../../support/oracle/harness.ts';
import { interpret, type PlainResult, type PlainRow } from '../../support/oracle/interpreter.ts';

const accountsPerCase = 6;

/** Days of one company: values move, data goes missing, feeds are late, rules change. */
function drawDays(draw: Draw) {
  const metrics = drawMetrics(draw);
  const packs = [parsePack(drawPack(draw, metrics).files)];
  if (draw.chance(50)) packs.push(parsePack(drawPack(draw, reviseMetrics(draw, metrics)).files));
  let accounts: PlainRow[] = Array.from({ length: accountsPerCase }, () => ({
    present: true,
    account: drawAccount(draw),
    metrics: drawValues(draw, metrics, true),
  }));
  return Array.from({ length: 4 }, (_, day) => {
    const pack = (draw.chance(30) ? packs.at(-1) : packs[0]) as Pack;
    const ages = new Map(
      ['first', 'second'].map(
        (group) => [group, draw.pick([0, 0, 0, 0, 0, 0, 2, 5, null])] as const,
      ),
    );
    if (day > 0) {
      accounts = accounts.map(({ account, metrics: values }) => {
        const moved = drawValues(draw, metrics, true);
        const next = Object.fromEntries(
          Object.entries(values).map(([id, value]) => [
            id,
            draw.chance(60) ? value : (moved[id] ?? null),
          ]),
        );
        return {
          present: draw.chance(95),
          account: draw.chance(80) ? account : drawAccount(draw),
          metrics: next,
        };
      });
    }
    return { pack, ages, accounts: accounts.map((account) => revisedOnce(draw, pack, account)) };
  });
}

/** As if the date had been run before, an hour ago. */
function revisedOnce(draw: Draw, pack: Pack, account: PlainRow): PlainRow {
  if (draw.chance(50)) return account;
  const left = pack.scores.map(({ id, bands }) => [id, draw.pick(bands).id] as const);
  return { ...account, revised: Object.fromEntries(left) };
}

const firstDay = dayOf('2026-02-01');

describe('compiled rules', () => {
  it('give in every column what a plain reading of the rules gives, day after day', () => {
    fc.assert(
      fc.property(draws, (draw) => {
        const layouts = new Map<string, RulesLayout>();
        let rowsBefore: HistoryRow[][] | undefined;
        let plainBefore: Map<string, PlainResult>[] | undefined;
        let today = firstDay;
        for (const { pack, ages, accounts } of drawDays(draw)) {
          const dayBefore = today;
          today += draw.pick([1, 1, 1, 2, 4, 9]);
          const trendPoints = accounts.map(() => (draw.chance(50) ? draw.int(0, 9000) : null));
          const ids = pack.scores.map(({ id }) => id);
          const before = rowsBefore?.filter((rows) => ids.includes(rows[0]?.score ?? ''));
          const day = runDay({
            pack,
            ages,
            accounts,
            layouts,
            trendPoints,
            date: dateOf(today),
            beforeDate: dateOf(dayBefore),
            ...(before ? { before } : {}),
          });
          layouts.set(pack.hash, day.layout);
          const plain = accounts.map((account, i) => {
            const results = new Map<string, PlainResult>();
            for (const score of pack.scores) {
              const earlier = plainBefore?.[i]?.get(score.id) ?? null;
              const trend = rowsBefore ? (trendPoints[i] ?? null) : null;
              results.set(
                score.id,
                interpret(pack, score, ages, account, earlier, trend, {
                  day: today,
                  before: dayBefore,
                }),
              );
            }
            return results;
          });
          for (const [s, rows] of day.rows.entries()) {
            const score = pack.scores[s]?.id ?? '';
            for (const [i, row] of rows.entries()) {
              const expected = plain[i]?.get(score);
              if (!expected) throw new Error('no plain result');
              expect(readable(row, layouts)).toEqual(readablePlain(expected, pack));
            }
          }
          rowsBefore = day.rows;
          plainBefore = plain;
        }
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});
