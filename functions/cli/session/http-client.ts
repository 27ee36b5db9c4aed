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

export const getJson = (url: string): Promise<unknown> => ask(url);

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
