import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type AccountResult,
  accountDocumentOf,
} from '../../../functions/publish/account-document.ts';
import { unpackDetails } from '../../../functions/records/account-details.ts';
import {
  type AccountDocument,
  accountDocument,
  accountFormat,
} from '../../../functions/records/documents.ts';
import { historyEntries, historyRow } from '../../../functions/scorecard/engine/history-row.ts';
import { rulesLayout } from '../../../functions/scorecard/engine/layout.ts';
import { compareRows, explainResult } from '../../../functions/scorecard/meaning/explain.ts';
import { finishedRun } from '../../support/runs.ts';

/** What earlier releases stored of one account: rows of two days, their layout, the document by format. */
const stored = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));

const layout = rulesLayout.parse(stored('layout.json'));
/** Rows of before have nothing in the columns that came later. */
const nothing = Object.fromEntries(historyEntries.map(([name]) => [name, null]));
const keptRows = z.array(z.record(z.string(), z.unknown())).parse(stored('rows.json'));
const rows = z
  .tuple([historyRow, historyRow])
  .parse(keptRows.map((row) => ({ ...nothing, ...row })));
const account = accountDocument.parse(stored('account-1.json'));

/** The document that today's release makes of a result. */
function documentOf(given: Pick<AccountResult, 'rows' | 'before'> & { again?: AccountDocument }) {
  const { rows, before, again } = given;
  const document = accountDocumentOf({
    id: 'run-2',
    run: finishedRun({ date: '2026-02-03', rules_hash: account.rules_hash }),
    layout,
    result: { account: 'a', attributes: account.attributes, rows, before, mergedInto: null },
    latest: again,
    overrides: [],
    assignment: null,
    pack: { scores: [], worklists: { lists: [], metrics: [], hash: '' } },
    again: again !== undefined,
  });
  if (!document) throw new Error('nothing is written of an account that is there');
  return document;
}

/** Every field of a document, and of the text that its details are, once. */
function shapeOf(value: unknown, path = ''): string[] {
  const isText = typeof value === 'string' && path.endsWith('.details');
  const inner = isText ? JSON.parse(value) : value;
  if (typeof inner !== 'object' || inner === null) return [path];
  const parts = Object.entries(inner).flatMap(([key, one]) =>
    shapeOf(one, Array.isArray(inner) ? `${path}[]` : `${path}.${key}`),
  );
  return [...new Set([path, ...parts])].sort();
}

describe('what an earlier release stored', () => {
  it('is read field by field as it was: layout, rows, account', () => {
    expect(JSON.stringify(layout)).toBe(JSON.stringify(stored('layout.json')));
    expect(rows).toMatchObject(keptRows);
    expect(account).toMatchObject(stored('account-1.json') as object);
  });

  it('has details that are read, and that today’s say too, beside what came later', () => {
    const [then, now] = rows;
    const { health } = unpackDetails(account.details);
    const kept = JSON.parse(account.details).health;
    expect(health).toMatchObject(kept);
    expect(health?.explanation).toMatchObject({ band_points: null, waiting_since: null });
    expect(explainResult(layout, now)).toMatchObject(kept.explanation);
    expect(compareRows(layout, now, layout, then)).toEqual(kept.deltas);
  });

  it('is of the number that its format has: a release that changes what documents hold raises it', () => {
    const written = documentOf({ rows: [rows[1]], before: [{ row: rows[0], layout }] });
    // Whoever fails here raises `accountFormat`, and keeps a document of it beside those before.
    expect(shapeOf(written)).toEqual(shapeOf(stored(`account-${accountFormat}.json`)));
  });

  it('is written again in today’s format, and keeps what it says of the latest change', () => {
    const written = documentOf({ rows: [rows[1]], before: [], again: account });
    expect(account.format).toBe(1);
    // Of the change, all of it was counted as moved.
    const { health: score } = account.scores;
    const scores = { health: { ...score, moved: score?.change?.behaviour } };
    expect(written).toMatchObject({
      ...{ format: accountFormat, hash: `f${accountFormat}|${account.hash}` },
      ...{ date: account.date, scores, attributes: account.attributes },
    });
    const then = unpackDetails(account.details).health;
    const now = unpackDetails(written.details).health;
    expect(now).toMatchObject({ deltas: then?.deltas, reasons: then?.reasons });
    // What it did not hold: the day of a value that is awaited.
    const measures = then?.explanation.measures.map((measure) =>
      measure.state === 'missing' ? { ...measure, known_on: account.date } : measure,
    );
    expect(now?.explanation.measures).toEqual(measures);
  });

  it('has details in which a later release may say more', () => {
    const { health } = JSON.parse(account.details);
    const [measure, ...measures] = health.explanation.measures;
    const more = {
      ...health.explanation,
      later: 1,
      measures: [{ ...measure, more: 2 }, ...measures],
    };
    const later = { health: { ...health, explanation: more, other: [3] } };
    expect(unpackDetails(JSON.stringify(later))).toEqual(unpackDetails(account.details));
    const wrong = { health: { ...later.health, deltas: 4 } };
    expect(() => unpackDetails(JSON.stringify(wrong))).toThrow(/deltas/);
  });

  it('may lie beside what a later release adds', () => {
    const later = { ...layout, scores: layout.scores.map((score) => ({ ...score, later: 1 })) };
    expect(rulesLayout.parse({ ...later, later: true })).toEqual(layout);
  });
});
