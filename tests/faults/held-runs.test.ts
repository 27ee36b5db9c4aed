import { afterEach, describe, expect, it } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { getJson, postJson } from '../../functions/cli/session/http-client.ts';
import { runAnswer } from '../../functions/records/api/runs.ts';
import { ref } from '../../functions/records/collection.ts';
import { packs, type RunDocument, runs } from '../../functions/records/run-documents.ts';
import { heldDays } from '../../functions/runs/held-runs.ts';
import { sweep } from '../../functions/sweep/sweep.ts';
import { finalState } from '../support/system/final-state.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import {
  accountIds,
  createWorld,
  execute,
  furtherAccounts,
  furtherIds,
  lateRows,
  nextDay,
  usage,
} from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const monday = '2026-03-01T17:00:00Z';
const tuesday = '2026-03-02T17:00:00Z';
const tuesdayAgain = '2026-03-02T18:00:00Z';
const wednesday = '2026-03-03T17:00:00Z';
const decision = { author: 'ops@example.com', reason: 'A campaign ended.' };

let system: TestSystem;
afterEach(() => system.close());

async function stored(id: string): Promise<RunDocument> {
  const found = await system.runtime.snapshots.get(ref(runs, id));
  if (!found) throw new Error(`run ${id} is not stored`);
  return found.data;
}

/** Nobody used anything for a week: every account falls. */
async function massChange(date: string): Promise<void> {
  await execute(system, [
    'DELETE FROM source.usage_daily',
    ...[...accountIds, ...furtherIds].map((id) => usage(id, date, 0, 0)),
  ]);
}

async function begin(): Promise<RunDocument & { id: string }> {
  const pack = tinyPackFiles().get('rules/tiny/pack.yaml');
  const files = tinyPackFiles({ 'rules/tiny/pack.yaml': `${pack}breaker: { share: 0.3 }\n` });
  system = await openTestSystem({ files });
  await createWorld(system);
  await furtherAccounts(system);
  return system.run(monday);
}

async function hold(): Promise<{ held: RunDocument & { id: string }; before: object }> {
  await begin();
  const before = await visible();
  await massChange('2026-03-02');
  return { held: await system.run(tuesday), before };
}

/** What people see: nothing of runs. */
async function visible(): Promise<object> {
  const { runs: _, current: __, ...rest } = await finalState(system);
  return rest;
}

const decide = (id: string, action: string, body: object = decision) =>
  postJson(`${system.url('api')}/v1/runs/${id}/${action}`, body);

describe('a run in which too many accounts change band', () => {
  it('is held: nothing becomes visible, the operator is told, the lease is free', async () => {
    const { held, before } = await hold();
    expect(held).toMatchObject({ state: 'held', failure: { code: 'mass-change' } });
    expect(held.failure?.message).toMatch(
      /^\d+ of the 12 accounts shown on 2026-03-01 would change \(\d+\s?%\): 0 gone, \d+ in another band, 0 not known any more; the pack allows 30\s?% in one run\.$/,
    );
    const { shown, gone, band_changed: changed, unknown } = held.moves ?? {};
    expect([shown, gone, unknown]).toEqual([12, 0, 0]);
    expect(held.failure?.message).toContain(`${changed} of the 12`);
    expect(await visible()).toEqual(before);
    const told = system.entries.filter(({ event }) => event === 'run-held');
    expect(told).toMatchObject([{ severity: 'ERROR', run: held.id, held: 1 }]);
    const holder = await system.runtime.snapshots.get(ref(packs, 'tiny'));
    expect(holder?.data.lease).toBeNull();
  });

  it('does not hold the first run of a pack, nor one that changes little', async () => {
    expect((await begin()).state).toBe('finished');
    await nextDay(system, '2026-03-02');
    expect((await system.run(tuesday)).state).toBe('finished');
  });

  it('goes on where it was held when it is released, and keeps who decided', async () => {
    const { held } = await hold();
    const answer = runAnswer.parse(await decide(held.id, 'release'));
    expect(answer.decision).toMatchObject({ action: 'release', ...decision });
    await system.settle();
    const state = await finalState(system);
    const { state: ended, changed } = await stored(held.id);
    expect(ended).toBe('finished');
    expect(changed).toBeGreaterThan(5);
    const written = (state.accounts as { run: string }[]).filter(({ run }) => run === held.id);
    expect(written).toHaveLength(changed ?? 0);
    expect(state.current).toMatchObject([{ current: { run: held.id }, leased: false }]);
    expect(state.deadLetters).toEqual([]);
    // Said twice, it is done once.
    await decide(held.id, 'release');
    await system.settle();
    expect(await finalState(system)).toEqual(state);
  });

  it('leaves nothing behind when it is discarded, and the next day goes on from before', async () => {
    const { held, before } = await hold();
    await decide(held.id, 'discard');
    await system.settle();
    expect((await stored(held.id)).state).toBe('discarded');
    expect(await visible()).toEqual(before);
    const suffix = `${held.id.replaceAll('-', '_')}_${held.attempt}`;
    for (const table of [`staging_${suffix}`, `run_inputs_${suffix}`]) {
      expect(await system.warehouse.describe(table)).toBeUndefined();
    }
    await expect(decide(held.id, 'release')).rejects.toThrow(/is discarded; only a held run/);
    const next = await system.run(wednesday);
    expect(next.before_date).toBe('2026-03-01');
  });

  it('cannot be released once a newer run is closed, and sweep ends it', async () => {
    const { held } = await hold();
    await execute(system, ['DELETE FROM source.usage_daily']);
    await execute(
      system,
      [...accountIds, ...furtherIds].flatMap((id, i) =>
        Array.from(
          { length: 7 },
          (_, day) =>
            `INSERT INTO source.usage_daily VALUES ('${id}', '2026-03-0${day < 3 ? 3 - day : 1}', ${i}, ${8 * i}, 1, 0, '2026-03-03T14:00:00Z')`,
        ),
      ),
    );
    const next = await system.run(wednesday);
    if (next.state === 'held') await decide(next.id, 'release');
    await system.settle();
    await expect(decide(held.id, 'release')).rejects.toThrow(/is newer and closed already/);
    await sweep(system.runtime);
    await system.settle();
    expect((await stored(held.id)).state).toBe('superseded');
  });

  it('is discarded after seven days, with an alert', async () => {
    const { held, before } = await hold();
    await system.clock.advance(heldDays * dayMs - 3_600_000);
    await sweep(system.runtime);
    expect((await stored(held.id)).state).toBe('held');
    await system.clock.advance(3_600_000);
    await sweep(system.runtime);
    await system.settle();
    expect((await stored(held.id)).state).toBe('discarded');
    expect(system.entries.filter(({ event }) => event === 'run-expired')).toMatchObject([
      { severity: 'ERROR', run: held.id },
    ]);
    expect(await visible()).toEqual(before);
  });

  it('is compared with the last closed run: what was released is not held every hour', async () => {
    const { held } = await hold();
    await decide(held.id, 'release');
    await system.settle();
    await lateRows(system, '2026-03-02');
    const revision = await system.run(tuesdayAgain);
    expect(revision).toMatchObject({ state: 'finished', revision: 2 });
  });

  it('is decided only by somebody who says who they are and why', async () => {
    const { held } = await hold();
    await expect(decide(held.id, 'release', { author: 'a' })).rejects.toThrow(/reason/);
    await expect(decide('no-such-run', 'release')).rejects.toThrow('There is no run');
    const answer = runAnswer.parse(await getJson(`${system.url('api')}/v1/runs/${held.id}`));
    expect(answer).toMatchObject({ state: 'held', decision: null });
  });
});
