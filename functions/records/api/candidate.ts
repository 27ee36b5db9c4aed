/** What the API says of a version of the rules that is only looked at. */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';
import { count, cursor, day, instant, nameBodies, named, points } from './common.ts';

const total = z.strictObject({
  accounts: count,
  revenue: z.number().nullable().describe('Monthly revenue; null where none is known'),
});
const band = z.string().nullable();
/** `band` is null where no scorecard applies. */
const standing = z.strictObject({ band: named.nullable(), points: points.nullable() });

const candidateMover = z.strictObject({
  account: z.string(),
  name: z.string().nullable(),
  revenue: z.number().nullable(),
  live: standing,
  candidate: standing,
  way: z.enum(['up', 'down', 'other']).describe('other: into or out of having a band'),
  why: z
    .enum(['measures', 'boundary', 'cap', 'limits'])
    .describe('boundary: the live rules keep the band of the day before close to a boundary'),
  causes: z
    .array(z.strictObject({ measure: z.string(), label, delta: points }))
    .describe('By measure, at most five, the biggest first'),
});
export type CandidateMover = z.infer<typeof candidateMover>;

const candidateScore = z.strictObject({
  score: z.string(),
  label,
  exists: z
    .enum(['both', 'old', 'new'])
    .describe('old: only the live rules have it; new: only the candidate'),
  bands: z.array(z.strictObject({ id: z.string(), label, live: count, candidate: count })),
  accounts: count,
  changed: count.describe('Accounts whose points differ'),
  moved: count.describe('Accounts that stand in another band'),
  up: total,
  down: total,
  boundary: count.describe('Of `moved`: only since the live rules keep bands close to a boundary'),
  movements: z.array(total.extend({ from: band, to: band })),
  movers: z.array(candidateMover).describe('At most 200, those with most revenue first'),
  measures: z.array(
    z.strictObject({
      measure: z.string(),
      label,
      accounts: count.describe('Whose points it changes'),
      mean: points,
      moved: count.describe('Accounts in another band with it as the biggest cause'),
    }),
  ),
});
export type CandidateScore = z.infer<typeof candidateScore>;

const candidateComparison = z.strictObject({
  run: z.string().describe('The live run whose date it looks at'),
  date: day,
  as_of: instant,
  accounts: count,
  finished_at: instant,
  scores: z.array(candidateScore),
});

export const candidateAnswer = z.strictObject({
  candidate: z
    .strictObject({
      state: z
        .enum(['waiting', 'in-work', 'compared', 'failed', 'same'])
        .describe('waiting: for the first run of the live rules; same: both score alike'),
      rules_hash: z.string(),
      live_rules_hash: z.string(),
      versions: z
        .array(
          z.strictObject({
            score: z.string(),
            scorecard: z.string(),
            live: z.string().nullable(),
            candidate: z.string().nullable(),
          }),
        )
        .describe('Scorecards of another version, or that only one of them has'),
      comparison: candidateComparison.nullable(),
      failure: z
        .strictObject({ code: z.string(), message: z.string(), date: day })
        .nullable()
        .describe('Why it could not be compared'),
    })
    .nullable()
    .describe('null: no version waits beside the live rules'),
});
export type CandidateAnswer = z.infer<typeof candidateAnswer>;

const candidateMove = candidateMover.extend({ score: z.string() });
export type CandidateMove = z.infer<typeof candidateMove>;

export const candidateMoves = z.strictObject({
  date: day.nullable().describe('null: nothing is compared'),
  moves: z.array(candidateMove),
  left_out: count.describe('Would move, too, but are more than is kept of their range of ids'),
  next: cursor,
});
export type CandidateMoves = z.infer<typeof candidateMoves>;

nameBodies({
  CandidateMoves: candidateMoves,
  CandidateAnswer: candidateAnswer,
  CandidateScore: candidateScore,
  CandidateMover: candidateMover,
});
