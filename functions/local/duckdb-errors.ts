/** DuckDB reports every failure as a plain `Error` whose message starts with its sort. */
import { code, KenkoError, Rejected, Retryable } from '../errors.ts';

/** First line only: DuckDB quotes the whole statement below it. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).trim();
}

/** What a failure of DuckDB means for the caller; errors of ours pass unchanged. */
export function duckDbError(error: unknown): KenkoError {
  if (error instanceof KenkoError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const text = `duckdb: ${firstLine(message)}`;
  const options = { cause: error };
  if (/^Catalog Error: .*(does not exist|not found)/s.test(message)) {
    return new Rejected(code.notFound, text, options);
  }
  if (
    /^(Binder|Parser|Catalog|Conversion|Constraint|Invalid Input|Out of Range|Mismatch Type|Not implemented|Syntax)/.test(
      message,
    )
  ) {
    return new Rejected(code.invalidData, text, options);
  }
  return new Retryable(code.unavailable, text, options);
}

/** Runs `work`, so that whatever DuckDB throws comes out as an error of ours. */
export async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw duckDbError(error);
  }
}
