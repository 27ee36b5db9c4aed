/** What the signals of one shard are asked about: results, metrics and what was, by account. */

import { addDays } from '../calendar.ts';
import { historyTable, inputsTable, stagingTable } from '../inputs/run-tables.ts';
import type { IdRange, Parameter } from '../ports/warehouse.ts';
import type { RunDocument } from '../records/documents.ts';
import { closedBefore } from '../runs/closed-days.ts';
import { loadLayout } from '../runs/compiled-run.ts';
import type { Runtime } from '../runtime.ts';
import type { ColumnBatch, ColumnRequest } from '../scorecard/engine/columns.ts';
import { historyRequests, rowsOf } from '../scorecard/engine/history-row.ts';
import type { CelValue } from '../scorecard/language/cel/expressions.ts';
import type { Pack, PackMetric } from '../scorecard/language/pack/pack.ts';
import type { PackSignals } from '../scorecard/language/pack/signals.ts';
import type { SignalInputs, SignalPast, SignalResult } from '../scorecard/meaning/signals.ts';
import { metricValuesOf, resultOfRow } from './past-results.ts';

/** An account of the shard; `absent`: it left with this run. */
export interface SignalAccount {
  account: string;
  absent: boolean;
  inputs: SignalInputs;
}

interface Found {
  absent: boolean;
  account: Record<string, CelValue>;
  metrics: Record<string, CelValue>;
  now: Map<string, SignalResult>;
  movedToday: Map<string, number>;
}

/** Results of a query are small: accounts that one query sums up. */
const accountsPerQuery = 5_000;

/** Everything that the signals of a shard read, in the order of the accounts' ids. */
export async function readSignalInputs(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  signals: PackSignals,
  range: IdRange,
): Promise<SignalAccount[]> {
  const { pack } = runtime;
  const found = new Map<string, Found>();
  await readNow(runtime, id, run, range, found);
  await readInputs(runtime, id, run, { signals, range }, found);
  const pasts = new Map<number, (account: string) => SignalPast>();
  for (const days of new Set(signals.states.filter(looksBack).map(({ within }) => within))) {
    pasts.set(days, await readPast(runtime, run, { signals, range, days }, found));
  }
  const late = lateMetricsOf(pack, signals, run.group_ages);
  return [...found.keys()].sort(byBytes).map((account) => {
    const { absent, movedToday: _, ...now } = found.get(account) as Found;
    const past = (within: number): SignalPast => pasts.get(within)?.(account) ?? nothingBefore;
    return { account, absent, inputs: { ...now, lateMetrics: late, past } };
  });
}

const nothingBefore: SignalPast = { results: new Map(), metrics: {}, moved: new Map() };

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const reads = ({ when, recovers }: PackSignals['states'][number], root: string): boolean =>
  [...when.others, ...(recovers?.others ?? [])].some((name) => name.startsWith(`${root}.`));

const looksBack = (signal: PackSignals['states'][number]): boolean =>
  reads(signal, 'before') || reads(signal, 'metrics_before') || reads(signal, 'moved');

/** Today's results, from the run's own table. */
async function readNow(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  accounts: IdRange,
  found: Map<string, Found>,
): Promise<void> {
  const names = [
    'account_id',
    'score',
    'state',
    'points',
    'band',
    'confidence',
    'trend',
    'scorecard',
    'waiting_for_data',
    'phase',
    'change_behaviour',
  ];
  const columns = historyRequests.filter(({ name }) => names.includes(name));
  for await (const batch of runtime.warehouse.read({
    table: stagingTable(id, run),
    columns,
    accounts,
  })) {
    const text = (name: string, row: number) => textAt(batch, name, row);
    for (let row = 0; row < batch.rows; row += 1) {
      const account = text('account_id', row) ?? '';
      const score = text('score', row) ?? '';
      const state = text('state', row);
      const known = found.get(account) ?? nobody(text('phase', row));
      found.set(account, known);
      if (state === 'absent') continue;
      known.absent = false;
      known.now.set(score, {
        state: state === 'scored' ? 'scored' : 'error',
        points: numberAt(batch, 'points', row),
        band: text('band', row),
        confidence: numberAt(batch, 'confidence', row),
        trend: text('trend', row),
        scorecard: text('scorecard', row),
        waitingForData: numberAt(batch, 'waiting_for_data', row) === 1,
      });
      const moved = numberAt(batch, 'change_behaviour', row);
      if (moved !== null && state === 'scored') known.movedToday.set(score, moved);
    }
  }
}

function nobody(phase: string | null): Found {
  return {
    absent: true,
    account: { phase: phase ?? '' },
    metrics: {},
    now: new Map(),
    movedToday: new Map(),
  };
}

/** Account columns and metrics as the run froze them; derived ones are computed from them. */
async function readInputs(
  runtime: Runtime,
  id: string,
  run: RunDocument,
  { signals, range }: { signals: PackSignals; range: IdRange },
  found: Map<string, Found>,
): Promise<void> {
  const { pack } = runtime;
  const measured = signals.metrics.flatMap((metric) => {
    const known = pack.metrics.get(metric);
    return known?.kind === 'measured' ? [known] : [];
  });
  const derived = pack.derived.filter((metric) => signals.metrics.includes(metric.id));
  const columns: ColumnRequest[] = [
    { name: 'account_id', as: 'string' },
    ...signals.accountColumns.map(
      ({ name, type }): ColumnRequest => ({
        name: `account_${name}`,
        as: type === 'STRING' || type === 'DATE' ? 'string' : 'number',
      }),
    ),
    ...measured.map(
      ({ id: name, type }): ColumnRequest => ({ name, as: type === 'enum' ? 'string' : 'number' }),
    ),
  ];
  const read = { table: inputsTable(id, run), columns, accounts: range };
  for await (const batch of runtime.warehouse.read(read)) {
    for (let row = 0; row < batch.rows; row += 1) {
      const known = found.get(textAt(batch, 'account_id', row) ?? '');
      if (!known) continue;
      for (const { name, type } of signals.accountColumns) {
        put(known.account, name, valueAt(batch, `account_${name}`, row, type === 'BOOL'));
      }
      for (const { id: name, type } of measured) {
        put(known.metrics, name, valueAt(batch, name, row, type === 'bool'));
      }
      for (const { id: name, expression } of derived) {
        put(known.metrics, name, expression.evaluate({ account: {}, metrics: known.metrics }));
      }
    }
  }
}

function put(values: Record<string, CelValue>, name: string, value: CelValue | undefined): void {
  if (value !== undefined && !Number.isNaN(value)) values[name] = value;
}

function valueAt(
  { columns }: ColumnBatch,
  name: string,
  row: number,
  isTruth: boolean,
): CelValue | undefined {
  const column = columns.get(name);
  if (column?.as === 'string') return column.values[row] ?? undefined;
  if (column?.as !== 'number') return undefined;
  const value = column.values[row] ?? Number.NaN;
  return isTruth && !Number.isNaN(value) ? value !== 0 : value;
}

function textAt({ columns }: ColumnBatch, name: string, row: number): string | null {
  const column = columns.get(name);
  return column?.as === 'string' ? (column.values[row] ?? null) : null;
}

function numberAt({ columns }: ColumnBatch, name: string, row: number): number | null {
  const column = columns.get(name);
  const value = column?.as === 'number' ? (column.values[row] ?? Number.NaN) : Number.NaN;
  return Number.isNaN(value) ? null : value;
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
  { signals, range, days }: { signals: PackSignals; range: IdRange; days: number },
  found: ReadonlyMap<string, Found>,
): Promise<(account: string) => SignalPast> {
  const then = await closedBefore(runtime, run.date, days);
  const states = signals.states.filter(({ within }) => within === days);
  const results = new Map<string, Map<string, SignalResult>>();
  const metrics = new Map<string, Record<string, CelValue>>();
  if (then && states.some((state) => reads(state, 'before') || reads(state, 'metrics_before'))) {
    const request = {
      table: historyTable,
      columns: historyRequests,
      accounts: range,
      date: then.date,
    };
    for await (const batch of runtime.warehouse.read(request)) {
      for (const row of rowsOf(batch)) {
        const layout = await loadLayoutOnce(runtime, row.rules_hash);
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

const layouts = new WeakMap<Runtime, Map<string, ReturnType<typeof loadLayout>>>();

function loadLayoutOnce(runtime: Runtime, hash: string): ReturnType<typeof loadLayout> {
  const known = layouts.get(runtime) ?? new Map<string, ReturnType<typeof loadLayout>>();
  layouts.set(runtime, known);
  const layout = known.get(hash) ?? loadLayout(runtime.snapshots, hash);
  known.set(hash, layout);
  layout.catch(() => known.delete(hash));
  return layout;
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
