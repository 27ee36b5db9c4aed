/** What the signals of one shard are asked about: results, metrics and what was, by account. */

import { addDays, dayOf } from '../calendar.ts';
import { historyTable } from '../inputs/run-tables.ts';
import type { Parameter } from '../ports/warehouse.ts';
import type { RunDocument } from '../records/run-documents.ts';
import { closedBefore } from '../runs/closed-days.ts';
import { loadLayout } from '../runs/compiled-run.ts';
import type { Runtime } from '../runtime.ts';
import type { ColumnBatch } from '../scorecard/engine/columns.ts';
import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { RulesLayout } from '../scorecard/engine/layout.ts';
import type { CelValue } from '../scorecard/language/cel/expressions.ts';
import { isRowLate, rowDayColumn } from '../scorecard/language/pack/mart.ts';
import type { Pack, PackMetric } from '../scorecard/language/pack/pack.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';
import {
  type BandsOf,
  type SignalInputs,
  type SignalPast,
  type SignalResult,
  withoutRules,
} from '../scorecard/meaning/signals.ts';
import {
  accountAt,
  historyRows,
  martGroups,
  measuredIn,
  numberAt,
  type ShardTables,
  textAt,
  valueAt,
} from './shard-tables.ts';

/** An account of the shard; `absent`: it left with this run. */
export interface SignalAccount {
  account: string;
  absent: boolean;
  inputs: SignalInputs;
  /**
   * The same as the rules of the day before would have it; null where today's rules made its results
   * then, or where it had none.
   */
  byRulesBefore: { inputs: SignalInputs; bands: BandsOf } | null;
}

interface Found {
  absent: boolean;
  account: Record<string, CelValue>;
  metrics: Record<string, CelValue>;
  now: Map<string, SignalResult>;
  movedToday: Map<string, number>;
  movedByRules: Map<string, number>;
}

/** Results of a query are small: accounts that one query sums up. */
const accountsPerQuery = 5_000;

/** Everything that the signals of a shard read, in the order of the accounts' ids. */
export async function readSignalInputs(
  runtime: Runtime,
  run: RunDocument,
  signals: PackSignals,
  tables: ShardTables,
): Promise<SignalAccount[]> {
  const { pack } = runtime;
  const found = resultsNow(await tables.results());
  if (found.size > 0) addInputs(pack, run, signals, await tables.inputs(), found);
  const pasts = new Map<number, (account: string) => SignalPast>();
  for (const days of new Set(signals.states.filter(looksBack).map(({ within }) => within))) {
    pasts.set(days, await readPast(runtime, run, { signals, tables, days }, found));
  }
  const late = lateMetricsOf(pack, signals, run.group_ages);
  const earlier = await readRulesBefore(runtime, run, tables, found);
  return [...found.keys()].sort(byBytes).map((account) => {
    const { absent, movedToday: _, movedByRules: __, ...now } = found.get(account) as Found;
    const past = (within: number): SignalPast => pasts.get(within)?.(account) ?? nothingBefore;
    const inputs: SignalInputs = { ...now, lateMetrics: late, past };
    const before = earlier.get(account);
    const byRulesBefore = before && {
      inputs: { ...inputs, account: { ...now.account, phase: before.phase }, now: before.results },
      bands: (score: string) => before.bands.get(score) ?? [],
    };
    return { account, absent, inputs, byRulesBefore: byRulesBefore ?? null };
  });
}

interface ByRulesBefore {
  phase: string;
  results: Map<string, SignalResult>;
  bands: Map<string, readonly string[]>;
}

/** Today's results as the rules of the day before would have them, of accounts that have others now. */
async function readRulesBefore(
  { snapshots }: Runtime,
  run: RunDocument,
  tables: ShardTables,
  found: ReadonlyMap<string, Found>,
): Promise<Map<string, ByRulesBefore>> {
  const known = new Map<string, ByRulesBefore>();
  if (run.before_date === null || run.before_rules.every((hash) => hash === run.rules_hash)) {
    return known;
  }
  const others = new Set<string>();
  for (const row of historyRows(await tables.history(run.before_date), found)) {
    const { account_id: account, score } = row;
    const now = found.get(account);
    if (row.state === 'absent' || !now) continue;
    if (row.rules_hash !== run.rules_hash) others.add(account);
    const layout = await loadLayout(snapshots, row.rules_hash);
    const bands = layout.scores.find(({ id }) => id === score)?.bands ?? [];
    const before = known.get(account) ?? {
      phase: row.phase ?? '',
      results: new Map(),
      bands: new Map(),
    };
    known.set(account, before);
    const movedByRules = now.movedByRules.get(score) ?? null;
    before.results.set(score, withoutRules(now.now.get(score), { ...row, bands, movedByRules }));
    before.bands.set(
      score,
      bands.map(({ id }) => id),
    );
  }
  return new Map([...known].filter(([account]) => others.has(account)));
}

const nothingBefore: SignalPast = { results: new Map(), metrics: {}, moved: new Map() };

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const reads = ({ when, recovers }: PackSignals['states'][number], root: string): boolean =>
  [...when.others, ...(recovers?.others ?? [])].some((name) => name.startsWith(`${root}.`));

const looksBack = (signal: PackSignals['states'][number]): boolean =>
  reads(signal, 'before') || reads(signal, 'metrics_before') || reads(signal, 'moved');

/** Today's results, from the run's own table. */
function resultsNow(batches: readonly ColumnBatch[]): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const batch of batches) {
    for (let row = 0; row < batch.rows; row += 1) {
      const text = (name: string) => textAt(batch, name, row);
      const number = (name: string) => numberAt(batch, name, row);
      const account = accountAt(batch, row);
      const score = text('score') ?? '';
      const state = text('state');
      const known = found.get(account) ?? nobody(text('phase'));
      found.set(account, known);
      if (state === 'absent') continue;
      known.absent = false;
      known.now.set(score, {
        state: state === 'scored' ? 'scored' : 'error',
        points: number('points'),
        band: text('band'),
        confidence: number('confidence'),
        trend: text('trend'),
        scorecard: text('scorecard'),
        waitingForData: number('waiting_for_data') === 1,
      });
      const moved = number('change_behaviour');
      if (moved !== null && state === 'scored') known.movedToday.set(score, moved);
      const byRules = number('change_rules');
      if (byRules !== null && state === 'scored') known.movedByRules.set(score, byRules);
    }
  }
  return found;
}

function nobody(phase: string | null): Found {
  return {
    absent: true,
    account: { phase: phase ?? '' },
    metrics: {},
    now: new Map(),
    movedToday: new Map(),
    movedByRules: new Map(),
  };
}

/** Account columns and metrics as the run froze them; derived ones are computed from them. */
function addInputs(
  pack: Pack,
  { date, group_ages: ages }: RunDocument,
  signals: PackSignals,
  batches: readonly ColumnBatch[],
  found: ReadonlyMap<string, Found>,
): void {
  const measured = measuredIn(pack, signals.metrics);
  const marts = martGroups(pack, signals.metrics);
  // What a mart's row says is no value of today where the row is too old.
  const lateGroups = (batch: ColumnBatch, row: number): ReadonlySet<string> =>
    new Set(
      marts.flatMap(({ group, rowMaxAge }) => {
        const day = numberAt(batch, rowDayColumn(group), row);
        const lastDay = dayOf(date) - (ages[group] ?? 0);
        return day !== null && isRowLate(day, lastDay, rowMaxAge) ? [group] : [];
      }),
    );
  const derived = pack.derived.filter((metric) => signals.metrics.includes(metric.id));
  const put = (values: Record<string, CelValue>, name: string, value: CelValue | undefined) => {
    if (value !== undefined && !Number.isNaN(value)) values[name] = value;
  };
  for (const batch of batches) {
    for (let row = 0; row < batch.rows; row += 1) {
      const known = found.get(accountAt(batch, row));
      if (!known) continue;
      for (const { name, type } of signals.accountColumns) {
        put(known.account, name, valueAt(batch, `account_${name}`, row, type === 'BOOL'));
      }
      const late = lateGroups(batch, row);
      for (const { id: name, type, group } of measured) {
        if (late.has(group)) continue;
        put(known.metrics, name, valueAt(batch, name, row, type === 'bool'));
      }
      for (const { id: name, expression } of derived) {
        put(known.metrics, name, expression.evaluate({ account: {}, metrics: known.metrics }));
      }
    }
  }
}

/** By allowed age: metrics of groups that are older or not provided, and what is made of them. */
function lateMetricsOf(
  pack: Pack,
  { metrics }: PackSignals,
  ages: RunDocument['group_ages'],
): SignalInputs['lateMetrics'] {
  const isLate = (metric: PackMetric | undefined, maxAge: number): boolean => {
    if (metric?.kind === 'derived') {
      return metric.expression.metrics.some((read) => isLate(pack.metrics.get(read), maxAge));
    }
    const age = metric ? (ages[metric.group] ?? null) : null;
    return age === null || age > maxAge;
  };
  const known = new Map<number, ReadonlySet<string>>();
  return (maxAge) => {
    const late =
      known.get(maxAge) ?? new Set(metrics.filter((id) => isLate(pack.metrics.get(id), maxAge)));
    known.set(maxAge, late);
    return late;
  };
}

/** What was `days` ago, and what customers did since. */
async function readPast(
  runtime: Runtime,
  run: RunDocument,
  { signals, tables, days }: { signals: PackSignals; tables: ShardTables; days: number },
  found: ReadonlyMap<string, Found>,
): Promise<(account: string) => SignalPast> {
  const then = await closedBefore(runtime, run.date, days);
  const states = signals.states.filter(({ within }) => within === days);
  const results = new Map<string, Map<string, SignalResult>>();
  const metrics = new Map<string, Record<string, CelValue>>();
  if (then && states.some((state) => reads(state, 'before') || reads(state, 'metrics_before'))) {
    for (const row of historyRows(await tables.history(then.date))) {
      const layout = await loadLayout(runtime.snapshots, row.rules_hash);
      metrics.set(row.account_id, {
        ...metrics.get(row.account_id),
        ...metricValuesOf(layout, row),
      });
      // Points and bands of other rules say nothing about what the customer did.
      if (row.rules_hash !== run.rules_hash || row.state === 'absent') continue;
      const known = results.get(row.account_id) ?? new Map<string, SignalResult>();
      results.set(row.account_id, known.set(row.score, resultOfRow(row)));
    }
  }
  const after = then?.date ?? addDays(run.date, -days - 1);
  const moved = states.some((state) => reads(state, 'moved'))
    ? await readMoved(runtime, { after, before: run.date }, [...found.keys()])
    : new Map<string, Map<string, number>>();
  return (account) => ({
    results: results.get(account) ?? new Map(),
    metrics: metrics.get(account) ?? {},
    moved: sums(moved.get(account), found.get(account)?.movedToday),
  });
}

function sums(
  a: ReadonlyMap<string, number> | undefined,
  b: ReadonlyMap<string, number> | undefined,
): Map<string, number> {
  const result = new Map(a);
  for (const [score, points] of b ?? []) result.set(score, (result.get(score) ?? 0) + points);
  return result;
}

/** By account and score: hundredths that behaviour moved on closed dates between two. */
async function readMoved(
  { warehouse, pack }: Runtime,
  dates: { after: string; before: string },
  ids: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const scores = pack.scores.map(({ id }) => id);
  const columns = scores.map(
    (id) => `SUM(CASE WHEN score = '${id}' THEN change_behaviour END) AS moved_${id}`,
  );
  const sql = `SELECT account_id, ${columns.join(', ')}
     FROM ${historyTable}
     WHERE date > @after AND date < @before AND account_id >= @first AND account_id <= @last
     GROUP BY account_id`;
  const moved = new Map<string, Map<string, number>>();
  const sorted = [...ids].sort(byBytes);
  for (let start = 0; start < sorted.length; start += accountsPerQuery) {
    const group = sorted.slice(start, start + accountsPerQuery);
    const parameters: Record<string, Parameter> = {
      after: { date: dates.after },
      before: { date: dates.before },
      first: group[0] ?? '',
      last: group.at(-1) ?? '',
    };
    for (const row of await warehouse.query(sql, parameters)) {
      const of = new Map<string, number>();
      for (const id of scores) {
        const points = row[`moved_${id}`];
        if (typeof points === 'number') of.set(id, points);
      }
      moved.set(String(row.account_id), of);
    }
  }
  return moved;
}

function resultOfRow(row: HistoryRow): SignalResult {
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
function metricValuesOf(layout: RulesLayout, row: HistoryRow): Record<string, CelValue> {
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
