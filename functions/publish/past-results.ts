/** Rows of the history as signals see them. */

import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { CelValue } from '../scorecard/language/cel/expressions.ts';
import type { SignalResult } from '../scorecard/meaning/signals.ts';

export function resultOfRow(row: HistoryRow): SignalResult {
  return {
    state: row.state === 'scored' ? 'scored' : 'error',
    points: row.points,
    band: row.band,
    confidence: row.confidence,
    trend: row.trend,
    scorecard: row.scorecard,
    waitingForData: row.waiting_for_data ?? false,
  };
}

/** The metrics that had a value of their own day, by id. */
export function metricValuesOf(layout: RulesLayout, row: HistoryRow): Record<string, CelValue> {
  const values: Record<string, CelValue> = {};
  const inputs = layout.scores.find(({ id }) => id === row.score)?.inputs ?? [];
  const missing = new Set(row.missing ? row.missing.split(',').map(Number) : []);
  for (const [position, { metric }] of inputs.entries()) {
    const value = row.inputs[position] ?? null;
    if (value === null || missing.has(position)) continue;
    const known = layout.metrics[metric];
    const text = known?.values?.[value];
    if (known?.type === 'bool') values[metric] = value === 1;
    else if (known?.type !== 'enum') values[metric] = value;
    else if (text !== undefined) values[metric] = text;
  }
  return values;
}
