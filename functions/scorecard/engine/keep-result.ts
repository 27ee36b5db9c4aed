/** A row that cannot be scored keeps the result it had. */
import { dateOf } from '../../calendar.ts';
import type { BeforeReader } from './before.ts';
import type { BeforeColumns } from './before-columns.ts';
import type { InputBuffers } from './block-inputs.ts';
import type { NumberLists } from './columns.ts';
import type { CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';
import { fieldsWhere, inCode } from './history-row.ts';

/** What is kept of the row before; its state is not. */
const codes = fieldsWhere({ coded: true })
  .map((name) => inCode(name))
  .filter((name) => name !== 'state');
const numbers = fieldsWhere({ kind: 'number', carried: 'score' }).map((name) => inCode(name));
const lists = fieldsWhere({ kind: 'numbers', carried: 'score' }).map((name) => inCode(name));

/** Writes row `r` of the block as state error, with its reason and the result before. */
export function keepResult(
  score: CompiledScore,
  inputs: InputBuffers,
  before: BeforeColumns | null,
  r: number,
  beforeDate: string | null,
  out: HistoryColumns,
): void {
  const at = inputs.start + r;
  out.state[at] = 'error';
  out.reason[at] = inputs.faults[at] ?? reasonFor(score, (inputs.bad[r] as number) - 1);
  out.waitingForData[at] = 0;
  out.heldByHysteresis[at] = 0;
  const reader = inputs.readers[r];
  const { before: compiled } = score;
  // A result of rules that are not known could not be read later.
  if (!before || !reader || !compiled?.codes.rulesHash[(before.rulesHash[at] as number) - 1]) {
    out.band[at] = 'unknown';
    return;
  }
  for (const field of codes) {
    out[field][at] = compiled.codes[field][(before[field][at] as number) - 1] ?? null;
  }
  for (const field of numbers) out[field][at] = before[field][at] as number;
  for (const field of lists) keepList(before[field], out[field], at);
  out.missing[at] = before.missing[at] ?? null;
  out.knownOn[at] = keptDays(inputs, before, reader, r, beforeDate);
  out.account[at] = before.account[at] ?? null;
  out.version[at] = reader.versions.get(out.scorecard[at] ?? '') ?? null;
  const nothing = (before.points[at] as number) - (before.points[at] as number);
  for (const field of ['changeRules', 'changePhase', 'changeData', 'changeBehaviour'] as const) {
    out[field][at] = nothing;
  }
}

/** The days of values that are kept: those from the date before are not from the row's own. */
function keptDays(
  { start }: InputBuffers,
  before: BeforeColumns,
  reader: BeforeReader,
  r: number,
  beforeDate: string | null,
): string {
  const at = start + r;
  const days = reader.daysOf(before.knownOn[at] ?? null);
  const { offsets } = before.inputs;
  const count = (offsets[at + 1] as number) - (offsets[at] as number);
  return Array.from({ length: count }, (_, position) => {
    const day = days.get(position);
    return `${position}:${day === undefined ? beforeDate : dateOf(day)}`;
  }).join(',');
}

function keepList(from: NumberLists, to: NumberLists, at: number): void {
  const source = from.offsets[at] as number;
  const target = to.offsets[at] as number;
  const length = (to.offsets[at + 1] as number) - target;
  for (let i = 0; i < length; i++) to.values[target + i] = from.values[source + i] as number;
}

function reasonFor({ inputs }: CompiledScore, slot: number): string {
  const metric = inputs.measured[slot]?.metric ?? 'a metric';
  return `${metric} is not a finite number, or a text that its catalogue does not list`;
}
