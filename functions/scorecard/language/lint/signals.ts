/** Signals that can never begin, or not where they should: their `recovers` holds as they do. */

import { childrenOf, columnNode } from '../cel/ast.ts';
import type { CelRow, CelValue, Expression } from '../cel/expressions.ts';
import type { Pack, Score } from '../pack/pack.ts';
import { pointsOf } from '../pack/points.ts';
import type { Report } from './findings.ts';

/** Rows that are tried for a signal; with more columns than that allows, nothing is said. */
const mostRows = 20_000;

/**
 * Tries values on either side of every number that the conditions name. Where both hold, the
 * signal does not begin, since it is over already.
 */
export function lintSignals(pack: Pack, report: Report): void {
  for (const { id, when, recovers, place } of pack.signals?.states ?? []) {
    if (!recovers) continue;
    const swallowed = rowsFor(pack, [when, recovers]).find(
      (row) => when.evaluate(row) === true && recovers.evaluate(row) === true,
    );
    if (!swallowed) continue;
    report(
      'swallowed-signal',
      'warning',
      place,
      `The signal ${id} does not begin at ${shown(swallowed, [when, recovers])}, where when holds, since recovers holds there, too`,
      'Let recovers hold only where when does not, or add to when what it leaves out',
    );
  }
}

/** What a column, or a result as a whole, may be: values by path. */
type Choice = Record<string, CelValue>;

function rowsFor(pack: Pack, conditions: readonly Expression[]): CelRow[] {
  const columns = new Set(
    conditions.flatMap(({ metrics, account, others, readsPhase }) => [
      ...metrics.map((id) => `metrics.${id}`),
      ...account.map((name) => `account.${name}`),
      ...others,
      ...(readsPhase ? ['account.phase'] : []),
    ]),
  );
  const results = new Set(
    [...columns].flatMap((path) => /^(?:now|before)\.\w+/.exec(path)?.[0] ?? []),
  );
  const numbers = numbersIn(conditions);
  const choices: Choice[][] = [...results].map((path) => {
    const score = pack.scores.find(({ id }) => id === path.split('.')[1]);
    return score ? resultsOf(score, path, columns, numbers) : [{}];
  });
  for (const path of columns) {
    if (/^(now|before)\./.test(path)) continue;
    choices.push(valuesOf(pack, path, conditions, numbers).map((value) => ({ [path]: value })));
  }
  if (choices.reduce((count, { length }) => count * length, 1) > mostRows) return [];
  let rows: Choice[] = [{}];
  for (const of of choices) rows = rows.flatMap((row) => of.map((one) => ({ ...row, ...one })));
  return rows.map(rowOf).filter((row) => isPossible(pack, row));
}

/** Points, level and band of a result belong together. */
function resultsOf(
  { bands, scorecards, scale }: Score,
  path: string,
  columns: ReadonlySet<string>,
  numbers: ReadonlyMap<string, readonly number[]>,
): Choice[] {
  const limits = bands.flatMap(({ from }) => [pointsOf(from)]);
  const points = new Set([...limits, ...around(numbers.get(`${path}.points`) ?? [])]);
  const extra = (name: string, values: readonly string[]): Choice[] =>
    columns.has(`${path}.${name}`) ? values.map((value) => ({ [`${path}.${name}`]: value })) : [{}];
  const trends = extra('trend', ['rising', 'steady', 'falling']);
  const cards = extra(
    'scorecard',
    scorecards.map(({ id }) => id),
  );
  return [...points]
    .filter((value) => value >= 0 && value <= pointsOf(scale))
    .flatMap((value) => {
      const level = limits.filter((from) => from <= value).length;
      const band = bands[level - 1]?.id ?? '';
      const result = {
        [`${path}.points`]: value,
        [`${path}.level`]: level,
        [`${path}.band`]: band,
        [`${path}.confidence`]: 1,
      };
      return trends.flatMap((trend) => cards.map((card) => ({ ...result, ...trend, ...card })));
    });
}

function valuesOf(
  pack: Pack,
  path: string,
  conditions: readonly Expression[],
  numbers: ReadonlyMap<string, readonly number[]>,
): CelValue[] {
  const [root = '', name = ''] = path.split('.');
  if (path === 'account.phase') return ['', ...pack.phases.map(({ id }) => id)];
  const type = conditions
    .map(({ types }) => types[root as keyof typeof types]?.[name])
    .find(Boolean);
  if (type === 'bool') return [false, true];
  if (type !== 'string') return around(numbers.get(path) ?? numbers.get('') ?? []);
  const values =
    root === 'account'
      ? pack.accountColumns.find((column) => column.name === name)?.values
      : pack.metrics.get(name)?.values;
  return values ?? [...new Set(conditions.flatMap(({ ast }) => textsIn(ast))), ''];
}

/** Every number, a little less and a little more. */
function around(numbers: readonly number[]): number[] {
  const values = numbers.flatMap((n) => [n - 1, n - 0.001, n, n + 0.001, n + 1]);
  return [...new Set([0, ...values])].sort((a, b) => a - b);
}

/** Numbers that a column is compared with, by its path; under '' those in other comparisons. */
function numbersIn(conditions: readonly Expression[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const visit = (node: Expression['ast']): void => {
    if (/^(<|>|<=|>=|==|!=)$/.test(node.op)) {
      const [left, right] = node.args as [Expression['ast'], Expression['ast']];
      const column = columnNode(left) ?? columnNode(right);
      const number = numberOf(left) ?? numberOf(right);
      const path = column && number !== undefined ? `${column.root}.${column.name}` : '';
      const numbers = number === undefined ? [] : [number];
      found.set(path, [...(found.get(path) ?? []), ...numbers]);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  for (const { ast } of conditions) visit(ast);
  return found;
}

function numberOf(node: Expression['ast']): number | undefined {
  if (node.op === '-_') {
    const number = numberOf(node.args);
    return number === undefined ? undefined : -number;
  }
  return node.op === 'value' && typeof node.args === 'number' ? node.args : undefined;
}

function textsIn(node: Expression['ast']): string[] {
  if (node.op === 'value' && typeof node.args === 'string') return [node.args];
  return childrenOf(node).flatMap(textsIn);
}

function rowOf(choice: Choice): CelRow {
  const row: Record<string, Record<string, unknown>> = { account: {}, metrics: {} };
  for (const [path, value] of Object.entries(choice)) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let at: Record<string, unknown> = row;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return row as unknown as CelRow;
}

/** Whether the metrics leave an account in the phase of the row, as far as they say so. */
function isPossible({ phases }: Pack, row: CelRow): boolean {
  const { phase } = row.account;
  if (phase === undefined) return true;
  for (const { id, when } of phases) {
    const holds = when.evaluate(row);
    if (id === phase) return holds !== false;
    if (holds === true) return false;
  }
  return true;
}

/** The values of a row that the conditions read. */
function shown(row: CelRow, conditions: readonly Expression[]): string {
  const paths = conditions.flatMap(({ metrics, account, others, readsPhase }) => [
    ...metrics.map((id) => `metrics.${id}`),
    ...others,
    ...account.map((name) => `account.${name}`),
    ...(readsPhase ? ['account.phase'] : []),
  ]);
  return [...new Set(paths)]
    .map((path) => {
      let at: unknown = row;
      for (const part of path.split('.')) at = (at as Record<string, unknown>)[part];
      return `${path} = ${typeof at === 'string' ? `"${at}"` : String(at)}`;
    })
    .join(', ');
}
