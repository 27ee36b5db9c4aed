/** Records as calls of Salesforce take them. */
import type { RecordUpdate } from '../ports/crm.ts';
import { shortId } from '../ports/record-ids.ts';

/** Most records of one Collections call that writes. */
const mostWritten = 200;

/** Positions of records in calls of at most 200, no record twice in one call. */
export function chunksOf(records: readonly RecordUpdate[]): number[][] {
  const chunks: { positions: number[]; ids: Set<string> }[] = [];
  let firstOpen = 0;
  for (const [at, { id }] of records.entries()) {
    const key = shortId(id);
    // A later update of the same record comes in a later call, so that it wins.
    let chunk = firstOpen;
    for (let i = chunks.length - 1; i >= firstOpen; i--) {
      if (chunks[i]?.ids.has(key)) {
        chunk = i + 1;
        break;
      }
    }
    while ((chunks[chunk]?.positions.length ?? 0) >= mostWritten) chunk++;
    chunks[chunk] ??= { positions: [], ids: new Set() };
    chunks[chunk]?.positions.push(at);
    chunks[chunk]?.ids.add(key);
    while ((chunks[firstOpen]?.positions.length ?? 0) >= mostWritten) firstOpen++;
  }
  return chunks.map(({ positions }) => positions);
}
