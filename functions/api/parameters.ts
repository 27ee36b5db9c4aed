/** Query parameters: what each endpoint takes, and one sentence for what it does not. */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import { oneOf } from '../records/fields.ts';
import { quoted } from '../safe-text.ts';

export const accountSorts = [
  'points',
  '-points',
  'moved',
  '-moved',
  'name',
  '-name',
  'id',
] as const;
export type AccountSort = (typeof accountSorts)[number];

const shortText = z.string().min(1, 'a text').max(1500, 'a text of at most 1,500 characters');

function limit(most: number, usual: number) {
  const expected = `a whole number from 1 to ${most}`;
  return z.coerce
    .number({ error: expected })
    .int(expected)
    .min(1, expected)
    .max(most, expected)
    .default(usual);
}

/** Ours grow with the account's name and id. */
const cursor = z
  .string()
  .min(1, 'a cursor')
  .max(12_000, 'a cursor')
  .optional()
  .describe('`next` of the page before');
const paged = { limit: limit(200, 50), cursor };
const score = shortText.optional().describe("A score of the pack; the pack's first one by default");
const date = (expected: string) => z.iso.date({ error: expected }).optional();

export const accountParameters = z.strictObject({
  score,
  band: shortText.optional().describe('A band of the score in force, or `unknown`'),
  phase: shortText.optional().describe('A phase of the pack'),
  owner: shortText.optional().describe('Exactly as routing names them, or else the data'),
  q: shortText
    .optional()
    .describe(
      'Part of the name, in any case and width, hiragana or katakana alike; a word begins with fewer ' +
        'than three letters. Or the beginning of an id. What a page finds is sorted',
    ),
  sort: oneOf(accountSorts)
    .default('points')
    .describe(
      '`points`: lowest first, accounts without points last. `moved`: biggest fall first, only ' +
        'accounts whose result changed on the current date. `-` turns the order round.',
    ),
  ...paged,
});
export type AccountParameters = z.infer<typeof accountParameters>;

export const worklistParameters = z.strictObject({
  owner: shortText.optional().describe('Exactly as routing names them, or else the data'),
  team: shortText.optional().describe('Id of a team'),
  ...paged,
});
export type WorklistParameters = z.infer<typeof worklistParameters>;

/** Whose accounts an answer is of; all, without it. */
export const ownerParameters = z.strictObject({
  owner: shortText.optional().describe('Exactly as routing names them, or else the data'),
});
export type OwnerParameters = z.infer<typeof ownerParameters>;

export const historyParameters = z.strictObject({
  score,
  from: date('a date such as 2026-04-01').describe('A year before `to` by default'),
  to: date('a date such as 2026-11-23').describe("The pack's current date by default"),
  limit: limit(1000, 400),
});
export type HistoryParameters = z.infer<typeof historyParameters>;

export const runParameters = z.strictObject({
  kind: oneOf(['scheduled', 'backfill']).optional(),
  limit: limit(100, 20),
  cursor,
});
export type RunParameters = z.infer<typeof runParameters>;

export const episodeParameters = z.strictObject({
  state: oneOf(['open', 'acknowledged', 'closed']).optional(),
  account: shortText.optional(),
  signal: shortText.optional().describe('A signal of the pack'),
  ...paged,
});
export type EpisodeParameters = z.infer<typeof episodeParameters>;

export const lotParameters = z.strictObject(paged);
export type LotParameters = z.infer<typeof lotParameters>;

export const answerParameters = z.strictObject({
  score,
});

export const parkedParameters = z.strictObject(paged);
export type ParkedParameters = z.infer<typeof parkedParameters>;

export const disagreementParameters = z.strictObject({
  limit: paged.limit.describe('Overrides and entries to look at'),
  cursor,
});
export type DisagreementParameters = z.infer<typeof disagreementParameters>;

export const candidateParameters = z.strictObject(paged);
export type CandidateParameters = z.infer<typeof candidateParameters>;

export const interventionParameters = z.strictObject(paged);
export type InterventionParameters = z.infer<typeof interventionParameters>;

export const handOverParameters = z.strictObject({
  open: z
    .enum(['true', 'false'], { error: 'true or false' })
    .transform((text) => text === 'true')
    .optional()
    .describe('Whether an item of the checklist is not done yet'),
  owner: shortText.optional().describe('Whom the account was handed to, exactly as routing has it'),
  ...paged,
});
export type HandOverParameters = z.infer<typeof handOverParameters>;

/**
 * A query string's parameters.
 * @throws Rejected `bad-request` with one sentence that names the parameter and what is allowed
 */
export function parseParameters<S extends z.ZodObject>(
  schema: S,
  query: Record<string, unknown>,
): z.output<S> {
  const allowed = Object.keys(schema.shape);
  for (const [name, value] of Object.entries(query)) {
    if (!allowed.includes(name)) {
      const list = allowed.length === 0 ? 'none is allowed here' : `allowed: ${allowed.join(', ')}`;
      throw new Rejected(code.badRequest, `The parameter ${quoted(name)} is unknown; ${list}.`);
    }
    if (Array.isArray(value)) {
      throw new Rejected(code.badRequest, `The parameter ${name} is given more than once.`);
    }
  }
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? 'query');
  throw new Rejected(
    code.badRequest,
    `The parameter ${name} is ${quoted(String(query[name]))}; expected ${issue?.message ?? 'another value'}.`,
  );
}
