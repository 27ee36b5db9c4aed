/** Where a list goes on: opaque to callers, checked when it comes back. */
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import type { Filter, Snapshots, Stored } from '../ports/snapshots.ts';
import type { Collection } from '../records/collection.ts';

/** Half a surrogate pair is no id of any document. */
const documentedId = z
  .string()
  .min(1)
  .refine((id) => id.isWellFormed());

const accountCursor = z.strictObject({
  /** The order it was made for. */
  order: z.string(),
  /** Which part of the order; see `accounts/list.ts`. */
  part: z.int().min(0).max(9),
  /** Value of the order's field, where it has one. */
  value: z.union([z.string(), z.number(), z.null()]).optional(),
  /** The last account seen; absent at the start of a part. */
  id: documentedId.optional(),
});
export type AccountCursor = z.infer<typeof accountCursor>;

const dayCursor = z.strictObject({ value: z.iso.date(), id: documentedId });
type DayCursor = z.infer<typeof dayCursor>;

const instantCursor = z.strictObject({ value: z.iso.datetime(), id: documentedId });
type InstantCursor = z.infer<typeof instantCursor>;

const idCursor = z.strictObject({ id: documentedId });
type IdCursor = z.infer<typeof idCursor>;

const moveCursor = z.strictObject({ part: z.int().min(0), at: z.int().min(0) });
type MoveCursor = z.infer<typeof moveCursor>;

/**
 * A page of a collection, the document with the latest instant first.
 * @param field the instant that the list is ordered by
 * @throws Rejected `bad-request` for a bad cursor
 */
export async function latestFirst<T>(
  snapshots: Pick<Snapshots, 'query'>,
  wanted: {
    collection: Collection<T>;
    where: readonly Filter[];
    field: keyof T & string;
    limit: number;
    cursor: string | undefined;
  },
): Promise<{ page: readonly Stored<T>[]; next?: string }> {
  const { collection, where, field, limit, cursor } = wanted;
  const found = await snapshots.query({
    collection,
    where,
    orderBy: { field, direction: 'desc' },
    limit: limit + 1,
    ...(cursor ? { startAfter: decode(instantCursor, cursor) } : {}),
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  if (!last || found.length <= limit) return { page };
  return { page, next: encodeCursor({ value: String(last.data[field]), id: last.id }) };
}

export function encodeCursor(
  cursor: AccountCursor | InstantCursor | DayCursor | IdCursor | MoveCursor,
): string {
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
export function decodeDayCursor(text: string): DayCursor {
  return decode(dayCursor, text);
}

/** @throws Rejected `bad-request` */
export function decodeIdCursor(text: string): IdCursor {
  return decode(idCursor, text);
}

/** @throws Rejected `bad-request` */
export function decodeMoveCursor(text: string): MoveCursor {
  return decode(moveCursor, text);
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
