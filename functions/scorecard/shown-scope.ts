/**
 * What routing and worklists read: an account as it is shown, that is its attributes, its
 * phase, its results, and the metrics that any of its scores reads.
 */
import type { CelRow, CelValue, Scope, ScopeColumn } from './cel.ts';
import { shownAs } from './explain.ts';
import { inputsOf } from './inputs.ts';
import type { RulesLayout } from './layout.ts';
import type { Phase, Score } from './pack.ts';
import type { PackScope } from './parse-scope.ts';
import { resultColumns } from './parse-signals.ts';
import type { HistoryRow } from './result.ts';
import { resultValues } from './signals.ts';

export interface ShownContext extends PackScope {
  scores: readonly Score[];
  phases: readonly Phase[];
  attributes: readonly string[];
}

/** Columns that conditions over what is shown may read. */
export function shownScope(context: ShownContext): Scope {
  const { scope, scores, phases, attributes, derived } = context;
  const metrics = new Map<string, ScopeColumn>();
  const now = new Map<string, ScopeColumn>();
  for (const score of scores) {
    for (const [name, column] of resultColumns(score)) now.set(`${score.id}.${name}`, column);
    const inputs = inputsOf({ derived: [...derived], phases: [...phases] }, score);
    for (const { metric } of [...inputs.measured, ...inputs.derived]) {
      const column = scope.metrics.get(metric);
      if (column) metrics.set(metric, column);
    }
  }
  const account = new Map(
    [...scope.account].filter(([name]) => name === 'phase' || attributes.includes(name)),
  );
  return { account, metrics, now };
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
