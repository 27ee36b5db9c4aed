/** From `from` up to, without, `until`; instants in ISO 8601. An override always has an end. */
export interface Span {
  from: string;
  until: string;
}

/** True while a person's band is in force. */
export function inForce({ from, until }: Span, at: Date): boolean {
  return Date.parse(from) <= at.getTime() && at.getTime() < Date.parse(until);
}
