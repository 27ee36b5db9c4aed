/** What an undisturbed system and a disturbed one have to agree on once they have come to rest. */
import { isDeepStrictEqual } from 'node:util';
import { episodes } from '../../../functions/records/signal-documents.ts';
import { finalState } from '../../support/system/final-state.ts';
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

/** By part: documents, history, records of Salesforce, and that nothing is left open. */
export async function visibleState(simulation: Simulation): Promise<Record<string, unknown>> {
  const state = await finalState({ ...simulation, warehouse: simulation.warehouse });
  const runs = state.runs as { state: string }[];
  const { accounts, snapshots, crm, history, salesforce } = state;
  return {
    ...(stripped({ accounts, snapshots, crm, history, salesforce }) as Record<string, unknown>),
    current: (state.current as { current: { date: string }; leased: boolean }[]).map(
      ({ current, leased }) => ({ date: current?.date, leased }),
    ),
    ...(await noticesOf(simulation)),
    failed: runs.filter((run) => !['finished', 'superseded', 'discarded'].includes(run.state)),
  };
}

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
      deliveries.filter(({ state }) => state !== 'sent'),
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
