import { messageOf } from '../../errors.ts';
import type { PushEnvelope } from '../../records/messages.ts';

const longestError = 500;

/** Delivers a message as Pub/Sub does: undefined for a 2xx answer, else what went wrong. */
export async function push(
  url: string,
  envelope: PushEnvelope,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(envelope),
      redirect: 'manual',
      signal,
    });
    const answer = (await response.text()).trim();
    if (response.ok) return undefined;
    const status = `${response.status} ${response.statusText}`.trim();
    return (answer === '' ? status : `${status}: ${answer}`).slice(0, longestError);
  } catch (error) {
    // fetch hides what happened to the connection in `cause`.
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return `no answer: ${messageOf(cause)}`.slice(0, longestError);
  }
}
