/**
 * Sums of columns that count the same thing in parts, offered beside them: on the reference table the
 * sum of four charges tells more than all four apart.
 */
import type { Column } from './table.ts';

const mostParts = 24;
/** Parts of time, which may stand last in a name; else the last word is the unit. */
const period =
  /^(\d+|[mwdqy]\d+|\d+[mwdqy月週日年期]|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)$/i;

/** Columns to add to those given. */
export function offeredSums(columns: readonly Column[]): Column[] {
  const groups = new Map<string, { parts: Column[]; name: string }>();
  for (const column of columns) {
    if (column.levels || column.bool || column.values.some((value) => value < 0)) continue;
    const words = column.id.split(/[_\s.-]+/);
    for (const [i, word] of words.entries()) {
      if (words.length < 2 || (i === words.length - 1 && !period.test(word))) continue;
      const pattern = JSON.stringify(words.with(i, ''));
      const rest = words.toSpliced(i, 1).join('_');
      const group = groups.get(pattern) ?? { parts: [], name: rest };
      group.parts.push(column);
      groups.set(pattern, group);
    }
  }
  const taken = new Set(columns.map(({ id }) => id));
  return [...groups.values()].flatMap(({ parts, name }): Column[] => {
    if (parts.length < 2 || parts.length > mostParts) return [];
    const id = taken.has(name) || !/^sum|^all|^total/i.test(name) ? `sum_${name}` : name;
    if (taken.has(id)) return [];
    taken.add(id);
    const n = parts[0]?.values.length ?? 0;
    // Where one part is not known, neither is the sum.
    const values = Float64Array.from({ length: n }, (_, i) =>
      parts.reduce((sum, part) => sum + (part.values[i] ?? Number.NaN), 0),
    );
    return [{ id, values, sumOf: parts.map((part) => part.id) }];
  });
}
