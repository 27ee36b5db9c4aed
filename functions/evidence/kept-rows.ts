/** Results that runs kept, read by rules as they are now: measures are matched by what they ask. */
import type { HistoryRow } from '../scorecard/engine/history-row.ts';
import type { MeasureLayout, RulesLayout } from '../scorecard/engine/layout.ts';

/** What a measure asks and gives; its name for people and its place in the row are none of it. */
const asked = ({ label: _, input: __, axis: ___, ...rest }: MeasureLayout): string =>
  JSON.stringify(rest);

/**
 * The row with its lists in the order of today's scorecard and inputs. A measure that the scorecard had
 * not then, or that gave other points, earned nothing that could be compared: it is not known.
 * @param then how to read the row; undefined where nobody knows any more
 */
export function asToday(
  row: HistoryRow,
  then: RulesLayout | undefined,
  now: RulesLayout,
): HistoryRow {
  if (row.rules_hash === now.rules_hash) return row;
  const scoreOf = ({ scores }: RulesLayout) => scores.find(({ id }) => id === row.score);
  const [was, is] = [then && scoreOf(then), scoreOf(now)];
  const cardOf = (score: typeof is) => score?.scorecards.find(({ id }) => id === row.scorecard);
  const measures = cardOf(was)?.measures ?? [];
  const inputs = was?.inputs ?? [];
  const missing = new Set(row.missing?.split(','));
  const places = (is?.inputs ?? []).map(({ metric, max_age: age }) =>
    inputs.findIndex((one) => one.metric === metric && one.max_age === age),
  );
  return {
    ...row,
    earned_points: (cardOf(is)?.measures ?? []).map((measure) => {
      const at = measures.findIndex((one) => asked(one) === asked(measure));
      return row.earned_points[at] ?? -1;
    }),
    inputs: places.map((at) => row.inputs[at] ?? null),
    missing: places.flatMap((at, i) => (at < 0 || missing.has(String(at)) ? [i] : [])).join(','),
  };
}
