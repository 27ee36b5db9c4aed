/** Kills a run at each of its effects and compares what it comes to with an undisturbed one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ref } from '../../../functions/records/collection.ts';
import { overrides } from '../../../functions/records/documents.ts';
import { useRuntime } from '../../../functions/wiring/deployed.ts';
import { finalState } from './final-state.ts';
import { type Kill, killable } from './killable.ts';
import { openTestSystem, type TestSystem } from './test-system.ts';
import { createWorld, execute, lateRows, leave, nextDay } from './tiny-data.ts';

/** What happens to the world, and then what the system does about it. */
interface Step {
  name: string;
  /** When it acts; also the slot of a run. */
  at: string;
  before: (system: TestSystem) => Promise<void>;
  /** Asked for again after a kill, as Cloud Scheduler does. */
  act: (system: TestSystem) => Promise<unknown>;
}

const run = (at: string, body: object = {}): Pick<Step, 'at' | 'act'> => ({
  at,
  act: (system) => system.score(at, body),
});
const nothing = async (): Promise<void> => undefined;

const steps: readonly Step[] = [
  { name: 'the first run', ...run('2026-03-01T17:00:00Z'), before: createWorld },
  {
    name: 'the next day, with an override',
    ...run('2026-03-02T17:00:00Z'),
    before: async (system) => {
      await nextDay(system, '2026-03-02');
      await system.runtime.snapshots.create(ref(overrides, 'o-1'), {
        pack: 'tiny',
        account: 'a5',
        score: 'health',
        band: 'red',
        reason: 'The sponsor has left.',
        author: 'csm@example.com',
        from: '2026-03-02T00:00:00Z',
        until: '2026-03-04T00:00:00Z',
        withdrawn: null,
      });
    },
  },
  {
    name: 'a revision with late rows',
    ...run('2026-03-02T18:00:00Z'),
    before: (system) => lateRows(system, '2026-03-02'),
  },
  {
    name: 'a day on which an account leaves',
    ...run('2026-03-03T17:00:00Z'),
    before: async (system) => {
      await nextDay(system, '2026-03-03');
      await leave(system, 'a7', '2026-03-03T06:00:00Z');
    },
  },
  {
    name: 'the sweep that ends an override',
    at: '2026-03-04T00:10:00Z',
    before: nothing,
    act: (system) => system.sweep('2026-03-04T00:10:00Z'),
  },
  {
    name: 'the backfill of a date',
    ...run('2026-03-04T01:00:00Z', { backfill: '2026-03-02' }),
    before: (system) => execute(system, ["DELETE FROM score_history WHERE date = '2026-03-02'"]),
  },
  {
    name: 'the day after',
    ...run('2026-03-04T17:00:00Z'),
    before: async (system) => {
      await nextDay(system, '2026-03-04');
      await lateRows(system, '2026-03-04');
    },
  },
  {
    name: 'a revision on the same data',
    ...run('2026-03-04T18:00:00Z'),
    before: nothing,
  },
];

interface Prepared {
  /** State in which the step begins. */
  folder: string;
  /** What changes something in the undisturbed run, in order. */
  calls: string[];
  /** Where the undisturbed run ends. */
  expected: Record<string, unknown>;
}

/** Takes the steps undisturbed, keeping the state before each. */
async function prepare(folder: string): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  let from: string | undefined;
  for (const [index, step] of steps.entries()) {
    const start = join(folder, `before-${index}`);
    const setUp = await openTestSystem(from === undefined ? {} : { from });
    await step.before(setUp);
    await setUp.closeInto(start);

    const system = await openTestSystem({ from: start, now: step.at });
    const process = killable(system.runtime, undefined);
    useRuntime(process.runtime);
    await step.act(system);
    await system.settle();
    const expected = await finalState(system);
    from = join(folder, `after-${index}`);
    await system.closeInto(from);
    prepared.push({ folder: start, calls: process.calls, expected });
  }
  return prepared;
}

/** Takes one step in a process that dies, then in one that lives. */
async function takeKilled(start: string, step: Step, kill: Kill): Promise<Record<string, unknown>> {
  const system = await openTestSystem({ from: start, now: step.at });
  try {
    const doomed = killable(system.runtime, kill);
    useRuntime(doomed.runtime);
    await step.act(system).catch(() => undefined);
    while (!doomed.dead && system.busy()) await system.clock.sleep(1);
    if (!doomed.dead) throw new Error(`nothing died at effect ${kill.at}`);
    useRuntime(system.runtime);
    await step.act(system);
    await system.settle();
    return await finalState(system);
  } finally {
    await system.close();
  }
}

/**
 * Kills a process after each of its effects, before anybody hears of it, and once before the
 * first: between two effects nothing else happens that could be lost.
 * @param share which steps: those whose number leaves `share.rest` when divided by `share.of`
 */
export function describeKilled(share: { rest: number; of: number }): void {
  describe('a process that dies', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-kill-'));
    let prepared: Prepared[] = [];
    beforeAll(async () => {
      prepared = await prepare(folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('has at least 200 effects to die at', () => {
      const effects = prepared.reduce((sum, { calls }) => sum + calls.length, 0);
      expect(effects).toBeGreaterThanOrEqual(200);
    });

    for (const [index, step] of steps.entries()) {
      if (index % share.of !== share.rest) continue;
      it(`at any of them, ends as an undisturbed one does: ${step.name}`, async () => {
        const { folder: start, calls, expected } = prepared[index] ?? unprepared(step);
        const kills: Kill[] = [
          { at: 0, moment: 'before' },
          ...calls.map((_, at): Kill => ({ at, moment: 'after' })),
        ];
        for (const kill of kills) {
          const state = await takeKilled(start, step, kill);
          expect(state, `killed ${kill.moment} effect ${kill.at}, ${calls[kill.at]}`).toEqual(
            expected,
          );
        }
      }, 300_000);
    }
  });
}

function unprepared(step: Step): never {
  throw new Error(`${step.name} was not prepared`);
}
