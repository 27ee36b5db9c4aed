/** The row of an account as it is shown, which conditions of routing and worklists are asked of. */

import type { HistoryRow } from '../engine/history-row.ts';
import type { RulesLayout } from '../engine/layout.ts';
import type { CelRow, CelValue } from '../language/cel/expressions.ts';
import type { Pack, Score } from '../language/pack/pack.ts';
import { shownAs } from './explain.ts';
import { resultValues, type SignalResult } from './signals.ts';

/** Identifies how documents are made from results, beside the rules. */
export function shownHash({ routing, worklists }: Pick<Pack, 'routing' | 'worklists'>): string {
  return `${routing?.hash ?? ''} ${worklists.hash}`;
}

/** A published account as such a row: with the bands in force. */
export function documentRow(
  scores: readonly Score[],
  document: Pick<AccountShown, 'phase' | 'attributes' | 'metrics' | 'scores'>,
): CelRow {
  const now: Record<string, Record<string, CelValue>> = {};
  for (const { id, bands } of scores) {
    const result = document.scores[id];
    if (!result) continue;
    now[id] = resultValues(
      { ...result, waitingForData: result.waiting_for_data },
      bands.map((band) => band.id),
    );
  }
  return {
    account: { ...known(document.attributes), phase: document.phase ?? '' },
    metrics: known(document.metrics),
    now,
  };
}

/** What a document holds of an account, as far as conditions read it. */
export interface AccountShown {
  phase: string | null;
  attributes: Shown;
  /** Last known values of the metrics that conditions read. */
  metrics: Shown;
  scores: Readonly<
    Record<string, Omit<SignalResult, 'waitingForData'> & { waiting_for_data: boolean }>
  >;
}

type Shown = Readonly<Record<string, string | number | boolean | null>>;

/**
 * An account's row for such conditions. Metrics have their last known value; results that wait
 * for data have none.
 */
export function shownRow(
  layout: RulesLayout,
  rows: readonly HistoryRow[],
  attributes: Shown,
): CelRow {
  const now: Record<string, Record<string, CelValue>> = {};
  for (const row of rows) {
    const bands = layout.scores.find(({ id }) => id === row.score)?.bands ?? [];
    now[row.score] = resultValues(
      {
        ...row,
        state: row.state === 'scored' ? 'scored' : 'error',
        waitingForData: row.waiting_for_data ?? false,
      },
      bands.map(({ id }) => id),
    );
  }
  return {
    account: { ...known(attributes), phase: rows[0]?.phase ?? '' },
    metrics: known(shownMetrics(layout, rows)),
    now,
  };
}

/** Last known values of all metrics that the rows were scored from. */
function shownMetrics(layout: RulesLayout, rows: readonly HistoryRow[]): Shown {
  const metrics: Record<string, string | number | boolean | null> = {};
  for (const { score, rules_hash: hash, inputs } of rows) {
    const read = layout.scores.find(({ id }) => id === score)?.inputs ?? [];
    // A row that could not be scored keeps the inputs of older rules.
    if (hash !== layout.rules_hash || inputs.length !== read.length) continue;
    for (const [i, { metric }] of read.entries()) {
      metrics[metric] ??= shownAs(layout, metric, inputs[i] ?? null);
    }
  }
  return metrics;
}

function known(values: Shown): Record<string, CelValue> {
  const result: Record<string, CelValue> = {};
  for (const [name, value] of Object.entries(values)) if (value !== null) result[name] = value;
  return result;
}
