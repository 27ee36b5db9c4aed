/**
 * A lean interpreter: rules as parsed, walked anew for every account given as an object. What
 * somebody writes first who cares about speed a little: no maps, no copies, no history. (The
 * oracle in tests/support/oracle does more, and is slow on purpose.)
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { ColumnBatch } from '../../functions/scorecard/engine/columns.ts';
import type { CompiledPack } from '../../functions/scorecard/engine/compile.ts';
import type { Measure } from '../../functions/scorecard/language/pack/pack.ts';
import { health, pack } from './scores.ts';

type Plain = number | boolean | string;
type Values = Record<string, Plain | null>;

export interface Row {
  present: boolean;
  account: Values;
  metrics: Values;
}

export interface Result {
  phase: string | null;
  scorecard: string;
  points: number | null;
  earned: number;
  available: number;
  confidence: number;
  band: string;
  cap: string | null;
  contributions: { measure: string; earned: number; points: number }[];
}

/** The rows of a batch as objects. */
export function rowsOfBatch({ metrics }: CompiledPack, batch: ColumnBatch): Row[] {
  return Array.from({ length: batch.rows }, (_, row) => ({
    present: true,
    account: { segment: segmentAt(batch, row) },
    metrics: Object.fromEntries(
      metrics.map(({ id, values }) => {
        const value = cell(batch, id, row);
        if (typeof value !== 'number') return [id, value];
        if (values) return [id, value === 0 ? null : (values[value - 1] ?? null)];
        return [id, pack.metrics.get(id)?.type === 'bool' ? value === 1 : value];
      }),
    ),
  }));
}

function segmentAt(batch: ColumnBatch, row: number): string {
  return String(cell(batch, 'account_segment', row) ?? '');
}

function cell({ columns }: ColumnBatch, name: string, row: number): Plain | null {
  const column = columns.get(name);
  if (column?.as === 'string') return column.values[row] ?? null;
  if (column?.as !== 'number' && column?.as !== 'code') throw new Error(`${name} is not there`);
  const value = column.values[row] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}

/** Scores one account. */
export function interpret(row: Row): Result {
  const card =
    health.scorecards.find(({ appliesTo }) => !appliesTo || walk(appliesTo.ast, row) === true) ??
    fail('no scorecard applies');
  let earned = 0;
  let available = 0;
  let backed = 0;
  let total = 0;
  const contributions: Result['contributions'] = [];
  for (const measure of card.measures) {
    const value = metricOf(row, measure.metric);
    const points = value === null ? measure.missing : earn(measure, value);
    total += measure.points;
    if (value !== null) backed += measure.points;
    if (points !== null) {
      earned += points;
      available += measure.points;
    }
    contributions.push({ measure: measure.id, earned: points ?? -1, points: points ?? -1 });
  }
  const points = available === 0 ? null : Math.round((health.scale * earned) / available);
  if (points !== null) share(contributions, available, points);
  const confidence = backed / total;
  let band = 'unknown';
  let cap: string | null = null;
  if (points !== null && confidence >= health.minConfidence) {
    let index = 0;
    while ((health.bands[index + 1]?.from ?? Number.POSITIVE_INFINITY) <= points) index++;
    for (const { id, when, atMost } of card.caps) {
      if (index > atMost && walk(when.ast, row) === true) {
        index = atMost;
        cap = id;
      }
    }
    band = health.bands[index]?.id ?? '';
  }
  const phase = pack.phases.find(({ when }) => walk(when.ast, row) === true)?.id ?? null;
  return {
    phase,
    scorecard: card.id,
    points,
    earned,
    available,
    confidence,
    band,
    cap,
    contributions,
  };
}

function earn({ earning, metric, points }: Measure, value: Plain): number {
  switch (earning.by) {
    case 'lookup': {
      if (typeof value === 'boolean') return earning.points[+value] ?? 0;
      return earning.points[pack.metrics.get(metric)?.values?.indexOf(String(value)) ?? 0] ?? 0;
    }
    case 'linear': {
      const part = (Number(value) - earning.from) / (earning.to - earning.from);
      return Math.round(points * Math.min(1, Math.max(0, part)));
    }
    case 'steps': {
      let earned = earning.below;
      for (let i = 0; i < earning.thresholds.length; i++) {
        if (Number(value) < (earning.thresholds[i] ?? 0)) break;
        earned = earning.points[i] ?? 0;
      }
      return earned;
    }
  }
}

/** Shares the points out, the rest by largest remainder. */
function share(contributions: Result['contributions'], available: number, points: number): void {
  if (available === health.scale) return;
  let rest = points;
  const remainders: { index: number; remainder: number }[] = [];
  for (const [index, part] of contributions.entries()) {
    if (part.earned < 0) continue;
    const exact = health.scale * part.earned;
    part.points = Math.floor(exact / available);
    rest -= part.points;
    remainders.push({ index, remainder: exact % available });
  }
  remainders.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of remainders.slice(0, rest)) {
    const part = contributions[index];
    if (part) part.points += 1;
  }
}

function metricOf(row: Row, id: string): Plain | null {
  const metric = pack.metrics.get(id);
  if (metric?.kind !== 'derived') return row.metrics[id] ?? null;
  const value = walk(metric.expression.ast, row);
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

/** Value of an expression; null where something it reads is missing. */
function walk(node: ASTNode, row: Row): Plain | null {
  switch (node.op) {
    case 'value':
      return typeof node.args === 'bigint' ? Number(node.args) : (node.args as Plain);
    case '.': {
      const [object, name] = node.args;
      return object.args === 'account' ? (row.account[name] ?? null) : metricOf(row, name);
    }
    case 'call': {
      const [argument] = node.args[1];
      return argument ? walk(argument, row) !== null : null;
    }
    case '&&':
      return walk(node.args[0], row) === true && walk(node.args[1], row) === true;
    case '==':
      return walk(node.args[0], row) === walk(node.args[1], row);
    case '<':
    case '>':
    case '/': {
      const a = walk(node.args[0], row);
      const b = walk(node.args[1], row);
      if (a === null || b === null) return null;
      if (node.op === '/') return Number(a) / Number(b);
      return node.op === '<' ? a < b : a > b;
    }
    default:
      return fail(`the rules of the bench have no ${node.op}`);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
