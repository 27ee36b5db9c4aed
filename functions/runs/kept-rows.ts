/** Rows of the history, asked for by their days and read by rules as they are now. */
import { asToday } from '../evidence/kept-rows.ts';
import type { Snapshots } from '../ports/snapshots.ts';
import type { Parameter } from '../ports/warehouse.ts';
import { ref } from '../records/collection.ts';
import { rules } from '../records/documents.ts';
import { type HistoryRow, historyEntries } from '../scorecard/engine/history-row.ts';
import { layoutOf, type RulesLayout, rulesLayout } from '../scorecard/engine/layout.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';

/** All that a row has. */
export const rowColumns = historyEntries.map(([name]) => `\`${name}\``).join(', ');

/**
 * Of these days alone, in order. They are constants in the text, so that BigQuery reads their partitions and
 * no others; `daysOf` gives the parameters.
 */
export const onDays = (dates: readonly string[]): string =>
  `date BETWEEN @first AND @last AND date IN (${dates.map((date) => `DATE '${date}'`).join(', ')})`;

export const daysOf = (dates: readonly string[]): Record<string, Parameter> => ({
  first: { date: dates[0] ?? '' },
  last: { date: dates.at(-1) ?? '' },
});

/** Reads rows by today's rules, whichever rules made them. */
export function todayReader(
  snapshots: Snapshots,
  pack: Pack,
): { now: RulesLayout; read: (row: HistoryRow) => Promise<HistoryRow> } {
  const now = layoutOf(pack);
  const known = new Map<string, RulesLayout | undefined>();
  const read = async (row: HistoryRow): Promise<HistoryRow> => {
    const { rules_hash: hash } = row;
    if (hash !== now.rules_hash && !known.has(hash)) {
      const stored = await snapshots.get(ref(rules, hash));
      known.set(hash, stored && rulesLayout.parse(JSON.parse(stored.data.layout)));
    }
    return asToday(row, known.get(hash), now);
  };
  return { now, read };
}
