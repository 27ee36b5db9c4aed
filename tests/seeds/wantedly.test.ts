/** What Wantedly tells of its score, on the demo's customers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import { kenko } from '../support/system/command-line.ts';
import { openScoredDemo, type ScoredDemo } from '../support/unit/demo-scoring.ts';

const today = '2026-03-10';

describe('a recruiting platform', () => {
  let demo: ScoredDemo;
  let results: Map<string, Map<string, HistoryRow>>;
  const of = (score: string) => [...(results.get(score)?.values() ?? [])];
  beforeAll(async () => {
    demo = await openScoredDemo({ pack: 'wantedly', accounts: 250, days: 400, today });
    results = await demo.scoreOn(today);
  });
  afterAll(() => demo.close());

  it('W1: accounts of every phase are scored, from before the contract to the renewal', () => {
    for (const phase of ['contract', 'onboarding', 'use', 'renewal']) {
      const rows = of('health').filter((row) => row.phase === phase);
      expect(rows.length, phase).toBeGreaterThan(5);
      expect(rows.filter(({ points }) => points !== null).length, phase).toBe(rows.length);
    }
  });

  it('W5, W6: four levels, all in use, from traits that people who meet customers name', () => {
    const levels = demo.pack.scores[0]?.bands.map(({ id }) => id) ?? [];
    expect(levels).toHaveLength(4);
    for (const id of levels)
      expect(of('health').filter(({ band }) => band === id).length, id).toBeGreaterThan(20);
    const measures = demo.pack.scores[0]?.scorecards[0]?.measures.map(({ metric }) => metric);
    expect(measures).toEqual(
      expect.arrayContaining([
        'jobs_public',
        'jobs_published_28d',
        'entries_28d',
        'page_views_28d',
        'profile_filled',
        'sharing_users_28d',
      ]),
    );
  });

  it('W8: in a trial run the own account comes out at full marks, and on the top level of another demo', async () => {
    expect(results.get('health')?.get('A-0001')).toMatchObject({ points: 10_000, band: 'level_4' });
    const other = await openScoredDemo({
      pack: 'wantedly',
      accounts: 20,
      days: 200,
      today: '2026-06-20',
      seed: 3,
    });
    const row = (await other.scoreOn('2026-06-20')).get('health')?.get('A-0001');
    expect(row?.band).toBe('level_4');
    await other.close();
  });

  it('W9: the approach score is another question than health', () => {
    const levelOf = (id: string) => results.get('health')?.get(id)?.band;
    const ready = of('approach').filter(({ band }) => band === 'ready' || band === 'rising');
    expect(ready.length).toBeGreaterThan(20);
    // Some wish to hire who do not use it well yet, and most who use it well are calm.
    expect(ready.some(({ account_id }) => levelOf(account_id) !== 'level_4')).toBe(true);
    const healthy = of('approach').filter(({ account_id }) => levelOf(account_id) === 'level_4');
    expect(healthy.some(({ band }) => band === 'quiet' || band === 'stirring')).toBe(true);
  });

  it('W11: NPS is shown and moves no score', async () => {
    const before = of('health').map(({ account_id, points }) => [account_id, points]);
    await demo.warehouse.transaction((connection) =>
      connection.run('UPDATE source.surveys SET score = 0 WHERE score IS NOT NULL'),
    );
    const after = (await demo.scoreOn(today)).get('health');
    expect(before).toEqual(before.map(([id]) => [id, after?.get(String(id))?.points]));
    const card = demo.pack.scores[0]?.scorecards[0];
    expect(card?.reference).toContain('nps_latest');
  });
});

describe('W2: from the warehouse to Salesforce, without a hand', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kenko-wantedly-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('W2, W4: points are assigned and synced, what changes on a later day follows by itself, and the sync can be checked', async () => {
    const at = ['--pack', 'wantedly', '--json', '--state', join(folder, 'state')];
    const first = await kenko('run', '--slot', '2026-03-10T17:00:00Z', '--accounts', '40', ...at);
    const second = await kenko('run', '--accounts', '40', ...at);
    const [one, two] = [first, second].map(({ stdout }) => JSON.parse(stdout));
    expect(one.pushed).toBe(one.changed);
    expect(two.date).toBe('2026-03-11');
    expect(two.changed).toBeGreaterThan(0);
    expect(two.changed).toBeLessThan(two.accounts);
    expect(two.pushed).toBe(two.changed);
    const checked = await kenko('reconcile', ...at);
    expect(checked.status).toBe(0);
    expect(JSON.parse(checked.stdout).compared).toBe(two.accounts);
  });
});
