/**
 * The two parts of a multipart upload: a job's metadata, and its data.
 * https://docs.cloud.google.com/bigquery/docs/reference/api-uploads
 */
import { invalid } from './errors.ts';

/** @throws BigQueryFailure `invalid` where the body is not two parts */
export function uploadParts(
  contentType: string | undefined,
  body: Buffer,
): { metadata: unknown; data: Buffer } {
  const boundary = /^multipart\/related;.*\bboundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1];
  if (boundary === undefined)
    throw invalid('A multipart/related body with a boundary is expected.');
  const delimiter = `--${boundary}`;
  const [head, first, second, ...more] = partsOf(body, delimiter);
  if (head === undefined || first === undefined || second === undefined || more.length > 0) {
    throw invalid('A multipart body of two parts is expected.');
  }
  try {
    return { metadata: JSON.parse(first.toString('utf8')), data: second };
  } catch (error) {
    throw error instanceof SyntaxError
      ? invalid(`Metadata part is no JSON: ${error.message}`)
      : error;
  }
}

/** What stands between delimiters, each without its headers; the preamble comes first. */
function partsOf(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let from = body.indexOf(delimiter);
  if (from < 0) return [];
  parts.push(body.subarray(0, from));
  for (;;) {
    const start = from + delimiter.length;
    if (body.subarray(start, start + 2).toString() === '--') return parts;
    const headers = body.indexOf('\r\n\r\n', start);
    const end = body.indexOf(`\r\n${delimiter}`, start);
    // Cut short: nothing of it may be taken for the data.
    if (headers < 0 || end < 0 || headers > end) return [];
    parts.push(body.subarray(headers + 4, end));
    from = end + 2;
  }
}
