/** All that people did, judged and noted of an account, and its hand-overs, in their order. */

import type { AccountLog, LogEntry } from '../../records/api/entries.ts';
import type { Collection } from '../../records/collection.ts';
import {
  type HandOverDocument,
  handOvers,
  type OverrideDocument,
  overrides,
} from '../../records/documents.ts';
import { type EntryDocument, entries, happenedOn, localDay } from '../../records/entries.ts';
import type { TickDocument } from '../../records/hand-over-ticks.ts';
import type { Runtime } from '../../runtime.ts';
import type { Pack } from '../../scorecard/language/pack/pack.ts';
import { summaryOf } from '../entries/entry-texts.ts';
import { checklistOf, ticksOf } from '../entries/hand-overs.ts';
import { bandNamed, teamNamed } from '../names.ts';
import { findAccount } from './account.ts';

const mostEntries = 1_000;

/** @throws Rejected `not-found` */
export async function getLog(runtime: Runtime, account: string): Promise<AccountLog> {
  await findAccount(runtime, account);
  return { account, entries: await readLog(runtime, account) };
}

/** @param most of each kind, the latest */
export async function readLog(
  { snapshots, pack }: Runtime,
  account: string,
  most = mostEntries,
): Promise<LogEntry[]> {
  const where = [{ field: 'account', op: '==', value: account }] as const;
  const latest = <T>(collection: Collection<T>, field: keyof T & string) =>
    snapshots.query({ collection, where, orderBy: { field, direction: 'desc' }, limit: most });
  const [entered, overridden, handed] = await Promise.all([
    latest(entries, 'at'),
    latest(overrides, 'from'),
    latest(handOvers, 'date'),
  ]);
  const ticks = await ticksOf(snapshots, handed);
  return [
    ...entered.map(({ id, data }) => logged(pack, id, data)),
    ...overridden.flatMap(({ id, data }) => overrideEntries(pack, id, data)),
    ...handed.map(({ id, data }) => handOverEntry(pack, id, data, ticks)),
  ]
    .sort(inOrder)
    .slice(-most);
}

/** By day, then by time of entry; hands change before anybody enters anything of that day. */
function inOrder(a: LogEntry, b: LogEntry): number {
  const place = ({ on, kind, at, id }: LogEntry) =>
    [on, kind === 'hand_over' ? '' : at, id] as const;
  const [of, and] = [place(a), place(b)];
  const differs = of.findIndex((part, i) => part !== and[i]);
  return differs < 0 ? 0 : (of[differs] ?? '') < (and[differs] ?? '') ? -1 : 1;
}

export function logged({ zone }: Pack, id: string, entry: EntryDocument): LogEntry {
  const { kind, at, author, text } = entry;
  return {
    id,
    kind,
    on: happenedOn(entry, zone),
    at,
    entered_on: localDay(at, zone),
    author,
    summary: summaryOf(entry),
    text,
    url: entry.kind === 'note' ? entry.url : null,
    checklist: [],
  };
}

/** That it was set, and that it was taken back. */
function overrideEntries(
  pack: Pack,
  id: string,
  { score, band, from, until, author, reason, withdrawn }: OverrideDocument,
): LogEntry[] {
  const label = bandNamed(pack, score, band)?.label ?? { en: band, ja: band };
  const end = (withdrawn?.until ?? until).slice(0, 10);
  const set: LogEntry = {
    id,
    kind: 'override',
    on: localDay(from, pack.zone),
    at: from,
    entered_on: localDay(from, pack.zone),
    author,
    summary: {
      en: `Band set to ${label.en} (until ${end})`,
      ja: `バンドを「${label.ja}」に設定（${end}まで）`,
    },
    text: reason,
    url: null,
    checklist: [],
  };
  if (!withdrawn) return [set];
  const on = localDay(withdrawn.at, pack.zone);
  const taken: LogEntry = {
    ...set,
    id: `${id}~withdrawn`,
    ...{ on, at: withdrawn.at, entered_on: on },
    author: withdrawn.author,
    summary: {
      en: `Band no longer set to ${label.en}`,
      ja: `バンド「${label.ja}」の設定を取り消し`,
    },
    text: withdrawn.reason,
  };
  return [set, taken];
}

function handOverEntry(
  pack: Pack,
  id: string,
  handOver: HandOverDocument,
  ticks: readonly TickDocument[],
): LogEntry {
  const { date, from, to, why } = handOver;
  const holder = ({ team, owner }: HandOverDocument['to'], lang: 'en' | 'ja') => {
    const name = teamNamed(pack, team).label[lang];
    return owner === null ? name : `${name} (${owner})`;
  };
  return {
    id,
    kind: 'hand_over',
    on: date,
    at: date,
    entered_on: date,
    author: null,
    summary: {
      en: `Handed over from ${holder(from, 'en')} to ${holder(to, 'en')}: ${why.en}`,
      ja: `引き継ぎ：${holder(from, 'ja')} → ${holder(to, 'ja')}（${why.ja}）`,
    },
    text: null,
    url: null,
    checklist: checklistOf(pack, id, handOver, ticks),
  };
}
