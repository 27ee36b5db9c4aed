import { dayMs } from '../calendar.ts';
import type { AccountDocument, SnapshotDocument } from '../records/documents.ts';

/** How long a dated snapshot is kept. */
const keptDays = 400;

/** The copy that is kept by date. */
export function snapshotOf(document: AccountDocument): SnapshotDocument {
  const expires = Date.parse(`${document.date}T00:00:00Z`) + keptDays * dayMs;
  return { ...document, expires_at: new Date(expires).toISOString() };
}
