import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { unpackDetails } from '../../../functions/records/account-details.ts';
import { accountDocument } from '../../../functions/records/documents.ts';
import { historyEntries, historyRow } from '../../../functions/scorecard/engine/history-row.ts';
import { rulesLayout } from '../../../functions/scorecard/engine/layout.ts';
import { compareRows, explainResult } from '../../../functions/scorecard/meaning/explain.ts';

/** What an earlier release stored of one account: rows of two days, their layout, the document. */
const stored = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));

const layout = rulesLayout.parse(stored('layout.json'));
/** Rows of before have nothing in the columns that came later. */
const nothing = Object.fromEntries(historyEntries.map(([name]) => [name, null]));
const keptRows = z.array(z.record(z.string(), z.unknown())).parse(stored('rows.json'));
const rows = z
  .tuple([historyRow, historyRow])
  .parse(keptRows.map((row) => ({ ...nothing, ...row })));
const account = accountDocument.parse(stored('account.json'));

describe('what an earlier release stored', () => {
  it('is read field by field as it was: layout, rows, account', () => {
    expect(JSON.stringify(layout)).toBe(JSON.stringify(stored('layout.json')));
    expect(rows).toMatchObject(keptRows);
    expect(account).toMatchObject(stored('account.json') as object);
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

  it('may lie beside what a later release adds', () => {
    const later = { ...layout, scores: layout.scores.map((score) => ({ ...score, later: 1 })) };
    expect(rulesLayout.parse({ ...later, later: true })).toEqual(layout);
  });
});
