/** Where people and score disagree: what the next review of the rules should look at. */

import type { AnswerReport, Disagreement, DisagreementList } from '../../records/api/entries.ts';
import { ref } from '../../records/collection.ts';
import { type AccountDocument, accounts, overrides } from '../../records/documents.ts';
import { type EntryDocument, entries, happenedOn, localDay } from '../../records/entries.ts';
import type { Runtime } from '../../runtime.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import type { Score } from '../../scorecard/language/pack/pack.ts';
import { answerText, assessmentText } from '../entries/entry-texts.ts';
import { bandNamed, scoreOf } from '../names.ts';
import { nameOf } from './list.ts';

/** Entries and overrides that are looked at, the newest. */
const mostLookedAt = 2_000;

export async function listDisagreements(runtime: Runtime): Promise<DisagreementList> {
  const found = [...(await overridden(runtime)), ...(await judged(runtime))];
  const ids = [...new Set(found.map(({ account }) => account))];
  const stored = await runtime.snapshots.getAll(ids.map((id) => ref(accounts, id)));
  const documents = new Map(stored.flatMap((one) => (one ? [[one.id, one.data]] : [])));
  const disagreements = found.map((one): Disagreement => {
    const document: AccountDocument | undefined = documents.get(one.account);
    return { ...one, name: document ? nameOf(document) : null };
  });
  return { disagreements: disagreements.sort(newestFirst) };
}

const newestFirst = (a: Disagreement, b: Disagreement): number =>
  a.on === b.on ? (a.at < b.at ? 1 : -1) : a.on < b.on ? 1 : -1;

type Found = Omit<Disagreement, 'name'>;

/** Overrides in force that say another band than the one computed. */
async function overridden({ snapshots, pack, clock }: Runtime): Promise<Found[]> {
  const lasting = await snapshots.query({
    collection: overrides,
    where: [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'until', op: '>', value: clock.now().toISOString() },
    ],
    orderBy: { field: 'until', direction: 'asc' },
    limit: mostLookedAt,
  });
  const refs = lasting.map(({ data }) => ref(accounts, data.account));
  const documents = refs.length === 0 ? [] : await snapshots.getAll(refs);
  return lasting.flatMap(({ id, data }, i): Found[] => {
    const { account, score, band, reason, author, from } = data;
    const result = documents[i]?.data.scores[score];
    const computed = result?.computed_band ?? null;
    if (result?.override?.id !== id || computed === null || computed === band) return [];
    const people = bandNamed(pack, score, band)?.label ?? { en: band, ja: band };
    const kind = 'override';
    const when = { on: localDay(from, pack.zone), at: from };
    return [{ account, kind, score, band: computed, people, text: reason, author, ...when }];
  });
}

/** Judgements and answers to calls that the band of then does not fit; see `EntryDocument`. */
async function judged(runtime: Runtime): Promise<Found[]> {
  const churn = runtime.pack.scores.find(({ purpose }) => purpose === 'churn');
  const upsell = runtime.pack.scores.find(({ purpose }) => purpose === 'upsell');
  return (await entered(runtime)).flatMap((entry): Found[] => {
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

async function entered({ snapshots, pack }: Runtime): Promise<EntryDocument[]> {
  const stored = await snapshots.query({
    collection: entries,
    where: [{ field: 'pack', op: '==', value: pack.id }],
    orderBy: { field: 'at', direction: 'desc' },
    limit: mostLookedAt,
  });
  return stored.map(({ data }) => data);
}

/** What calls found out, by the band of the answer's day: whether a low score meant what it says. */
export async function getAnswers(
  runtime: Runtime,
  { score: wanted }: { score?: string | undefined },
): Promise<AnswerReport> {
  const score = scoreOf(runtime.pack, wanted);
  const counted = new Map<string, AnswerReport['answers'][number]>();
  for (const entry of await entered(runtime)) {
    if (entry.kind !== 'intervention' || !entry.answer) continue;
    const { question, value } = entry.answer;
    const band = entry.bands[score.id] ?? 'unknown';
    const key = `${question} ${band}`;
    const row = counted.get(key) ?? { question, band, yes: 0, no: 0, unclear: 0 };
    row[value] += 1;
    counted.set(key, row);
  }
  const place = ({ band }: { band: string }) => score.bands.findIndex(({ id }) => id === band);
  const answers = [...counted.values()].sort((a, b) =>
    a.question === b.question ? place(a) - place(b) : a.question < b.question ? -1 : 1,
  );
  return { score: score.id, answers };
}
