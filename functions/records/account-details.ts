/** The part of an account's document that is only ever read whole: why each score is what it is. */
import { z } from 'zod';
import { label } from '../scorecard/language/pack/catalogue.ts';
import { measureDelta, scoreExplanation } from '../scorecard/meaning/explanation.ts';
import { parsedAsKnown } from './document-rules.ts';

const scoreDetails = z.strictObject({
  explanation: scoreExplanation,
  /** Labels of the score's bands by id: an override's band has one too. */
  bands: z.record(z.string(), label),
  /** What each measure did in the latest change, biggest first; they sum to it. */
  deltas: z.array(measureDelta),
  /** The same in a few short sentences. */
  reasons: z.strictObject({ en: z.array(z.string()), ja: z.array(z.string()) }),
});
export type ScoreDetails = z.infer<typeof scoreDetails>;

/** By score. */
export const accountDetails = z.record(z.string(), scoreDetails);
export type AccountDetails = z.infer<typeof accountDetails>;

export function packDetails(details: AccountDetails): string {
  return JSON.stringify(details);
}

/** Of a later release's, what this one knows. @throws Rejected `invalid-data` where it is malformed */
export function unpackDetails(packed: string): AccountDetails {
  return parsedAsKnown(accountDetails, JSON.parse(packed), 'what an account is explained by').known;
}
