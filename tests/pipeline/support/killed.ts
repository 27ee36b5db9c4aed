/** Kills a run at each of its effects and compares what it comes to with an undisturbed one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ref } from '../../../functions/records/collection.ts';
import { overrides } from '../../../functions/records/documents.ts';
import { useRuntime } from '../../../functions/wiring.ts';
import { finalState } from './final-state.ts';
import { type Kill, killable } from './killable.ts';
import { openTestSystem, type TestSystem } from './test-system.ts';
import { createWorld, lateRows, leave, nextDay } from './tiny-data.ts';

/** What happens before a run, and its slot. */
interface Step {
  name: string;
  slot: string;
  before: (system: TestSystem) => Promise<void>;
}

export const steps: readonly Step[] = [
  { name: 'the first run', slot: '2026-03-01T17:00:00Z', before: createWorld },
  {
    name: 'the next day, with an override',
    slot: '2026-03-02T17:00:00Z',
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
        until: '2027-01-01T00:00:00Z',
      });
    },
  },
  {
    name: 'a revision with late rows',
    slot: '2026-03-02T18:00:00Z',
    before: (system) => lateRows(system, '2026-03-02'),
  },
  {
    name: 'a day on which an account leaves',
    slot: '2026-03-03T17:00:00Z',
    before: async (system) => {
      await nextDay(system, '2026-03-03');
      await leave(system, 'a7', '2026-03-03T06:00:00Z');
    },
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

/** Runs the steps undisturbed, keeping the state before each. */
async function prepare(upTo: number, folder: string): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  let from: string | undefined;
  for (const [index, step] of steps.slice(0, upTo + 1).entries()) {
    const start = join(folder, `before-${index}`);
    const setUp = await openTestSystem(from === undefined ? {} : { from });
    await step.before(setUp);
    await setUp.closeInto(start);

    const system = await openTestSystem({ from: start, now: step.slot });
    const process = killable(system.runtime, undefined);
    useRuntime(process.runtime);
    await system.score(step.slot);
    await system.settle();
    const expected = await finalState(system);
    from = join(folder, `after-${index}`);
    await system.closeInto(from);
    prepared.push({ folder: start, calls: process.calls, expected });
  }
  return prepared;
}

/** Runs one step in a process that dies, then in one that lives. */
async function runKilled(
  start: string,
  slot: string,
  kill: Kill,
): Promise<Record<string, unknown>> {
  const system = await openTestSystem({ from: start, now: slot });
  try {
    const doomed = killable(system.runtime, kill);
    useRuntime(doomed.runtime);
    // Cloud Scheduler tries again; so does everybody who waits for an answer.
    await system.score(slot).catch(() => undefined);
    while (!doomed.dead && system.busy()) await system.clock.sleep(1);
    if (!doomed.dead) throw new Error(`nothing died at ${kill.at}`);
    useRuntime(system.runtime);
    await system.score(slot);
    await system.settle();
    return await finalState(system);
  } finally {
    await system.close();
  }
}

/** One test per effect of a step, before it and after it. */
export function describeKilled(index: number): void {
  const step = steps[index];
  if (!step) throw new RangeError(`there is no step ${index}`);
  describe(`${step.name}, killed`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-kill-'));
    let prepared: Prepared | undefined;
    beforeAll(async () => {
      prepared = (await prepare(index, folder))[index];
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('at every effect, before and after it, ends as an undisturbed run does', async () => {
      if (!prepared) throw new Error('not prepared');
      const { calls, expected } = prepared;
      expect(calls.length).toBeGreaterThanOrEqual(25);
      for (const [at, call] of calls.entries()) {
        for (const moment of ['before', 'after'] as const) {
          const state = await runKilled(prepared.folder, step.slot, { at, moment });
          expect(state, `killed ${moment} effect ${at}, ${call}`).toEqual(expected);
        }
      }
    });
  });
}
