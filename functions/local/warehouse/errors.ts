/** DuckDB reports every failure as a plain `Error` whose message starts with its sort. */
import { code, KenkoError, Rejected, Retryable } from '../../errors.ts';

/** The sort, and the first line of the rest: DuckDB quotes the whole statement below it. */
function partsOf(message: string): { sort: string; said: string } {
  const [line = ''] = message.split('\n');
  const [sort = '', ...rest] = line.split(': ');
  return rest.length === 0
    ? { sort: 'Error', said: line.trim() }
    : { sort, said: rest.join(': ').trim() };
}

/** What a failure of DuckDB means for the caller; errors of ours pass unchanged. */
export function duckDbError(error: unknown): KenkoError {
  if (error instanceof KenkoError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { sort, said } = partsOf(message);
  const text = `duckdb: ${sort}`;
  const options = { cause: error, said };
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
