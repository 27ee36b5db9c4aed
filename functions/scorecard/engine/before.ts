/** Reading results of an earlier date, which may be of other rules. */

import type { ScoreInputs } from '../language/pack/inputs.ts';
import type { Pack, Score } from '../language/pack/pack.ts';
import type { BeforeCodes } from './before-columns.ts';
import { historyFields } from './history-row.ts';
import { knownDaysReader } from './known-days.ts';
import type { MetricLayout, RulesLayout, ScoreLayout } from './layout.ts';
import { addTo, missingReader, wordsFor } from './missing-sets.ts';

/** How rows of one rules hash give the inputs that today's rules read. */
export interface BeforeReader {
  /** Made by today's rules. */
  same: boolean;
  /** By measured slot: position in the row's inputs; -1 where its rules did not read it. */
  positions: Int32Array;
  /** By measured slot: today's enum position by the position then. */
  renumbered: (Float64Array | null)[];
  /** Set of measured slots that the row's rules read. */
  read: Int32Array;
  /** Set of measured slots without a current value then, from the row's `missing`. */
  missingOf(text: string | null): Int32Array;
  /** Days, by position in the row's inputs, that values are from which are not from its own date. */
  daysOf(text: string | null): ReadonlyMap<number, number>;
  /** Version of a scorecard then. */
  versions: ReadonlyMap<string, string>;
}

export interface CompiledBefore {
  codes: BeforeCodes;
  /** By code of the rules hash - 1. */
  readers: BeforeReader[];
  /** For rows of rules whose layout is not known: as if they had read nothing. */
  stranger: BeforeReader;
}

type Layouts = ReadonlyMap<string, RulesLayout>;

export function compileBefore(
  pack: Pack,
  own: RulesLayout,
  score: Score,
  inputs: ScoreInputs,
  layouts: Layouts,
): CompiledBefore {
  const others = [...layouts].filter(([hash]) => hash !== pack.hash).sort(byKey);
  const known: [string, RulesLayout][] = [[pack.hash, own], ...others];
  const readers = known.map(([hash, layout]) =>
    readerFor(layout, scoreOf(layout, score.id), own, inputs, hash === pack.hash),
  );
  const all = known.flatMap(([, layout]) => scoreOf(layout, score.id) ?? []);
  const cards = all.flatMap(({ scorecards }) => scorecards);
  return {
    readers,
    stranger: readerFor(own, undefined, own, inputs, false),
    codes: {
      // An account that was absent starts anew: `fillReaders` takes the first two.
      state: ['scored', 'error', 'absent'],
      rulesHash: known.map(([hash]) => hash),
      scorecard: distinct(cards.map(({ id }) => id)),
      // Today's bands first, so that a code of one of them is its index.
      band: distinct([
        ...score.bands.map(({ id }) => id),
        'unknown',
        ...all.flatMap(({ bands }) => bands.map(({ id }) => id)),
      ]),
      cap: distinct(cards.flatMap(({ caps }) => caps.map(({ id }) => id))),
      phase: distinct(known.flatMap(([, { phases }]) => phases.map(({ id }) => id))),
      trend: historyFields.trend.cell.unwrap().options,
    },
  };
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function scoreOf(layout: RulesLayout, id: string): ScoreLayout | undefined {
  return layout.scores.find((score) => score.id === id);
}

function readerFor(
  layout: RulesLayout,
  then: ScoreLayout | undefined,
  own: RulesLayout,
  inputs: ScoreInputs,
  same: boolean,
): BeforeReader {
  const count = inputs.measured.length;
  const words = wordsFor(count);
  const positions = new Int32Array(count).fill(-1);
  const read = new Int32Array(words);
  const renumbered: (Float64Array | null)[] = [];
  for (const [slot, { metric, maxAge }] of inputs.measured.entries()) {
    const found = positionThen(then, metric, maxAge);
    const before = layout.metrics[metric];
    const now = own.metrics[metric];
    const alike = before !== undefined && now !== undefined && comparable(before, now);
    if (found >= 0 && alike) {
      positions[slot] = found;
      addTo(read, slot);
    }
    renumbered.push(alike ? renumbering(before, now) : null);
  }
  return {
    same,
    positions,
    renumbered,
    read,
    missingOf: missingReader(positions, words),
    daysOf: knownDaysReader(),
    versions: new Map(then?.scorecards.map(({ id, version }) => [id, version])),
  };
}

/** The same metric with the same max_age; else with the most lenient one, which knows the most. */
function positionThen(
  then: ScoreLayout | undefined,
  metric: string,
  maxAge: number | null,
): number {
  let best = -1;
  let bestAge = -1;
  for (const [position, input] of (then?.inputs ?? []).entries()) {
    if (input.derived || input.metric !== metric) continue;
    if (input.max_age === maxAge) return position;
    const age = input.max_age ?? Number.POSITIVE_INFINITY;
    if (age > bestAge) {
      best = position;
      bestAge = age;
    }
  }
  return best;
}

/** Numbers stay numbers; an enum or boolean that became something else says nothing. */
function comparable(before: MetricLayout, now: MetricLayout): boolean {
  const number = (type: MetricLayout['type']) => type === 'int' || type === 'float';
  return before.type === now.type || (number(before.type) && number(now.type));
}

function renumbering(before: MetricLayout, now: MetricLayout): Float64Array | null {
  const then = before.values ?? [];
  const today = now.values ?? [];
  if (then.length === 0) return null;
  return Float64Array.from(then, (text) => {
    const position = today.indexOf(text);
    return position < 0 ? Number.NaN : position;
  });
}

/** The value that a row before had last known for a slot; NaN where there is none. */
export function lastKnown(
  reader: BeforeReader,
  slot: number,
  values: Float64Array,
  from: number,
  to: number,
): number {
  const position = reader.positions[slot] as number;
  if (position < 0 || from + position >= to) return Number.NaN;
  const value = values[from + position] as number;
  const numbers = reader.renumbered[slot];
  return numbers ? (numbers[value] ?? Number.NaN) : value;
}
