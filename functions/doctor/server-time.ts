/** What another machine says the time is: any HTTPS answer carries it. */
import { code, messageOf, Retryable } from '../errors.ts';

const timeoutMs = 10_000;

/** @throws Retryable where nothing answers, or without a date */
export async function serverTimeOf(url: string): Promise<Date> {
  let date: string | null;
  try {
    const response = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    date = response.headers.get('date');
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new Retryable(code.unavailable, `Nothing answers at ${new URL(url).origin}.`, {
      cause: error,
      said: messageOf(cause),
    });
  }
  const time = new Date(date ?? Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new Retryable(code.unavailable, `${new URL(url).origin} does not say what time it is.`);
  }
  return time;
}
