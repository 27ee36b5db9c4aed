/** People enter what they judge, did and noted; each request is kept once and never changed. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { addDays } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import type {
  AssessmentRequest,
  InterventionRequest,
  LogEntry,
  NoteRequest,
} from '../../records/api/entries.ts';
import { ref } from '../../records/collection.ts';
import type { AccountDocument } from '../../records/documents.ts';
import { type EntryDocument, entries, localDay } from '../../records/entries.ts';
import type { Runtime } from '../../runtime.ts';
import { findAccount } from '../accounts/account.ts';
import { logged } from '../accounts/log.ts';
import { requireListed } from '../names.ts';
import { keepOnce } from './keep-once.ts';

const mostDays = 366;
/** How far back the result before a day is looked for: history may be weekly or monthly. */
const mostDaysBefore = 31;

/** Fields of an entry that are its own. */
type Own<E> = E extends EntryDocument ? Omit<E, 'pack' | 'account' | 'at' | 'bands'> : never;

/** @throws Rejected `bad-request` for what the input contract or the calendar does not allow */
export async function enterAssessment(
  runtime: Runtime,
  account: string,
  { of, value, until, text, author }: AssessmentRequest,
  key: string | undefined,
): Promise<LogEntry> {
  const { pack } = runtime;
  const columns = pack.sources.get('assessments')?.columns ?? [];
  const allowed = (name: string) => columns.find((column) => column.name === name)?.values ?? [];
  requireListed('assessment', of, 'the input contract', allowed('kind'));
  requireListed('value', value, 'an assessment', allowed('value'));
  const on = today(runtime);
  const latest = addDays(on, mostDays);
  if (until < on || until > latest) {
    throw new Rejected(
      code.badRequest,
      `until is ${until}; a judgement counts until a day from ${on} to ${latest}.`,
    );
  }
  const own = { kind: 'assessment', of, value, on, until, text: text ?? null, author } as const;
  return enter(runtime, account, own, key);
}

/** @throws Rejected `bad-request` for a day to come, or one that is too long ago */
export async function enterIntervention(
  runtime: Runtime,
  account: string,
  { did, on: given, text, answer, author }: InterventionRequest,
  key: string | undefined,
): Promise<LogEntry> {
  const latest = today(runtime);
  const earliest = addDays(latest, -mostDays);
  const on = given ?? latest;
  if (on < earliest || on > latest) {
    throw new Rejected(
      code.badRequest,
      `on is ${on}; what was done is entered for a day from ${earliest} to ${latest}.`,
    );
  }
  const own = { kind: 'intervention', did, on, text, answer: answer ?? null, author } as const;
  return enter(runtime, account, own, key, given);
}

const today = ({ clock, pack }: Runtime): string => localDay(clock.now().toISOString(), pack.zone);

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
  /** The day, where the request names one: else a repeat may come on a later day. */
  given?: string,
): Promise<LogEntry> {
  const { snapshots, pack, clock } = runtime;
  const { data } = await findAccount(runtime, account);
  const at = clock.now().toISOString();
  const past = given !== undefined && given < today(runtime);
  const bands = past ? await bandsBefore(runtime, account, given) : bandsInForce(data);
  const document: EntryDocument = { ...own, pack: pack.id, account, at, bands };
  const id = createHash('sha256')
    .update(JSON.stringify([account, own.kind, key ?? [own, at]]))
    .digest('hex')
    .slice(0, 32);
  const kept = await keepOnce(snapshots, ref(entries, id), document);
  const { at: _at, bands: _bands, ...same } = kept;
  const otherDay = given !== undefined && 'on' in kept && kept.on !== given;
  if (
    otherDay ||
    JSON.stringify(comparable(same)) !==
      JSON.stringify(comparable({ ...own, pack: pack.id, account }))
  ) {
    throw new Rejected(
      code.conflict,
      'The Idempotency-Key stands for another entry of this account; use a new one.',
    );
  }
  return logged(pack, id, kept);
}

function bandsInForce({ scores }: AccountDocument): Record<string, string> {
  return Object.fromEntries(
    Object.entries(scores).flatMap(([score, { band }]) => (band === null ? [] : [[score, band]])),
  );
}

const pastBand = z.strictObject({ score: z.string(), band: z.string().nullable() });

/** Computed bands of the last results before a day, as the history has them. */
async function bandsBefore(
  { warehouse }: Runtime,
  account: string,
  day: string,
): Promise<Record<string, string>> {
  const rows = await warehouse.query(
    `SELECT score, band FROM score_history
     WHERE date BETWEEN @from AND @to AND account_id = @account ORDER BY date DESC`,
    { from: { date: addDays(day, -mostDaysBefore) }, to: { date: addDays(day, -1) }, account },
  );
  const bands = new Map<string, string | null>();
  for (const { score, band } of rows.map((row) => pastBand.parse(row))) {
    if (!bands.has(score)) bands.set(score, band);
  }
  return Object.fromEntries([...bands].flatMap(([score, band]) => (band ? [[score, band]] : [])));
}

/** In one order, and without the day: one that was not named is that of the first request. */
function comparable(fields: object): [string, unknown][] {
  return Object.entries(fields)
    .filter(([name]) => name !== 'on')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
