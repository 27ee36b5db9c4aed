/** An account's results by date, as the API shows them. */
import { z } from 'zod';
import { day, nameBodies, named, points } from './common.ts';

const historyPoint = z.strictObject({
  date: day,
  state: z.enum(['scored', 'absent', 'error']),
  points: points.nullable(),
  band: named.nullable().describe('As computed: overrides are not in the history'),
  scorecard: z.string().nullable(),
  version: z.string().nullable(),
  phase: z.string().nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  waiting_for_data: z.boolean(),
  change: z
    .strictObject({
      since: day,
      total: points,
      rules: points,
      phase: points,
      data: points,
      behaviour: points,
    })
    .nullable(),
});
export type HistoryPoint = z.infer<typeof historyPoint>;

export const historyAnswer = z.strictObject({
  account: z.string(),
  score: z.string(),
  from: day,
  to: day,
  results: z
    .array(historyPoint)
    .describe('Newest first: every date that had a run, also where nothing changed on it'),
  next_to: day.optional().describe('Value for `to` that gives older results, where there are more'),
});
export type HistoryAnswer = z.infer<typeof historyAnswer>;

nameBodies({ HistoryPoint: historyPoint, History: historyAnswer });
