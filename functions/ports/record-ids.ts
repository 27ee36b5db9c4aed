/**
 * Ids of records in Salesforce: 15 characters, or 18 of which the last three repeat the case of the rest.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
 */

/** The id in 15 characters: the same for both ways in which a record is named. */
export const shortId = (id: string): string => id.slice(0, 15);

/** The id in 18 characters, as Salesforce gives it. */
export function longId(id: string): string {
  const short = shortId(id);
  let check = '';
  for (let block = 0; block < 15; block += 5) {
    let bits = 0;
    for (let i = 0; i < 5; i++) if (/[A-Z]/.test(short[block + i] ?? '')) bits |= 1 << i;
    check += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'[bits];
  }
  return short + check;
}

/** Whether both name one record; none is no record's. */
export const sameRecord = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && shortId(one) === shortId(other);
