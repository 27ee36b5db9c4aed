import { z } from 'zod';
import type { Collection } from './collection.ts';

const band = z.string().nullable();

const tally = z.strictObject({
  score: z.string(),
  state: z.enum(['scored', 'absent', 'error']),
  phase: z.string().nullable(),
  /** As computed. */
  band,
  accounts: z.int(),
  /** Sum of hundredths, and how many accounts have points. */
  points: z.number().nullable(),
  counted: z.int(),
});
export type Tally = z.infer<typeof tally>;
export const tallies = z.array(tally);

/** All accounts in numbers, so that a page reads one document. Written when a run is published. */
export const portfolioCounts = z.strictObject({
  pack: z.string(),
  /** The run whose results they are. */
  run: z.string(),
  tallies,
  /** Accounts whose band a person has set, by the computed band and that in force. */
  overridden: z.array(
    z.strictObject({ score: z.string(), computed: band, band, accounts: z.int() }),
  ),
});
export type PortfolioCounts = z.infer<typeof portfolioCounts>;
/** By pack. */
export const portfolios: Collection<PortfolioCounts> = {
  path: 'portfolios',
  schema: portfolioCounts,
};
