/** Fields of what people and other systems send: each says what would be right. */
import { z } from 'zod';

/** A text as it was sent. */
export const textUpTo = (most: number) => bounded(z.string({ error: wanted(most) }), most);

/** A text that a person enters: spaces around it are nobody's. */
export const enteredText = (most: number) =>
  bounded(z.string({ error: wanted(most) }).trim(), most);

const wanted = (most: number): string => `a text of 1 to ${most.toLocaleString('en')} characters`;

const bounded = (text: z.ZodString, most: number) =>
  text.min(1, wanted(most)).max(most, wanted(most));

export const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `one of ${values.join(', ')}` });

/** Of what people enter and decide; the API fills it in (`Authored`). */
export const author = enteredText(200)
  .optional()
  .describe('Left out: whoever is signed in. A service account names whom it acts for');

/** A request whose author is known: a verified address, or whom a service account acts for and itself. */
export type Authored<R> = R extends { author?: string | undefined }
  ? Omit<R, 'author'> & { author: string }
  : R;

/** An author as it is kept: a person's name or address, and through which service account. */
export const keptAuthor = z.string().min(1).max(500);
