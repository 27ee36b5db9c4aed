/** A row that cannot be scored keeps the result it had. */
import type { BeforeColumns } from './batch.ts';
import type { InputBuffers } from './block-inputs.ts';
import type { CompiledScore } from './compile.ts';
import type { HistoryColumns } from './history-columns.ts';

/** Writes row `r` of the block as state error, with its reason and the result before. */
export function keepResult(
  score: CompiledScore,
  inputs: InputBuffers,
  before: BeforeColumns | null,
  r: number,
  out: HistoryColumns,
): void {
  const at = inputs.start + r;
  out.state[at] = 'error';
  out.reason[at] = reasonFor(score, (inputs.bad[r] as number) - 1);
  out.waiting[at] = 0;
  out.held[at] = 0;
  const reader = inputs.readers[r];
  const { before: compiled } = score;
  const rules = before && compiled?.codes.rules[(before.rules[at] as number) - 1];
  // A result of rules that are not known could not be read later.
  if (!before || !compiled || !reader || !rules) {
    out.band[at] = 'unknown';
    return;
  }
  const { codes } = compiled;
  const text = (texts: readonly string[], code: Uint16Array) =>
    texts[(code[at] as number) - 1] ?? null;
  out.rulesHash[at] = rules;
  out.phase[at] = text(codes.phases, before.phase);
  out.scorecard[at] = text(codes.scorecards, before.scorecard);
  out.version[at] = reader.versions.get(out.scorecard[at] ?? '') ?? null;
  out.band[at] = text(codes.bands, before.band);
  out.points[at] = before.points[at] as number;
  out.earned[at] = before.earned[at] as number;
  out.available[at] = before.available[at] as number;
  out.confidence[at] = before.confidence[at] as number;
  out.cap[at] = text(codes.caps, before.cap);
  out.trend[at] = text(codes.trends, before.trend);
  out.missing[at] = before.missing[at] ?? null;
  const nothing = (before.points[at] as number) - (before.points[at] as number);
  out.rules[at] = nothing;
  out.data[at] = nothing;
  out.behaviour[at] = nothing;
  keepList(before.contributions, out.contributions, at);
  keepList(before.earnedPoints, out.earnedPoints, at);
  keepList(before.inputs, out.inputs, at);
}

interface Lists {
  values: Float64Array;
  offsets: Int32Array;
}

function keepList(from: Lists, to: Lists, at: number): void {
  const source = from.offsets[at] as number;
  const target = to.offsets[at] as number;
  const length = (to.offsets[at + 1] as number) - target;
  for (let i = 0; i < length; i++) to.values[target + i] = from.values[source + i] as number;
}

function reasonFor({ inputs }: CompiledScore, slot: number): string {
  const metric = inputs.measured[slot]?.metric ?? 'a metric';
  return `${metric} is not a finite number, or a text that its catalogue does not list`;
}
