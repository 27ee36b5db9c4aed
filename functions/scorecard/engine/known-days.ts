/** The days that values are from, as rows keep them: `3:2026-11-20,7:2026-11-13`. */
import { dateOf, dayOf } from '../../calendar.ts';
import type { InputBuffers } from './block-inputs.ts';
import type { CompiledPack, CompiledScore } from './compile.ts';

/** Distinct texts are few; beyond the limit each is made anew. */
const rememberedTexts = 4096;

/** The text of a row: positions whose value is not from the row's own date. */
export type KnownDaysText = (inputs: InputBuffers, row: number) => string;

export function knownDaysTexts({ day: date }: CompiledPack, score: CompiledScore): KnownDaysText {
  const { feeds, derived } = score;
  const dates = new Map<number, string>();
  const entry = (position: number, day: number): string[] => {
    if (day === date || !Number.isFinite(day)) return [];
    const text = dates.get(day) ?? dateOf(day);
    dates.set(day, text);
    return [`${position}:${text}`];
  };
  const textOf = (days: readonly number[]): string =>
    [
      ...days.flatMap((day, slot) => entry(slot, day)),
      ...derived.flatMap(({ at, slots }) =>
        entry(at, Math.min(...slots.map((slot) => days[slot] as number))),
      ),
    ].join(',');
  // Most rows differ in nothing from all others, or by one day: that of a mart's row.
  const apart = feeds.flatMap((feed, slot) => (isApart(feed) ? [slot] : []));
  const byOneDay = new Map<number, string>();
  const all = textOf(feeds.map(({ day }) => day));
  return ({ days }, row) => {
    if (apart.length === 0) return all;
    const one = (days[apart[0] as number] as Float64Array)[row] as number;
    const alike = apart.every((slot) => Object.is((days[slot] as Float64Array)[row], one));
    const known = alike ? byOneDay.get(one) : undefined;
    if (known !== undefined) return known;
    const text = textOf(
      feeds.map((feed, slot) =>
        isApart(feed) ? ((days[slot] as Float64Array)[row] as number) : feed.day,
      ),
    );
    if (alike && byOneDay.size < rememberedTexts) byOneDay.set(one, text);
    return text;
  };
}

/** Whether accounts may differ in the day that a slot's value is from. */
export function isApart({ late, metric, rowDays }: CompiledScore['feeds'][number]): boolean {
  return late || metric < 0 || rowDays >= 0;
}

/** Days by position, from the text of a row; empty for a row that was made before it was kept. */
export function knownDaysReader(): (text: string | null) => ReadonlyMap<number, number> {
  const remembered = new Map<string, ReadonlyMap<number, number>>();
  const none: ReadonlyMap<number, number> = new Map();
  return (text) => {
    if (text === null || text === '') return none;
    const known = remembered.get(text);
    if (known) return known;
    const days = new Map(
      text.split(',').map((part): [number, number] => {
        const [position, date = ''] = part.split(':');
        return [Number(position), dayOf(date)];
      }),
    );
    if (remembered.size < rememberedTexts) remembered.set(text, days);
    return days;
  };
}
