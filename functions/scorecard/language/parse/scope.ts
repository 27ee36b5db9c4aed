/** What expressions of a pack may read, and the metrics they make. */

import { childrenOf } from '../cel/ast.ts';
import {
  checkExpression,
  type Expression,
  type Purpose,
  type Scope,
  type ScopeColumn,
} from '../cel/expressions.ts';
import { type Known, unguarded } from '../cel/guards.ts';
import type { AccountColumn, SourceTable } from '../pack/catalogue.ts';
import type { DerivedMetric, PackMetric } from '../pack/pack.ts';
import { isNone, type Report } from '../problems.ts';
import type { PackFile } from '../schema/scorecards.ts';
import type { YamlDocument } from '../yaml/document.ts';
import type { Catalogue } from './catalogue.ts';

/** Metrics and account columns of a pack, and the expressions over them. */
export interface PackScope {
  metrics: Map<string, PackMetric>;
  /** Columns of accounts that rules may read, by name. */
  account: Map<string, AccountColumn>;
  derived: DerivedMetric[];
  scope: Scope;
}

/** Checks an expression; reports what is wrong and then gives undefined. */
export function readExpression(
  report: Report,
  path: readonly PropertyKey[],
  text: string,
  scope: Scope,
  purpose: Purpose,
  known?: Known,
): Expression | undefined {
  const checked = checkExpression(text, scope, purpose, known);
  if (!('problem' in checked)) return checked;
  report(path, checked.problem);
  return undefined;
}

/** The metrics of the catalogue and those that the pack derives. */
export function packScope(document: YamlDocument<PackFile>, catalogue: Catalogue): PackScope {
  const account = accountColumns(catalogue.sources.get('accounts'));
  const metrics = new Map<string, PackMetric>();
  for (const group of catalogue.groups.values()) {
    for (const metric of group.metrics) {
      if (!metrics.has(metric.id)) {
        metrics.set(metric.id, { ...metric, kind: 'measured', group: group.group });
      }
    }
  }
  const phases = document.data.phases.map(({ id }) => id);
  const derived = deriveMetrics(document, metrics);
  return {
    metrics,
    account,
    derived,
    scope: {
      account: new Map([
        ...[...account].map(([name, column]) => [name, scopeOfAccount(column)] as const),
        ['phase', { type: 'text', nullable: false, values: ['', ...phases] }],
      ]),
      metrics: scopeOfMetrics(metrics.values()),
    },
  };
}

/** TIMESTAMP columns and the id are left out: no rule of a score can sensibly read them. */
function accountColumns(accounts: SourceTable | undefined): Map<string, AccountColumn> {
  const columns = new Map<string, AccountColumn>();
  for (const { name, type, required, values } of accounts?.columns ?? []) {
    if (type === 'TIMESTAMP' || name === 'account_id') continue;
    columns.set(name, { name, type, required, ...(values ? { values } : {}) });
  }
  return columns;
}

function scopeOfAccount({ type, required, values }: AccountColumn): ScopeColumn {
  const text = type === 'STRING' || type === 'DATE';
  return {
    type: text ? 'text' : type === 'BOOL' ? 'bool' : 'number',
    nullable: !required,
    ...(values ? { values } : {}),
  };
}

function scopeOfMetrics(metrics: Iterable<PackMetric>): Map<string, ScopeColumn> {
  const scope = new Map<string, ScopeColumn>();
  for (const { id, type, nullable, values } of metrics) {
    scope.set(id, {
      type: type === 'bool' ? 'bool' : type === 'enum' ? 'text' : 'number',
      nullable,
      ...(values ? { values } : {}),
    });
  }
  return scope;
}

/** Adds derived metrics to `metrics`, each after those it reads. */
function deriveMetrics(
  document: YamlDocument<PackFile>,
  metrics: Map<string, PackMetric>,
): DerivedMetric[] {
  const report = document.below('derive');
  const declared = document.data.derive;
  const types = scopeOfMetrics(metrics.values());
  const taken = new Set(metrics.keys());
  for (const [i, { id, type }] of declared.entries()) {
    if (taken.has(id)) report([i, 'id'], `is ${id}, which is a metric already`);
    if (/^(account|before|trend)_|^(present|merged_into|fault)$/.test(id)) {
      report([i, 'id'], `is ${id}, but such names are taken: choose another`);
    }
    taken.add(id);
    types.set(id, { type: type === 'bool' ? 'bool' : 'number', nullable: true });
  }
  const scope: Scope = { account: new Map(), metrics: types };
  const found = new Map<string, DerivedMetric & { index: number }>();
  for (const [index, { expression: text, ...rest }] of declared.entries()) {
    const path = [index, 'expression'];
    if (/\baccount\s*\./.test(text)) {
      report(path, 'reads account columns, but a derived metric is made from metrics only');
      continue;
    }
    const expression = readExpression(report, path, text, scope, 'value');
    if (!expression) continue;
    if ((expression.type === 'bool') !== (rest.type === 'bool')) {
      const gives = expression.type === 'bool' ? 'true or false' : 'a number';
      report(path, `gives ${gives}, which does not fit its type ${rest.type}`);
      continue;
    }
    const place = document.placeOf('derive', index);
    found.set(rest.id, { ...rest, expression, place, index });
  }
  return inOrder(found, metrics, report);
}

function inOrder(
  found: ReadonlyMap<string, DerivedMetric & { index: number }>,
  metrics: Map<string, PackMetric>,
  report: Report,
): DerivedMetric[] {
  const ordered: DerivedMetric[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const circular = new Set<string>();
  const visit = (id: string, trail: string[]): void => {
    const entry = found.get(id);
    if (!entry || state.get(id) === 'done') return;
    if (state.get(id) === 'open') {
      const around = trail.slice(trail.indexOf(id));
      for (const part of around) circular.add(part);
      const cycle = [...around, id].join(' -> ');
      report([entry.index, 'expression'], `is made from itself: ${cycle}`);
      return;
    }
    state.set(id, 'open');
    for (const read of entry.expression.metrics) visit(read, [...trail, id]);
    state.set(id, 'done');
    const { index: _index, place, ...metric } = entry;
    if (metrics.has(id)) return;
    // Whoever follows what a metric reads would never come to an end.
    if (!circular.has(id)) ordered.push({ ...metric, place });
    const nullable = mayBeMissing(entry.expression, metrics);
    metrics.set(id, { ...metric, kind: 'derived', nullable });
  };
  for (const id of found.keys()) visit(id, []);
  return ordered;
}

/** A quotient has no value where its divisor is 0. */
function mayBeMissing(expression: Expression, metrics: ReadonlyMap<string, PackMetric>): boolean {
  const divides = (node: Expression['ast']): boolean =>
    (node.op === '/' && !(node.args[1].op === 'value' && node.args[1].args !== 0)) ||
    childrenOf(node).some(divides);
  const nullable = (_root: string, id: string) => metrics.get(id)?.nullable ?? true;
  return divides(expression.ast) || unguarded(expression.ast, nullable) !== undefined;
}

/** A metric by id, or a problem with a suggestion. */
export function readMetric(
  id: string,
  metrics: ReadonlyMap<string, PackMetric>,
  report: (message: string) => void,
): PackMetric | undefined {
  const metric = metrics.get(id);
  if (!metric) report(isNone(id, 'no metric of this pack', metrics.keys()));
  return metric;
}

/** Columns of accounts that conditions read, after those that are there anyway. */
export function columnsRead(
  conditions: readonly Expression[],
  account: PackScope['account'],
  anyway: readonly string[] = [],
): AccountColumn[] {
  const names = new Set([...anyway, ...conditions.flatMap((condition) => condition.account)]);
  return [...names].flatMap((name) => account.get(name) ?? []);
}
