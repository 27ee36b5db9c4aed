/** Accounts dealt into folds: whoever is judged was not learned from, with any row. */
import { randomFrom, shuffledIndexes } from '../statistics/random.ts';
import type { CalibrationTable } from './table.ts';

/** Fold of each row, with about as many that left in each. */
export function foldsOf(
  { left, account }: Pick<CalibrationTable, 'left' | 'account'>,
  folds: number,
  seed: number,
): Int8Array {
  const accounts = account.reduce((most, one) => Math.max(most, one + 1), 0);
  const leaves = new Uint8Array(accounts);
  for (const [i, one] of account.entries()) if (left[i]) leaves[one] = 1;
  const foldOf = new Int8Array(accounts);
  const dealt = [0, 0];
  for (const one of shuffledIndexes(accounts, randomFrom(seed))) {
    const kind = leaves[one] ?? 0;
    foldOf[one] = (dealt[kind] ?? 0) % folds;
    dealt[kind]! += 1;
  }
  return Int8Array.from(account, (one) => foldOf[one] ?? 0);
}
