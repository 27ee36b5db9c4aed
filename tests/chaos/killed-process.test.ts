import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteSnapshots } from '../../functions/local/state/snapshots.ts';
import { ref } from '../../functions/records/collection.ts';
import { runs } from '../../functions/records/run-documents.ts';
import { repositoryRoot } from '../../functions/wiring/deployed-files.ts';
import { stateOf } from '../support/system/state-folder.ts';

const root = repositoryRoot();
const accounts = '40';
const first = '2026-03-02T17:00:00Z';
const second = '2026-03-03T17:00:00Z';
const run = 'saas-2026-03-03-20260303T170000Z';
const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-sigkill-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kenkoRun(state: string, slot: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      join(root, 'functions/cli/kenko.mjs'),
      ...['run', '--slot', slot, '--state', state, '--accounts', accounts],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (status) => resolve(status)));
}

async function runToEnd(state: string, slot: string): Promise<void> {
  const child = kenkoRun(state, slot);
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const status = await ended(child);
  if (status !== 0) throw new Error(`kenko run ended with ${status}: ${said}`);
}

/** Ends when the process says that its run has reached one of the states, or ends. */
function reached(child: ChildProcess, states: RegExp): Promise<void> {
  return new Promise((resolve) => {
    child.stderr?.on('data', (chunk) => {
      if (states.test(String(chunk))) resolve();
    });
    child.once('exit', () => resolve());
  });
}

const anyState = /2026-03-03: /;
const lastState = /2026-03-03: finished/;

/** A fraction of the run from a seed, the same on every machine. */
function fractionOf(seed: number): number {
  return ((seed * 2654435761) % 2 ** 32) / 2 ** 32;
}

async function isFinished(state: string): Promise<boolean> {
  const snapshots = openSqliteSnapshots({ path: join(state, 'saas', 'snapshots.sqlite') });
  const stored = await snapshots.get(ref(runs, run));
  snapshots.close();
  return stored?.data.state === 'finished';
}

describe('the real process, killed', () => {
  it('20 times at a seeded moment of its run, always ends as an undisturbed one', async () => {
    const start = join(folder, 'start');
    await runToEnd(start, first);
    const durations: number[] = [];
    let expected: Record<string, unknown> = {};
    for (const name of ['undisturbed', 'undisturbed-again']) {
      const undisturbed = join(folder, name);
      cpSync(start, undisturbed, { recursive: true });
      const child = kenkoRun(undisturbed, second);
      const over = ended(child);
      await reached(child, anyState);
      const from = performance.now();
      await reached(child, lastState);
      durations.push(performance.now() - from);
      expect(await over).toBe(0);
      expected = await stateOf(undisturbed);
    }
    const duration = Math.min(...durations);

    let unfinished = 0;
    for (const seed of seeds) {
      const state = join(folder, `seed-${seed}`);
      cpSync(start, state, { recursive: true });
      const child = kenkoRun(state, second);
      const over = ended(child);
      await reached(child, anyState);
      const killing = setTimeout(() => child.kill('SIGKILL'), fractionOf(seed) * duration * 0.7);
      await over;
      clearTimeout(killing);
      if (!(await isFinished(state))) unfinished += 1;
      await runToEnd(state, second);
      expect(await stateOf(state), `seed ${seed}`).toEqual(expected);
      rmSync(state, { recursive: true });
    }
    expect(unfinished).toBeGreaterThanOrEqual(15);
  }, 600_000);
});
