/** Where people and score disagree: what the next review of the rules should look at. */

import type { Filter } from '../../ports/snapshots.ts';
import type { AnswerReport, Disagreement, DisagreementList } from '../../records/api/entries.ts';
import { ref } from '../../records/collection.ts';
import { type AccountDocument, accountName, accounts, overrides } from '../../records/documents.ts';
import {
  answerValues,
  type EntryDocument,
  entries,
  happenedOn,
  localDay,
  questions,
} from '../../records/entries.ts';
import type { Runtime } from '../../runtime.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { unknownBand } from '../../scorecard/meaning/texts.ts';
import { type AccountCursor, decodeAccountCursor, encodeCursor } from '../cursors.ts';
import { answerText, assessmentText } from '../entries/entry-texts.ts';
import { bandNamed, scoreOf } from '../names.ts';
import type { DisagreementParameters } from '../parameters.ts';

const order = 'disagreements';
/** First overrides in force, the one that ends first first; then what people entered, newest first. */
const parts = { overrides: 0, entries: 1 };

type Position = Pick<AccountCursor, 'part' | 'value' | 'id'>;

/** @throws Rejected `bad-request` for a bad cursor */
export async function listDisagreements(
  runtime: Runtime,
  { limit, cursor }: DisagreementParameters,
): Promise<DisagreementList> {
  const start: Position = cursor ? decodeAccountCursor(cursor, order) : { part: parts.overrides };
  const found: Found[] = [];
  let position: Position | undefined = start;
  let lookedAt = 0;
  for (const look of [lookAtOverrides, lookAtEntries]) {
    if (!position || lookedAt === limit) break;
    const looked = await look(runtime, position, limit - lookedAt);
    found.push(...looked.found);
    lookedAt += looked.lookedAt;
    position = looked.next;
  }
  const ids = [...new Set(found.map(({ account }) => account))];
  const stored = await runtime.snapshots.getAll(ids.map((id) => ref(accounts, id)));
  const documents = new Map(stored.flatMap((one) => (one ? [[one.id, one.data]] : [])));
  const disagreements = found.map((one): Disagreement => {
    const document: AccountDocument | undefined = documents.get(one.account);
    return { ...one, name: document ? accountName(document) : null };
  });
  return {
    disagreements,
    looked_at: lookedAt,
    ...(position ? { next: encodeCursor({ order, ...position }) } : {}),
  };
}

type Found = Omit<Disagreement, 'name'>;
interface Looked {
  found: Found[];
  lookedAt: number;
  next: Position | undefined;
}

/** Overrides in force that say another band than the one computed. */
async function lookAtOverrides(
  { snapshots, pack, clock }: Runtime,
  position: Position,
  limit: number,
): Promise<Looked> {
  if (position.part !== parts.overrides) return { found: [], lookedAt: 0, next: position };
  const lasting = await snapshots.query({
    collection: overrides,
    where: [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'until', op: '>', value: clock.now().toISOString() },
    ],
    orderBy: { field: 'until', direction: 'asc' },
    limit,
    ...startAfter(position),
  });
  const refs = lasting.map(({ data }) => ref(accounts, data.account));
  const documents = refs.length === 0 ? [] : await snapshots.getAll(refs);
  const found = lasting.flatMap(({ id, data }, i): Found[] => {
    const { account, score, band, reason, author, from } = data;
    const result = documents[i]?.data.scores[score];
    const computed = result?.computed_band ?? null;
    if (result?.override?.id !== id || computed === null || computed === band) return [];
    const people = bandNamed(pack, score, band)?.label ?? { en: band, ja: band };
    const kind = 'override';
    const when = { on: localDay(from, pack.zone), at: from };
    return [{ account, kind, score, band: computed, people, text: reason, author, ...when }];
  });
  const last = lasting.at(-1);
  const next =
    last && lasting.length === limit
      ? { part: parts.overrides, value: last.data.until, id: last.id }
      : { part: parts.entries };
  return { found, lookedAt: lasting.length, next };
}

const startAfter = ({ value, id }: Position) =>
  id === undefined ? {} : { startAfter: { id, value: value ?? null } };

/** Judgements and answers to calls that the band of then does not fit; see `EntryDocument`. */
async function lookAtEntries(runtime: Runtime, position: Position, limit: number): Promise<Looked> {
  const stored = await runtime.snapshots.query({
    collection: entries,
    where: [{ field: 'pack', op: '==', value: runtime.pack.id }],
    orderBy: { field: 'at', direction: 'desc' },
    limit,
    ...startAfter(position),
  });
  const last = stored.length === limit ? stored.at(-1) : undefined;
  return {
    found: judged(
      runtime,
      stored.map(({ data }) => data),
    ),
    lookedAt: stored.length,
    next: last && { part: parts.entries, value: last.data.at, id: last.id },
  };
}

function judged(runtime: Runtime, entered: readonly EntryDocument[]): Found[] {
  const churn = runtime.pack.scores.find(({ purpose }) => purpose === 'churn');
  const upsell = runtime.pack.scores.find(({ purpose }) => purpose === 'upsell');
  return entered.flatMap((entry): Found[] => {
    const { account, author, at, text } = entry;
    const on = happenedOn(entry, runtime.pack.zone);
    const against = (score: Score | undefined, high: boolean | undefined, people: Label) => {
      const band = score && entry.bands[score.id];
      if (!score || band === undefined || high === undefined) return [];
      if (endOf(score, band) !== (high ? 'low' : 'high')) return [];
      const kind = entry.kind === 'assessment' ? 'assessment' : 'answer';
      return [{ account, kind, score: score.id, band, people, text, author, on, at } as const];
    };
    if (entry.kind === 'assessment') {
      const high = { low: false, high: true }[entry.value];
      return against(churn ?? runtime.pack.scores[0], high, assessmentText(entry));
    }
    if (entry.kind !== 'intervention' || !entry.answer) return [];
    const { question, value } = entry.answer;
    if (value === 'unclear') return [];
    const people = answerText(entry.answer);
    return question === 'about_to_churn'
      ? against(churn, value === 'no', people)
      : against(upsell, value === 'yes', people);
  });
}

/** Two of five bands at either end, one of two or three. */
function endOf({ bands }: Score, band: string): 'low' | 'high' | 'middle' {
  const level = bands.findIndex(({ id }) => id === band);
  const width = Math.max(1, Math.floor(bands.length * 0.4));
  if (level < 0) return 'middle';
  return level < width ? 'low' : level >= bands.length - width ? 'high' : 'middle';
}

/** What calls found out, by the band of the answer's day: whether a low score meant what it says. */
export async function getAnswers(
  runtime: Runtime,
  { score: wanted }: { score?: string | undefined },
): Promise<AnswerReport> {
  const score = scoreOf(runtime.pack, wanted);
  const bands = score.bands.map(({ id }) => id);
  const rows = await Promise.all(
    questions.map(async (question) => {
      const [all, ...inBands] = await Promise.all(
        [undefined, ...bands].map((band) => countAnswers(runtime, question, score.id, band)),
      );
      const others = answerValues.map((value) => {
        const known = inBands.reduce((sum, counts) => sum + counts[value], 0);
        return [value, (all?.[value] ?? 0) - known] as const;
      });
      const unknown = Object.fromEntries(others) as Counts;
      return [unknownBand.id, ...bands].map((band, i) => ({
        question,
        band,
        ...(inBands[i - 1] ?? unknown),
      }));
    }),
  );
  const answers = rows.flat().filter(({ yes, no, unclear }) => yes + no + unclear > 0);
  return { score: score.id, answers };
}

type Counts = Record<(typeof answerValues)[number], number>;

/** Of a band, or of all of them. */
async function countAnswers(
  { snapshots, pack }: Runtime,
  question: (typeof questions)[number],
  score: string,
  band: string | undefined,
): Promise<Counts> {
  const counts = answerValues.map(async (value) => {
    const where: Filter[] = [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'answer.question', op: '==', value: question },
      { field: 'answer.value', op: '==', value },
    ];
    if (band !== undefined) where.push({ field: `bands.${score}`, op: '==', value: band });
    return [value, await snapshots.count({ collection: entries, where })] as const;
  });
  return Object.fromEntries(await Promise.all(counts)) as Counts;
}
