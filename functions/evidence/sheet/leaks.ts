/** Columns that know the end: they were written after it, or say it in other words. */
import { binColumn, binOf, rankOf } from '../calibrate/binning.ts';
import type { Column } from '../calibrate/table.ts';
import { areaUnderCurve } from '../statistics/auc.ts';
import { namesEnd } from './cells.ts';
import type { LeftOut } from './read-table.ts';

/** No single measure of behaviour tells so well; what does was known only afterwards. */
export const mostBelievable = 0.95;

export function leakOf(column: Column, left: Uint8Array): Omit<LeftOut, 'column'> | null {
  const few = new Set(column.values.filter((value) => !Number.isNaN(value))).size <= 2;
  if (namesEnd(column.id) && (column.bool || few)) {
    return leak('it says how it ended', '結果そのものを表しています');
  }
  const known = column.values.map((value) => Number(!Number.isNaN(value)));
  const whereKnown = left.filter((_, i) => known[i]);
  const ofLeft = whereKnown.reduce((sum, one) => sum + one, 0);
  if (whereKnown.length < left.length && ofLeft >= 10 && ofLeft === whereKnown.length) {
    return leak(
      'it is known only of accounts that left, so it was written afterwards',
      '解約した顧客にだけ値があり、解約後に記入されたものです',
    );
  }
  const unknown = known.map((is) => 1 - is);
  const areas = [known, valuesOf(column, left)].map((score) => aloneArea(score, left));
  const missing = aloneArea(unknown, left);
  const found = Math.max(...areas, missing);
  if (found <= mostBelievable) return null;
  return leak(
    `by itself it tells ${found.toFixed(2)} (AUC) of who leaves, which only what is known afterwards does; name it with --keep if it was known before`,
    `単独のAUCが ${found.toFixed(2)} と高すぎ、解約後に分かった値とみられます。事前に分かっていた場合は --keep で指定してください`,
  );
}

const leak = (en: string, ja: string): Omit<LeftOut, 'column'> => ({
  kind: 'leak',
  reason: { en, ja },
});

/** In whichever direction it tells more. */
function aloneArea(score: ArrayLike<number>, left: Uint8Array): number {
  const area = areaUnderCurve({ score, good: left.map((one) => 1 - one) })?.value ?? 0.5;
  return Math.max(area, 1 - area);
}

/** Known values as they are, unknown ones in the middle; texts in the order of how often they left. */
function valuesOf(column: Column, left: Uint8Array): Float64Array {
  if (column.levels) {
    const all = Int32Array.from(left.keys());
    const found = binColumn(column, all, left, { mostBins: 2, leastShare: 0, penalty: 0 });
    return column.values.map((value) => {
      const bin = found ? binOf(found, value) : 0;
      return found && bin >= 0 ? rankOf(found, bin) : 0.5;
    });
  }
  const known = column.values.filter((value) => !Number.isNaN(value)).sort();
  const middle = known[known.length >> 1] ?? 0;
  return column.values.map((value) => (Number.isNaN(value) ? middle : value));
}
