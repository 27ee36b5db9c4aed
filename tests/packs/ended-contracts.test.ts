/** What every pack with contracts makes of a customer whose contract ended. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scoreOnData } from '../../functions/own-data/rules-data.ts';
import type { HistoryRow } from '../../functions/scorecard/engine/history-row.ts';
import type { CelRow } from '../../functions/scorecard/language/cel/expressions.ts';
import { type Pack, parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { assign } from '../../functions/scorecard/meaning/routing.ts';
import { shownRow } from '../../functions/scorecard/meaning/shown-row.ts';
import { heldSignals } from '../../functions/scorecard/meaning/signals.ts';
import { entriesOf } from '../../functions/scorecard/meaning/worklists.ts';
import { packNames, readPackFiles, repositoryRoot } from '../../functions/wiring/deployed-files.ts';

const folder = join(repositoryRoot(), 'tests/support/fixtures/ended-contract');
const asOf = '2026-03-28T15:00:00Z';
const withContracts = packNames().filter((name) => name !== 'retail');

interface Results {
  of(account: string): HistoryRow[];
  shown(account: string): CelRow;
}

/** Results by account, one row per score, and what worklists and routing read of each. */
async function results(pack: Pack): Promise<Results> {
  const [scored] = await scoreOnData([pack], { folder, asOf });
  if (!scored) throw new Error('nothing was scored');
  const rows = new Map<string, HistoryRow[]>();
  for (const row of [...scored.rows.values()].flat())
    rows.set(row.account_id, [...(rows.get(row.account_id) ?? []), row]);
  const of = (account: string) => rows.get(account) ?? [];
  return { of, shown: (account: string) => shownRow(scored.layout, of(account), {}) };
}

describe.each(withContracts)('the pack %s', (name) => {
  const pack = parsePack(readPackFiles(name));
  const [, first] = pack.phases;
  let of: Results['of'];
  let shown: Results['shown'];
  beforeAll(async () => {
    ({ of, shown } = await results(pack));
  });

  it('case 07: a contract that ended is a phase of its own, without score, list or team for the new', () => {
    for (const row of of('churned'))
      expect(row).toMatchObject({ phase: 'ended', scorecard: null, points: null, band: null });
    expect(of('churned')).toHaveLength(pack.scores.length);
    expect(entriesOf(pack.worklists.lists, shown('churned'))).toEqual({});
    if (pack.routing) {
      const { team } = assign(
        pack.routing,
        'churned',
        shown('churned'),
        null,
        '2026-03-28',
      ).assignment;
      expect(['onboarding', 'start', 'growth']).not.toContain(team.id);
    }
    // A trial is none that ended, and of two contracts the one that goes on counts.
    expect(of('trialer')[0]).toMatchObject({ phase: first?.id });
    expect(of('multi')[0]?.phase).toBe(of('active')[0]?.phase);
    expect(of('multi')[0]?.band).not.toBeNull();
  });

  it('case 07: of several contracts the next renewal counts, and one that passed only alone', () => {
    if (pack.groups.some(({ metrics }) => metrics.some(({ id }) => id === 'days_to_renewal'))) {
      const days = (account: string) => shown(account).metrics.days_to_renewal;
      expect([days('multi'), days('lapsed'), days('churned')]).toEqual([278, -27, undefined]);
    }
  });

  it('case 07: whoever looked after the account stays when the contract ends', () => {
    if (!pack.routing || pack.routing.milestones.length === 0) return;
    const before = assign(pack.routing, 'active', shown('active'), null, '2026-03-27').assignment;
    const after = assign(pack.routing, 'active', shown('churned'), before, '2026-03-28');
    expect(after.assignment.team).toEqual(before.team);
  });

  it('case 07: every signal ends with the contract, and none begins', () => {
    const states = pack.signals?.states ?? [];
    const held = new Set(states.map(({ id }) => id));
    const inputs = {
      account: { phase: 'ended' },
      now: new Map(),
      metrics: {},
      lateMetrics: () => new Set<string>(),
      past: () => ({ results: new Map(), metrics: {}, moved: new Map() }),
    };
    const bands = (score: string) =>
      pack.scores.find(({ id }) => id === score)?.bands.map(({ id }) => id) ?? [];
    expect(heldSignals(states, inputs, bands, held)).toEqual([]);
    expect(heldSignals(states, inputs, bands, new Set())).toEqual([]);
  });
});
