/** What an undisturbed system and a disturbed one have to agree on once they have come to rest. */
import { isDeepStrictEqual } from 'node:util';
import { ref } from '../../../functions/records/collection.ts';
import { accounts, reconciliations } from '../../../functions/records/documents.ts';
import { episodes } from '../../../functions/records/signal-documents.ts';
import { finalState } from '../../support/system/final-state.ts';
import { ghost } from './scenarios.ts';
import type { Simulation } from './simulation.ts';

/** Which run of several saw a change first, and under which deployment, is up to the weather. */
const incidental = new Set([
  'run',
  'rules_hash',
  'engine_hash',
  'synced_hash',
  'hash',
  'result_hash',
  'input_hash',
  'revision',
  // The record of an account may be another, and what stood on it before.
  'record_id',
  'shown',
  'former',
]);

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !incidental.has(key))
      .map(([key, of]) => [key, stripped(of)]),
  );
}

/** Parts of a state that hold what must not be, whatever the weather. */
export const emptyParts = ['ghostsShown', 'nobodys', 'toldTwice', 'unsent'];

/** By part: documents, history, records of Salesforce, and that nothing is left open. */
export async function visibleState(simulation: Simulation): Promise<Record<string, unknown>> {
  const state = await finalState({ ...simulation, warehouse: simulation.warehouse });
  const runs = state.runs as { state: string }[];
  const { years, calendars, crm } = state;
  const history = firstAbsences(state.history as HistoryRow[]);
  const ghostsShown = await shownGhosts(simulation);
  return {
    ...(stripped(withoutGhost({ accounts: state.accounts, years, crm, history })) as Record<
      string,
      unknown
    >),
    ghostsShown,
    closed: (calendars as { id: string; closed: object }[]).map(({ id, closed }) => ({
      ...{ id, dates: Object.keys(closed).sort() },
    })),
    ...recordsOf(simulation),
    ...(await lastNightOf(simulation)),
    current: (state.current as { current: { date: string }; leased: boolean }[]).map(
      ({ current, leased }) => ({ date: current?.date, leased }),
    ),
    ...(await noticesOf(simulation)),
    failed: runs.filter((run) => !['finished', 'superseded', 'discarded'].includes(run.state)),
  };
}

type HistoryRow = { account_id: string; score: string; state: string };

/** An absence that a run could not publish in time is reported again by the next. */
function firstAbsences(history: readonly HistoryRow[]): HistoryRow[] {
  const there = new Map<string, boolean>();
  return history.filter(({ account_id: account, score, state }) => {
    const was = there.get(`${account} ${score}`) ?? false;
    there.set(`${account} ${score}`, state !== 'absent');
    return was || state !== 'absent';
  });
}

const isGhost = (row: unknown): boolean => {
  const { id, account_id, account } = row as Record<string, unknown>;
  return [id, account_id, account].includes(ghost);
};

function withoutGhost(parts: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(parts).map(([name, rows]) => [
    name,
    (rows as unknown[]).filter((row) => !isGhost(row)),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** What has gone again is shown nowhere, if it ever was. */
async function shownGhosts({ snapshots, salesforce }: Simulation): Promise<unknown[]> {
  const document = await snapshots.get(ref(accounts, ghost));
  const records = salesforce.accounts().filter((record) => record.Kenko_Account_Id__c === ghost);
  return [
    ...(document && document.data.state !== 'absent' ? [document.data.state] : []),
    ...records.filter((record) => ourFields.some((name) => (record[name] ?? null) !== null)),
  ];
}

const ourFields = ['Kenko_Health__c', 'Kenko_Band__c', 'Kenko_Reasons__c', 'Kenko_Owner__c'];

/** What records show, by the account that they name; and what is shown of nobody. */
function recordsOf({ salesforce }: Simulation) {
  const shown = salesforce.accounts().map((record) => ({
    account: record.Kenko_Account_Id__c ?? null,
    fields: Object.fromEntries(ourFields.map((name) => [name, record[name] ?? null])),
  }));
  const named = shown.filter(({ account }) => account !== null);
  const others = shown.filter(({ account }) => account === null);
  return {
    salesforce: named
      .filter((row) => !isGhost(row))
      .sort((a, b) => (String(a.account) < String(b.account) ? -1 : 1)),
    nobodys: others.filter(({ fields }) => Object.values(fields).some((value) => value !== null)),
  };
}

/** What the last comparison found; the one refused row stays refused. */
async function lastNightOf({ snapshots, weather }: Simulation) {
  if (!weather.nights) return {};
  const all = await snapshots.query({ collection: reconciliations, limit: 1000 });
  const last = all.sort((a, b) => (a.data.ended_at < b.data.ended_at ? -1 : 1)).at(-1)?.data;
  const { started_at: _, ended_at: __, ...found } = last ?? { started_at: '', ended_at: '' };
  return { lastNight: found };
}

/** Where people delete records, one that was to get a task may be gone. */
const recordGone = new Set(['no-record', 'INVALID_CROSS_REFERENCE_KEY', 'ENTITY_IS_DELETED']);

/**
 * Which signals were seen depends on which runs came through, but nothing is told twice, and
 * nothing is left to tell. That there is something to tell is looked at in calm weather.
 */
async function noticesOf(simulation: Simulation) {
  const keys = toldBy(simulation);
  const all = await simulation.snapshots.query({ collection: episodes, limit: 1000 });
  return {
    toldTwice: keys.filter((key, i) => keys.indexOf(key) < i),
    unsent: all.flatMap(({ data: { deliveries } }) =>
      deliveries.filter(({ state, code }) => {
        const isGone = simulation.weather.hands > 0 && recordGone.has(code ?? '');
        return state !== 'sent' && !(state === 'refused' && isGone);
      }),
    ),
  };
}

/** Keys of all that people were told. */
export function toldBy({ salesforce, channels }: Simulation): string[] {
  return [
    ...channels.map(({ key }) => key),
    ...salesforce.tasks().map(({ Kenko_Key__c: key }) => String(key)),
  ];
}

/** The parts in which two states differ, with the first difference of each in words. */
export function differences(
  expected: Record<string, unknown>,
  found: Record<string, unknown>,
): string[] {
  return Object.keys(expected).flatMap((part) => {
    if (isDeepStrictEqual(expected[part], found[part])) return [];
    return [`${part}: ${firstDifference(expected[part], found[part])}`];
  });
}

function firstDifference(expected: unknown, found: unknown): string {
  if (Array.isArray(expected) && Array.isArray(found)) {
    const at = expected.findIndex((item, i) => !isDeepStrictEqual(item, found[i]));
    if (at < 0) return `${found.length} instead of ${expected.length}: ${text(found.at(-1))}`;
    return `at ${at}: ${firstDifference(expected[at], found[at])}`;
  }
  if (isObject(expected) && isObject(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      if (isDeepStrictEqual(expected[key], found[key])) continue;
      return `${key} (${expected.id ?? expected.account_id ?? ''}): ${text(found[key])} instead of ${text(expected[key])}`;
    }
  }
  return `${text(found)} instead of ${text(expected)}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300);
