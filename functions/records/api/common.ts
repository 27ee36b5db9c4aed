/**
 * What several bodies of the API share, and what the API says of itself. Points are in points,
 * with up to two decimals; instants are ISO 8601 in UTC; dates are local days of the pack.
 *
 * A body is one zod schema: it validates, it types, and the OpenAPI document is made from it.
 */
import { z } from 'zod';
import { label } from '../../scorecard/language/pack/catalogue.ts';

export const points = z.number().describe('In points, up to two decimals');
export const instant = z.iso.datetime();
export const day = z.iso.date();
export const count = z.int().min(0);
/** Counting costs by what is counted: where a person only wants to know whether it is much, it ends here. */
export const mostCounted = 10_000;
export const counted = (what: string) =>
  count.describe(`${what}; ${mostCounted} stands for that many or more`);
export const bothLanguages = z.strictObject({ en: z.array(z.string()), ja: z.array(z.string()) });

/** Something of the pack's, with its label in both languages. */
export const named = z.strictObject({ id: z.string(), label });
export type Named = z.infer<typeof named>;

export const cursor = z
  .string()
  .optional()
  .describe('Value for `cursor` of the next page; absent on the last one');

/** What every failed request gets. */
export const errorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('Stable, kebab-case'),
    message: z.string().describe('One sentence: what is wrong and what would be right'),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;

export const healthAnswer = z.strictObject({ status: z.literal('ok'), pack: z.string() });

/** The OpenAPI document describes itself only as far as its version. */
export const openApiAnswer = z.looseObject({ openapi: z.literal('3.1.0') });

/** Named in the OpenAPI document; the rest is written where it is used. */
export const components = z.registry<{ id: string }>();

export function nameBodies(bodies: Record<string, z.ZodType>): void {
  for (const [id, schema] of Object.entries(bodies)) components.add(schema, { id });
}

nameBodies({
  Label: label,
  Named: named,
  Error: errorAnswer,
  Health: healthAnswer,
  OpenApi: openApiAnswer,
});
