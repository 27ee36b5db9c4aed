/** Where a list goes on: opaque to callers, checked when it comes back. */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import type { Stored } from '../ports/snapshots.ts';

/** Half a surrogate pair is no id of any document. */
const documentedId = z
  .string()
  .min(1)
  .refine((id) => id.isWellFormed());

const accountCursor = z.strictObject({
  /** The order it was made for. */
  order: z.string(),
  /** Which part of the order; see `account-list.ts`. */
  part: z.int().min(0).max(9),
  /** Value of the order's field, where it has one. */
  value: z.union([z.string(), z.number(), z.null()]).optional(),
  /** The last account seen; absent at the start of a part. */
  id: documentedId.optional(),
});
export type AccountCursor = z.infer<typeof accountCursor>;

const dayCursor = z.strictObject({ value: z.iso.date(), id: documentedId });
export type DayCursor = z.infer<typeof dayCursor>;

const runCursor = z.strictObject({ value: z.iso.datetime(), id: documentedId });
export type RunCursor = z.infer<typeof runCursor>;

/**
 * The first `limit` of what a query for one more than that found, and where the next page begins.
 * @param value of the field that the list is ordered by
 */
export function pageOf<T>(
  found: readonly Stored<T>[],
  limit: number,
  value: (data: T) => string,
): { page: readonly Stored<T>[]; next?: string } {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  if (!last || found.length <= limit) return { page };
  return { page, next: encodeCursor({ value: value(last.data), id: last.id }) };
}

export function encodeCursor(cursor: AccountCursor | RunCursor | DayCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws Rejected `bad-request` for anything that `encodeCursor` did not make for this order */
export function decodeAccountCursor(text: string, order: string): AccountCursor {
  const cursor = decode(accountCursor, text);
  if (cursor.order !== order) {
    throw new Rejected(
      code.badRequest,
      'The cursor belongs to another score or sort; leave it out to begin at the first page.',
    );
  }
  return cursor;
}

/** @throws Rejected `bad-request` */
export function decodeRunCursor(text: string): RunCursor {
  return decode(runCursor, text);
}

/** @throws Rejected `bad-request` */
export function decodeDayCursor(text: string): DayCursor {
  return decode(dayCursor, text);
}

function decode<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw unreadable();
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw unreadable();
  return parsed.data;
}

const unreadable = () =>
  new Rejected(
    code.badRequest,
    'The cursor is not one of ours; use `next` of an earlier page, or leave it out.',
  );
