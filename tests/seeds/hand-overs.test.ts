/** Who looks after an account, in the packs whose companies tell of it: one for good, or at milestones. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { accountLog } from '../../functions/records/api/entries.ts';
import { handOvers } from '../../functions/records/documents.ts';
import { openPackAtWork, type PackAtWork } from '../support/seeds/pack-at-work.ts';
import { kenko } from '../support/system/command-line.ts';

let work: PackAtWork;
let closed = false;
afterEach(async () => {
  if (!closed) await work.close();
  closed = false;
});

const handedOver = async () =>
  (await work.runtime.snapshots.query({ collection: handOvers, limit: 500 })).map(
    ({ data }) => data,
  );

it('D3: an owner stays from start to end, whatever becomes of size, phase and score', async () => {
  work = await openPackAtWork({ pack: 'dropbox', accounts: 60, today: '2026-03-03' });
  await work.run('2026-03-03');
  const before = await work.documents();
  const teams = new Map<string, Set<unknown>>();
  for (const { assignment, attributes } of before.values()) {
    const team = assignment?.team.id ?? 'none';
    teams.set(team, (teams.get(team) ?? new Set()).add(attributes.segment));
  }
  // By size: each team has sizes of its own.
  expect([...teams.keys()].sort()).toEqual(['large', 'medium', 'small']);
  expect(teams.get('large')).toEqual(new Set(['enterprise']));
  await work.run('2026-04-14', [
    "UPDATE source.accounts SET segment = CASE segment WHEN 'enterprise' THEN 'smb' ELSE 'enterprise' END",
  ]);
  const after = await work.documents();
  const both = [...after].filter(([id]) => before.has(id));
  expect(both.some(([id, { phase }]) => before.get(id)?.phase !== phase)).toBe(true);
  expect(
    both.some(([id, { scores }]) => before.get(id)?.scores.health?.band !== scores.health?.band),
  ).toBe(true);
  for (const [id, { assignment }] of both) {
    expect(assignment?.owner, id).toBe(before.get(id)?.assignment?.owner);
    expect(assignment?.team.id, id).toBe(before.get(id)?.assignment?.team.id);
  }
  expect(await handedOver()).toEqual([]);
});

it('S7: large employers have their team before the order, and a hand-over asks what sales has to find out', async () => {
  work = await openPackAtWork({ pack: 'smarthr', accounts: 120, today: '2026-03-03' });
  await work.run('2026-03-03');
  const early = [...(await work.documents()).values()].filter(({ phase }) => phase === 'handover');
  const large = early.filter(({ attributes }) => attributes.segment === 'enterprise');
  expect(large.length).toBeGreaterThan(0);
  for (const { assignment } of large)
    expect(assignment).toMatchObject({ team: { id: 'enterprise' }, owner: expect.any(String) });
  await work.run('2026-03-10');
  await work.run('2026-03-17');
  const records = await handedOver();
  expect(records.length).toBeGreaterThan(0);
  for (const { occasion, from, to, checklist } of records) {
    expect(occasion).toBe('phase');
    expect(from.team).not.toBe(to.team);
    expect(checklist.map(({ id }) => id)).toEqual(['schedule', 'csm', 'goal', 'missing']);
  }
});

it('P4: the road to the contract is handed over when it begins to be used, and stays in the log', async () => {
  work = await openPackAtWork({ pack: 'plaid', accounts: 120, today: '2026-03-03' });
  // Six weeks at once would change half of the bands, and be held.
  for (const day of ['2026-03-03', '2026-03-17', '2026-03-31', '2026-04-14']) await work.run(day);
  const [record] = await handedOver();
  expect(record?.checklist.map(({ label }) => label.ja)).toContain('契約までの経緯');
  const { entries } = accountLog.parse(await work.get(`/v1/accounts/${record?.account}/log`));
  const logged = entries.find(({ kind }) => kind === 'hand_over');
  expect(logged?.checklist.map(({ id }) => id)).toEqual(['road', 'meeting', 'goal']);

  // After the meeting, whoever was there says so.
  const state = mkdtempSync(join(tmpdir(), 'kenko-hand-overs-'));
  try {
    await work.closeInto(join(state, 'plaid'));
    closed = true;
    const at = ['--pack', 'plaid', '--state', state, '--json'];
    const open = JSON.parse((await kenko('hand-overs', '--open', ...at)).stdout);
    const { id } = open.find(({ account }: { account: string }) => account === record?.account);
    const ticked = await kenko('hand-overs', 'tick', id, 'meeting', '--author', 'csm', ...at);
    expect(JSON.parse(ticked.stdout).checklist).toContainEqual(
      expect.objectContaining({ id: 'meeting', state: 'done' }),
    );
  } finally {
    rmSync(state, { recursive: true });
  }
});
