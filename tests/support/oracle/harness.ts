/** Runs generated accounts through the product, and shows its results as the interpreter's. */

import { dateOf } from '../../../functions/calendar.ts';
import { beforeCells } from '../../../functions/scorecard/engine/before-columns.ts';
import type { ColumnBatch, ColumnRequest } from '../../../functions/scorecard/engine/columns.ts';
import { compilePack } from '../../../functions/scorecard/engine/compile.ts';
import { type HistoryRow, rowsOf } from '../../../functions/scorecard/engine/history-row.ts';
import { type InputRow, inputBatch } from '../../../functions/scorecard/engine/input-batch.ts';
import type { RulesLayout } from '../../../functions/scorecard/engine/layout.ts';
import { scoreBatch } from '../../../functions/scorecard/engine/score.ts';
import type { Pack } from '../../../functions/scorecard/language/pack/pack.ts';
import type { Plain } from './cel.ts';
import type { Ages, PlainResult, PlainRow } from './interpreter.ts';

/** One day of the product: results by score, in the order of the accounts. */
export interface Day {
  layout: RulesLayout;
  requests: ColumnRequest[];
  rows: HistoryRow[][];
  batches: ColumnBatch[];
}

export interface DayInput {
  pack: Pack;
  ages: Ages;
  accounts: readonly PlainRow[];
  layouts: ReadonlyMap<string, RulesLayout>;
  /** Local day of the run, and that of the results before. */
  date?: string;
  beforeDate?: string;
  /** By score, then account. */
  before?: readonly (readonly HistoryRow[])[];
  /** By account. */
  trendPoints?: readonly (number | null)[];
}

export function inputRows({ pack, accounts, before, trendPoints }: DayInput): InputRow[] {
  return accounts.map((account, i) => {
    const row: InputRow = { account_id: `a${i}`, present: account.present, ...account.metrics };
    for (const [name, value] of Object.entries(account.account)) row[`account_${name}`] = value;
    for (const rows of before ?? []) {
      const earlier = rows[i];
      if (earlier) Object.assign(row, beforeCells(earlier));
    }
    for (const { id } of pack.scores) {
      row[`trend_${id}_points`] = trendPoints?.[i] ?? null;
      row[`revised_${id}_band`] = account.revised?.[id] ?? null;
    }
    return row;
  });
}

export function runDay(input: DayInput): Day {
  const compiled = compilePack(input.pack, {
    layouts: input.layouts,
    groupAgeDays: input.ages,
    engineHash: 'engine',
    date: input.date ?? '2026-02-02',
    ...(input.before ? { beforeDate: input.beforeDate ?? '2026-02-01' } : {}),
  });
  const { results } = scoreBatch(compiled, inputBatch(compiled.requests, inputRows(input)));
  return {
    layout: compiled.layout,
    requests: compiled.requests,
    batches: results,
    rows: results.map((batch) => rowsOf(batch)),
  };
}

/** A stored row with its lists named, to compare with the interpreter's result. */
export function readable(row: HistoryRow, layouts: ReadonlyMap<string, RulesLayout>) {
  const layout = layouts.get(row.rules_hash);
  const score = layout?.scores.find(({ id }) => id === row.score);
  const keys = (score?.inputs ?? []).map(({ metric, max_age }) => `${metric}@${max_age ?? ''}`);
  const known: Record<string, Plain | null> = {};
  for (const [i, value] of row.inputs.entries()) {
    const input = score?.inputs[i];
    const metric = input && layout?.metrics[input.metric];
    known[keys[i] ?? `#${i}`] =
      value === null || !metric
        ? null
        : metric.type === 'bool'
          ? value === 1
          : metric.type === 'enum'
            ? (metric.values?.[value] ?? null)
            : value;
  }
  const missing = row.missing ? row.missing.split(',').map((at) => keys[Number(at)]) : [];
  return {
    state: row.state,
    phase: row.phase,
    scorecard: row.scorecard,
    version: row.version,
    band: row.band,
    points: row.points,
    earned: row.earned,
    available: row.available,
    confidence: row.confidence,
    cap: row.cap,
    bandPoints: row.band_points,
    waiting: row.waiting_for_data,
    held: row.held_by_hysteresis,
    trend: row.trend,
    contributions: row.contributions,
    earnedPoints: row.earned_points,
    known,
    knownOn: knownOnOf(
      row,
      known,
      keys.filter((_, i) => !score?.inputs[i]?.derived),
    ),
    account: row.account === null ? {} : JSON.parse(row.account),
    missing: missing.sort(),
    beforeBand: row.before_band,
    beforePoints: row.before_points,
    change:
      row.change_rules === null
        ? null
        : {
            rules: row.change_rules,
            phase: row.change_phase,
            data: row.change_data,
            behaviour: row.change_behaviour,
          },
    rules: row.rules_hash,
  };
}

/** Days of measured inputs that have a value. */
function knownOnOf(row: HistoryRow, known: Record<string, Plain | null>, keys: readonly string[]) {
  const days = new Map(
    (row.known_on ?? '').split(',').map((part) => part.split(':') as [string, string]),
  );
  return Object.fromEntries(
    keys.flatMap((key, i) =>
      known[key] === null || known[key] === undefined
        ? []
        : [[key, days.get(String(i)) ?? row.date]],
    ),
  );
}

/** The interpreter's result in the same shape. */
export function readablePlain(
  { pack, known, knownOn, missing, ...result }: PlainResult,
  today: Pack,
) {
  return {
    ...result,
    knownOn: Object.fromEntries([...knownOn].map(([key, day]) => [key, dateOf(day)])),
    known: Object.fromEntries(known),
    missing: [...missing].sort(),
    // An error row without a result before is of today's rules.
    rules: result.state === 'error' ? pack.hash : today.hash,
  };
}
