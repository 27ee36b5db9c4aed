/** Record ids of Accounts, as Salesforce makes them. */

/** An 18-character record id; the last three repeat the case of the rest, five letters each. */
export function idOf(number: number): string {
  const short = `0015g${number.toString(36).toUpperCase().padStart(10, '0')}`;
  let check = '';
  for (let block = 0; block < 15; block += 5) {
    let bits = 0;
    for (let i = 0; i < 5; i++) if (/[A-Z]/.test(short[block + i] ?? '')) bits |= 1 << i;
    check += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'[bits];
  }
  return short + check;
}

/** The row that a 15- or 18-character id names, or undefined for what is no Account id. */
export function numberOf(id: string): number | undefined {
  const match = /^0015g([0-9A-Z]{10})(?:[A-Z0-5]{3})?$/.exec(id);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 36);
}
