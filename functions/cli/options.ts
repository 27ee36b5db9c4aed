/** Options that several commands share, as the command line parsed them. */

/** Of every command that works on a state folder. */
export interface StateOptions {
  pack: string;
  state: string;
  json?: boolean;
}

/** Of those that may have to make or read data first. */
export interface DataOptions extends StateOptions {
  data?: string;
  accounts: number;
  today?: string;
  lang?: 'en' | 'ja';
  /** On Google's emulators, from nothing. */
  emulators?: boolean;
}
