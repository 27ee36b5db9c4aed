import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snapshotsOf } from '../../../functions/publish/convert-snapshots.ts';
import type { Collection } from '../../../functions/records/collection.ts';
import { parsedDocument } from '../../../functions/records/document-rules.ts';
import { accounts, crmAccounts, reconciliations } from '../../../functions/records/documents.ts';
import { queues } from '../../../functions/records/messages.ts';
import {
  calendars,
  days,
  packs,
  runs,
  shardsOf,
} from '../../../functions/records/run-documents.ts';
import {
  episodes,
  knownSignals,
  movedBy,
  signalDocuments,
} from '../../../functions/records/signal-documents.ts';
import { daysIn, openingOf, type YearDocument, yearsOf } from '../../../functions/records/years.ts';

interface Kept {
  id: string;
  data: Record<string, unknown>;
}

/** One document of every collection, as the first release that had it wrote it. */
const released: Record<string, Kept> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'documents.json'), 'utf8'),
);

const collections: Record<string, Collection<unknown>> = {
  accounts,
  'accounts/*/snapshots': snapshotsOf('a'),
  'accounts/*/years': yearsOf('a'),
  calendars,
  crm: crmAccounts,
  days,
  episodes,
  known_signals: knownSignals,
  packs,
  reconciliations,
  runs,
  'runs/*/shards': shardsOf('r', { attempt: 1 }),
  signals: signalDocuments,
};

/** Collections whose documents are modified in place. */
const inPlace = ['crm', 'episodes', 'packs', 'runs', 'runs/*/shards'];

const read = (path: string, data: unknown): unknown =>
  parsedDocument(collections[path] as Collection<unknown>, 'id', data);

/** With a field more in every map of it, as a later release may write. */
function later(value: unknown, path: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((one) => later(one, path));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.entries(value).map(([key, one]) => [key, later(one, [...path, key])]);
  // Maps by id or name have no fields of their own.
  const isMap = ['attributes', 'metrics', 'worklists', 'scores', 'trend_dates'].concat(
    ...['days', 'names', 'closed'],
    ...['group_ages', 'reached', 'written', 'shown', 'fields', 'milestones'],
  );
  if (isMap.includes(path.at(-1) ?? '')) return Object.fromEntries(inner);
  return { ...Object.fromEntries(inner), later_field: { of: 'the next release' } };
}

describe('documents of another release', () => {
  it('are of every collection that runs depend on', () => {
    expect(Object.keys(released).sort()).toEqual(Object.keys(collections).sort());
  });

  it.each(Object.keys(collections))('of the first one are read, as they were: %s', (path) => {
    const { data } = released[path] as Kept;
    expect(read(path, data)).toMatchObject(data);
  });

  it.each(Object.keys(collections))('of the next one are read without what is new: %s', (path) => {
    const { data } = released[path] as Kept;
    const found = read(path, later(data)) as Record<string, unknown>;
    const { later_field: kept, ...rest } = found;
    expect(rest).toEqual(read(path, data));
    // What is modified in place keeps it; what is written whole would keep what nobody computes.
    expect(kept).toEqual(inPlace.includes(path) ? { of: 'the next release' } : undefined);
  });

  it('have days that are read as they were written: years', () => {
    const year = read('accounts/*/years', released['accounts/*/years']?.data) as YearDocument;
    const health = { scorecard: 'all', version: '1.0.0', rules_hash: '53cd2c7adbac9023' };
    const change = { since: '2026-03-01', rules: 0, phase: 0, data: 0, behaviour: 4_000 };
    expect(daysIn('2026', year)).toMatchObject([
      { entry: { health: { ...health, points: 4_000, band: 'yellow', change: null } } },
      { entry: { health: { ...health, points: 8_000, band: 'green', change } } },
    ]);
    expect(openingOf(year)).toBe('nothing');
  });

  it('have no end where none was kept of them: what a switch moved', () => {
    expect(parsedDocument(movedBy('p'), 'id', { run: 'r', moved: [] })).toEqual({
      run: 'r',
      moved: [],
    });
  });

  it('are still refused where a field that is known is wrong', () => {
    const { data } = released.packs as Kept;
    const wrong = { ...data, next_token: 'seven', later_field: 1 };
    expect(() => read('packs', wrong)).toThrow(/packs\/id is malformed/);
  });
});

describe('messages of another release', () => {
  it.each([
    ['score-shards', { run: 'r', shard: 1 }],
    ['publish-shards', { run: 'r', shard: 1 }],
    ['accounts-changed', { pack: 'p', run: 'r', accounts: ['a'] }],
    ['signals-changed', { pack: 'p', accounts: ['a'] }],
    ['signals-changed', { pack: 'p', digest: '2026-03-01' }],
  ] as const)('are read without what is new: %s', (queue, body) => {
    expect(queues[queue].parse({ ...body, later_field: 1 })).toEqual(body);
  });
});
