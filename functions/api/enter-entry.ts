/** People enter what they judge, did and noted; each request is kept once and never changed. */
import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import { code, hasCode, Rejected } from '../errors.ts';
import type { Runtime } from '../ports/runtime.ts';
import type {
  AssessmentRequest,
  InterventionRequest,
  LogEntry,
  NoteRequest,
} from '../records/api-entries.ts';
import { ref } from '../records/collection.ts';
import { type EntryDocument, entries } from '../records/entries.ts';
import { findAccount } from './account.ts';
import { logged } from './account-log.ts';
import { requireListed } from './names.ts';

const mostDays = 366;

/** Fields of an entry that are its own. */
type Own<E> = E extends EntryDocument ? Omit<E, 'pack' | 'account' | 'at' | 'bands'> : never;

/** @throws Rejected `bad-request` for what the input contract or the calendar does not allow */
export async function enterAssessment(
  runtime: Runtime,
  account: string,
  { of, value, until, text, author }: AssessmentRequest,
  key: string | undefined,
): Promise<LogEntry> {
  const { pack, clock } = runtime;
  const columns = pack.sources.get('assessments')?.columns ?? [];
  const allowed = (name: string) => columns.find((column) => column.name === name)?.values ?? [];
  requireListed('assessment', of, 'the input contract', allowed('kind'));
  requireListed('value', value, 'an assessment', allowed('value'));
  const today = DateTime.fromJSDate(clock.now(), { zone: pack.zone });
  const on = today.toISODate() ?? '';
  const latest = today.plus({ days: mostDays }).toISODate() ?? '';
  if (until < on || until > latest) {
    throw new Rejected(
      code.badRequest,
      `until is ${until}; a judgement counts until a day from ${on} to ${latest}.`,
    );
  }
  const own = { kind: 'assessment', of, value, on, until, text: text ?? null, author } as const;
  return enter(runtime, account, own, key);
}

export function enterIntervention(
  runtime: Runtime,
  account: string,
  { did, text, answer, author }: InterventionRequest,
  key: string | undefined,
): Promise<LogEntry> {
  const own = { kind: 'intervention', did, text, answer: answer ?? null, author } as const;
  return enter(runtime, account, own, key);
}

export function enterNote(
  runtime: Runtime,
  account: string,
  { text, url, author }: NoteRequest,
  key: string | undefined,
): Promise<LogEntry> {
  return enter(runtime, account, { kind: 'note', text, url: url ?? null, author }, key);
}

/**
 * @throws Rejected `not-found` for an unknown account, `conflict` where the key stands for
 *   another entry
 */
async function enter(
  runtime: Runtime,
  account: string,
  own: Own<EntryDocument>,
  key: string | undefined,
): Promise<LogEntry> {
  const { snapshots, pack, clock } = runtime;
  const { data } = await findAccount(runtime, account);
  const at = clock.now().toISOString();
  const bands: Record<string, string> = {};
  for (const [score, { band }] of Object.entries(data.scores)) if (band) bands[score] = band;
  const document: EntryDocument = { ...own, pack: pack.id, account, at, bands };
  const id = createHash('sha256')
    .update(JSON.stringify([account, own.kind, key ?? [own, at]]))
    .digest('hex')
    .slice(0, 32);
  try {
    await snapshots.create(ref(entries, id), document);
    return logged(id, document);
  } catch (error) {
    if (!hasCode(error, code.alreadyExists)) throw error;
  }
  const kept = (await snapshots.get(ref(entries, id)))?.data ?? document;
  const { at: _at, bands: _bands, ...same } = kept;
  if (
    JSON.stringify(comparable(same)) !==
    JSON.stringify(comparable({ ...own, pack: pack.id, account }))
  ) {
    throw new Rejected(
      code.conflict,
      'The Idempotency-Key stands for another entry of this account; use a new one.',
    );
  }
  return logged(id, kept);
}

/** In one order, and without the day on which a judgement was sent: a repeat may come later. */
function comparable(fields: object): [string, unknown][] {
  return Object.entries(fields)
    .filter(([name]) => name !== 'on')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
