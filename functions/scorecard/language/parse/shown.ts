/**
 * What conditions may read of an account as it is shown: its attributes, its phase, its results,
 * and the metrics that any of its scores reads.
 */
import {
  checkExpression,
  type Expression,
  type Scope,
  type ScopeColumn,
} from '../cel/expressions.ts';
import { metricsOf } from '../pack/inputs.ts';
import type { Phase, Score } from '../pack/pack.ts';
import type { Report } from '../problems.ts';
import type { PackScope } from './scope.ts';

export interface ShownContext extends PackScope {
  scores: readonly Score[];
  phases: readonly Phase[];
  attributes: readonly string[];
}

/** Columns that conditions over what is shown may read. */
export function shownScope(context: ShownContext): Scope {
  return {
    account: shownColumns(context),
    metrics: scoredMetrics(context),
    now: resultsScope(context.scores),
  };
}

/** Columns of accounts that documents hold, and the phase. */
export function shownColumns({ scope, attributes }: ShownContext): Scope['account'] {
  return new Map(
    [...scope.account].filter(([name]) => name === 'phase' || attributes.includes(name)),
  );
}

/** Metrics that any score reads. */
export function scoredMetrics({ scope, scores, ...pack }: ShownContext): Scope['metrics'] {
  const read = scores.flatMap((score) => metricsOf(pack, score));
  return new Map(
    read.flatMap((id) => {
      const column = scope.metrics.get(id);
      return column ? [[id, column]] : [];
    }),
  );
}

/** `<score>.<value>` of results. */
export function resultsScope(
  scores: readonly Score[],
  has: (value: string) => boolean = () => true,
): Map<string, ScopeColumn> {
  const columns = scores.flatMap((score) =>
    resultColumns(score).map(([value, column]) => [score.id, value, column] as const),
  );
  return new Map(
    columns.flatMap(([score, value, column]) =>
      has(value) ? [[`${score}.${value}`, column]] : [],
    ),
  );
}

export const number: ScopeColumn = { type: 'number', nullable: true };

/** What a result has, by name. */
function resultColumns(score: Score): [name: string, column: ScopeColumn][] {
  const text = (values: string[]): ScopeColumn => ({ type: 'text', nullable: true, values });
  return [
    ['points', number],
    ['level', number],
    ['band', text(score.bands.map(({ id }) => id))],
    ['confidence', number],
    ['trend', text(['rising', 'steady', 'falling'])],
    ['scorecard', text(score.scorecards.map(({ id }) => id))],
  ];
}

/** A condition or number over what is shown; reports what is wrong and then gives undefined. */
export function readShown(
  report: Report,
  path: readonly PropertyKey[],
  text: string,
  purpose: 'signal' | 'value',
  { context, scope }: { context: ShownContext; scope: Scope },
): Expression | undefined {
  const checked = checkExpression(text, scope, purpose);
  if (!('problem' in checked)) return checked;
  const unread = /^reads metrics\.(\w+), which is no metric/.exec(checked.problem)?.[1];
  report(
    path,
    unread !== undefined && context.metrics.has(unread)
      ? `reads metrics.${unread}, which no scorecard reads: list it under reference of one`
      : checked.problem,
  );
  return undefined;
}
