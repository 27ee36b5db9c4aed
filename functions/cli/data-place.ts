import type { DataPlace } from '../own-data/rules-data.ts';

/** Which data rules are tried on, as the command line names it. */
export interface DataPlaceOptions {
  data?: string;
  state?: string;
  asOf?: string;
  /** Of the demo, where no other data is named. */
  accounts: number;
  today: string;
}

export function dataPlaceOf({ data, state, asOf, accounts, today }: DataPlaceOptions): DataPlace {
  const at = asOf === undefined ? {} : { asOf };
  if (data !== undefined) return { folder: data, ...at };
  if (state !== undefined) return { state, ...at };
  return { demo: { accounts, today } };
}
