/** Ids of the stand-in's records: a number, as Salesforce would write it, behind its object's prefix. */
import { longId } from '../../ports/record-ids.ts';

/** Of standard objects they are the same in every org; a custom object gets the next that is free. */
export const prefixes = { account: '001', child: 'a01' } as const;
type Prefix = (typeof prefixes)[keyof typeof prefixes];

/** In 18 characters. */
export const idOf = (number: number, prefix: Prefix = prefixes.account): string =>
  longId(`${prefix}5g${number.toString(36).toUpperCase().padStart(10, '0')}`);

/** The row that a 15- or 18-character id names, or undefined for what is no id of the object. */
export function numberOf(id: string, prefix: Prefix = prefixes.account): number | undefined {
  const match = /^(...)5g([0-9A-Z]{10})(?:[A-Z0-5]{3})?$/.exec(id);
  if (match?.[2] === undefined || match[1] !== prefix) return undefined;
  return Number.parseInt(match[2], 36);
}
