import { z } from 'zod';
import { code, Rejected, Retryable } from '../../errors.ts';

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** @throws Rejected with the server's own sentence where it refuses */
async function ask(url: string, init?: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw new Retryable(code.unavailable, `Nothing answers at ${new URL(url).origin}.`, {
      cause: error,
    });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const said = refusal.safeParse(body);
  throw said.success
    ? new Rejected(said.data.error.code, said.data.error.message)
    : new Retryable(code.unavailable, `${url} answered ${response.status}.`);
}

/** Parameters of a request; those without a value are left out. */
export type Query = Record<string, string | number | undefined>;

export function getJson(url: string, query: Query = {}): Promise<unknown> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return ask(parameters.size === 0 ? url : `${url}?${parameters}`);
}

export const postJson = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> =>
  ask(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const pageSize = 200;
const shownAtFirst = 20;

/**
 * A list of the API: its first 20 items, or all of them.
 * @returns what was found, page by page, and whether there is more
 */
export async function readList<Page extends { next?: string | undefined }>(
  session: { get(path: string, query: Query): Promise<unknown> },
  path: string,
  schema: z.ZodType<Page>,
  wanted: { query?: Query; all?: boolean | undefined },
): Promise<{ pages: Page[]; more: boolean }> {
  const limit = wanted.all ? pageSize : shownAtFirst;
  const pages: Page[] = [];
  let cursor: string | undefined;
  do {
    const page = schema.parse(await session.get(path, { ...wanted.query, limit, cursor }));
    pages.push(page);
    cursor = page.next;
  } while (wanted.all && cursor !== undefined);
  return { pages, more: cursor !== undefined };
}
