/**
 * What routing and worklists read: an account as it is shown, that is its attributes, its
 * phase, its results, and the metrics that any of its scores reads.
 */

import type { HistoryRow } from '../engine/history-row.ts';
import type { RulesLayout } from '../engine/layout.ts';
import type {
  CelRow,
  CelValue,
  Expression,
  Scope,
  ScopeColumn,
} from '../language/cel/expressions.ts';
import { inputsOf } from '../language/pack/inputs.ts';
import type { Pack, Phase, Score } from '../language/pack/pack.ts';
import { type PackScope, readExpression } from '../language/parse/scope.ts';
import { resultColumns } from '../language/parse/signals.ts';
import type { Problem } from '../language/problems.ts';
import type { YamlDocument } from '../language/yaml/document.ts';
import { shownAs } from './explain.ts';
import { resultValues, type SignalResult } from './signals.ts';

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

/** A condition or number over what is shown; reports what is wrong and then gives undefined. */
export function readShown(
  document: YamlDocument<unknown>,
  path: PropertyKey[],
  text: string,
  purpose: 'signal' | 'value',
  { context, scope, problems }: { context: ShownContext; scope: Scope; problems: Problem[] },
): Expression | undefined {
  const found: Problem[] = [];
  const expression = readExpression(document, path, text, scope, purpose, found);
  const unread = /^reads metrics\.(\w+), which is no metric/.exec(found[0]?.message ?? '')?.[1];
  if (unread !== undefined && context.metrics.has(unread)) {
    const message = `reads metrics.${unread}, which no scorecard reads: list it under reference of one`;
    problems.push(document.problem(path, message));
  } else {
    problems.push(...found);
  }
  return expression;
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
