/**
 * What libraries print. The framework and Express print errors whole, and those of a JSON parser
 * quote what was sent: no log line may hold that, so only the sort of error and its place stay.
 */
import { createLog, writeToStdout } from '../log.ts';
import { systemClock } from '../system-clock.ts';

/** Turns whatever is printed as an error from now on into entries of ours. */
export function guardConsole(): void {
  const log = createLog(writeToStdout(undefined), systemClock);
  const note = (...values: unknown[]): void => {
    for (const value of values) log.libraryFailed({ error: asError(value) });
  };
  Object.assign(console, { error: note, warn: note });
}

/** Errors are mostly printed as their stack. */
function asError(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const [, name, message = ''] =
    /^(?:Uncaught )?(\w*Error)(?:: ([\s\S]*?))?\n {4}at /.exec(value) ?? [];
  if (name === undefined) return value;
  return Object.assign(new Error(message), { name, stack: value });
}
