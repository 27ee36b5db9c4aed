/** Accounts held back from an action by lot, so that its effect shows. */
import type { Lot } from '../language/pack/signals.ts';

/**
 * Whether an account is held back from an action: the same whenever it is asked, another lot for each
 * signal and each contract year (FNV-1a, mixed so that neighbouring ids draw independently).
 * @param share of the accounts that are held back, from 0 to 1
 */
export function isHeldBack(account: string, signal: string, year: string, share: number): boolean {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(JSON.stringify([signal, year, account]))) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296 < share;
}

/** The calendar year in which the contract year of a local day begins; `from`: its month, from 1. */
export function contractYear(day: string, from: number): string {
  const [year, month] = day.split('-').map(Number);
  return String((year ?? 0) - Number((month ?? 0) < from));
}

/** What the lot of the contract year of a local day says of an account. */
export function drawn(
  { signal, share, yearFrom }: Lot,
  account: string,
  day: string,
): { year: string; held_back: boolean } {
  const year = contractYear(day, yearFrom);
  return { year, held_back: isHeldBack(account, signal, year, share) };
}
