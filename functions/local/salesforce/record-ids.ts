/** Ids of the stand-in's Accounts: a number, as Salesforce would write it. */
import { longId } from '../../ports/record-ids.ts';

/** In 18 characters. */
export const idOf = (number: number): string =>
  longId(`0015g${number.toString(36).toUpperCase().padStart(10, '0')}`);

/** The row that a 15- or 18-character id names, or undefined for what is no Account id. */
export function numberOf(id: string): number | undefined {
  const match = /^0015g([0-9A-Z]{10})(?:[A-Z0-5]{3})?$/.exec(id);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 36);
}
