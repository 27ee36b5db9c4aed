/** What the API says of all accounts together. */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import { sourceState } from '../run-documents.ts';
import { bothLanguages, count, day, instant, nameBodies, named, points } from './common.ts';
import { crmCounts, runSummary } from './runs.ts';

const mover = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  points: points.nullable(),
  moved: points,
  band: named.nullable(),
  from_band: named.nullable().describe('Band before, where it differs'),
  reasons: bothLanguages,
});
export type Mover = z.infer<typeof mover>;

const scorePortfolio = z.strictObject({
  id: z.string(),
  label,
  purpose: z.string().nullable(),
  scale: points,
  accounts: count.describe('With a band'),
  bands: z.array(z.strictObject({ id: z.string(), label, from: points, accounts: count })),
  unknown: count.describe('Too little data for a band'),
  unscored: count.describe('No scorecard applies'),
  errors: count.describe('Could not be scored; they keep the result before'),
  overridden: count.nullable().describe('Bands that a person has set; null for one owner'),
  average: points.nullable().describe('Null for one owner'),
  aged: z
    .strictObject({ since: day, on: day, metrics: z.array(named) })
    .nullable()
    .describe(
      'Points have moved far since the scorecards were tuned or accepted, and were seen so on that day',
    ),
  movers: z.strictObject({ up: z.array(mover), down: z.array(mover) }),
});
export type ScorePortfolio = z.infer<typeof scorePortfolio>;

export const portfolioAnswer = z.strictObject({
  pack: named,
  current: z
    .strictObject({ date: day, slot: instant, revision: z.int(), run: z.string() })
    .nullable()
    .describe('Null before the first run closes'),
  accounts: z.strictObject({ active: count, absent: count.describe('Left on the current date') }),
  scores: z.array(scorePortfolio),
  phases: z.array(z.strictObject({ phase: named.nullable(), accounts: count })),
  sources: z.array(sourceState),
  crm: crmCounts.nullable().describe('Null for one owner, as is the run'),
  latest_run: runSummary.nullable(),
});
export type PortfolioAnswer = z.infer<typeof portfolioAnswer>;

nameBodies({
  Mover: mover,
  Portfolio: portfolioAnswer,
});
