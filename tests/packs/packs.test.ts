/** Every pack on its demo data: scored as people expect, and run from end to end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSummary } from '../../functions/cli/run/run-summary.ts';
import { kinds } from '../../functions/local/demo/kinds.ts';
import { entryOfRows } from '../../functions/publish/keep-days.ts';
import { yearDocument, yearPatch } from '../../functions/records/years.ts';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import { packNames } from '../../functions/wiring/deployed-files.ts';
import { kenko } from '../support/system/command-line.ts';
import { openScoredDemo, type ScoredDemo } from '../support/unit/demo-scoring.ts';

const today = '2026-03-10';
describe.each(packNames())('the demo of %s', (name) => {
  let demo: ScoredDemo;
  let results: Map<string, Map<string, HistoryRow>>;
  beforeAll(async () => {
    demo = await openScoredDemo({ pack: name, accounts: 250, days: 400, today });
    results = await demo.scoreOn(today);
  });
  afterAll(() => demo.close());

  const of = (score: string): HistoryRow[] => [...(results.get(score)?.values() ?? [])];

  it('uses every band', () => {
    for (const { id, bands } of demo.pack.scores)
      for (const band of bands)
        expect(of(id).filter((row) => row.band === band.id).length, band.id).toBeGreaterThan(2);
  });

  it('has data for every measure, which earns different points', () => {
    for (const { id, scorecards } of demo.pack.scores)
      for (const card of scorecards) {
        const rows = of(id).filter(({ scorecard }) => scorecard === card.id);
        for (const [i, measure] of card.measures.entries()) {
          const earned = rows.map((row) => row.earned_points[i]).filter((points) => points !== -1);
          expect(new Set(earned).size, `${card.id}.${measure.id}`).toBeGreaterThan(1);
        }
      }
  });

  it('keeps a day within 60 bytes a score, whatever moved it', () => {
    const accounts = new Set(
      demo.pack.scores.flatMap(({ id }) => [...(results.get(id)?.keys() ?? [])]),
    );
    for (const account of accounts) {
      const rows = demo.pack.scores.flatMap(({ id, scale }) => {
        const row = results.get(id)?.get(account);
        const most = { before_date: '2025-12-31', before_points: 0, change_rules: -scale };
        const parts = { change_phase: scale, change_data: -scale, change_behaviour: scale - 1 };
        return row ? [{ ...row, ...most, ...parts }] : [];
      });
      const { days } = yearDocument.parse(yearPatch('2026', { [today]: entryOfRows(rows) }));
      const [[field = '', text = ''] = []] = Object.entries(days);
      const bytes = Buffer.byteLength(field) + 1 + Buffer.byteLength(text) + 1;
      expect(bytes, `${account}: ${text}`).toBeLessThanOrEqual(60 * rows.length);
    }
  });

  // The shop's exemplars are real customers, and its demo is of people who have bought.
  if (!kinds.has(name)) return;

  it('has accounts in every phase', () => {
    const [main] = demo.pack.scores;
    const phases = new Set(of(main?.id ?? '').map(({ phase }) => phase));
    // Customers of the demo leave on the day their contract ends.
    const others = demo.pack.phases.filter(({ id }) => id !== 'ended');
    expect(phases).toEqual(new Set(others.map(({ id }) => id)));
  });

  it('has its exemplars in their bands', () => {
    for (const { account, score, atLeast, atMost } of demo.pack.exemplars) {
      const bands =
        demo.pack.scores.find(({ id }) => id === score)?.bands.map(({ id }) => id) ?? [];
      const place = bands.indexOf(results.get(score)?.get(account)?.band ?? '');
      expect(place, account).toBeGreaterThanOrEqual(atLeast === null ? 0 : bands.indexOf(atLeast));
      if (atMost !== null) expect(place, account).toBeLessThanOrEqual(bands.indexOf(atMost));
    }
  });
});

describe.each(packNames())('kenko run --pack %s', (name) => {
  it('runs from the data to Salesforce, and its rules pass their check on the results', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-pack-'));
    const state = ['--state', join(folder, 'state')];
    try {
      const slot = '2026-03-10T17:00:00Z';
      const run = await kenko(
        ...['run', '--pack', name, '--slot', slot, '--accounts', '40', '--json', ...state],
      );
      expect(run.stderr).not.toContain('"severity":"ERROR"');
      const summary = runSummary.parse(JSON.parse(run.stdout));
      expect(summary).toMatchObject({ state: 'finished', parked: 0 });
      expect(summary.pushed).toBe(summary.changed);
      const differing = await kenko('reconcile', '--pack', name, '--json', ...state);
      expect(differing.status).toBe(0);
      const lists = await kenko('worklist', '--pack', name, '--json', ...state);
      for (const list of JSON.parse(lists.stdout) as { id: string; accounts: number }[])
        expect(list.accounts, list.id).toBeGreaterThan(0);
      const check = await kenko('rules', 'check', `rules/${name}`, '--json', ...state);
      expect(check.status, check.stdout).toBe(0);
      expect(JSON.parse(check.stdout)).toMatchObject({ pack: name, passed: true });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
