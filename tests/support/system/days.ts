import { finalState } from './final-state.ts';
import type { TestSystem } from './test-system.ts';
import { createWorld, lateRows, leave, nextDay } from './tiny-data.ts';

/** A day, another one on which an account leaves, its revision, and one computed anew. */
export async function days(system: TestSystem): Promise<Record<string, unknown>> {
  await createWorld(system);
  await system.run('2026-03-01T17:00:00Z');
  await nextDay(system, '2026-03-02');
  await leave(system, 'a5', '2026-03-02T10:00:00Z');
  await system.run('2026-03-02T17:00:00Z');
  await lateRows(system, '2026-03-02');
  await system.run('2026-03-02T18:00:00Z');
  await system.run('2026-03-02T19:00:00Z', { backfill: '2026-03-01' });
  return finalState({ ...system, bus: system.runtime.bus });
}
