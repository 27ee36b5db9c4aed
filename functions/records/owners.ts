/** Who looks after an account: as routing has it, where the pack routes; else as the data says. */
import type { Pack } from '../scorecard/language/pack/pack.ts';
import type { AccountDocument } from './documents.ts';

/** The field of an account's document. */
export const ownerField = ({ routing }: Pick<Pack, 'routing'>): string =>
  routing ? 'assignment.owner' : 'attributes.owner';

/** Whether a pack says who does. */
export const hasOwners = ({ routing, attributes }: Pick<Pack, 'routing' | 'attributes'>): boolean =>
  routing !== null || attributes.includes('owner');

/** Null: nobody. */
export function ownerOf({
  assignment,
  attributes,
}: Pick<AccountDocument, 'assignment' | 'attributes'>): string | null {
  const owner = assignment ? assignment.owner : attributes.owner;
  return owner === null || owner === undefined || owner === '' ? null : String(owner);
}
