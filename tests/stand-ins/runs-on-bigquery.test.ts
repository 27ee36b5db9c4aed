import { expect, it } from 'vitest';
import { days } from '../support/system/days.ts';
import { openTestSystem } from '../support/system/test-system.ts';
import { throughBigQuery } from '../support/system/through-bigquery.ts';

it('days of runs end as they do on the twin', async () => {
  const twin = await openTestSystem();
  const expected = await days(twin);
  await twin.close();
  expect(expected.history).toHaveLength(18);

  const system = await openTestSystem();
  const server = await throughBigQuery(system);
  // Jobs and requests that fail on the way change nothing.
  server.faults.job({ type: 'load', reason: 'backendError' }, 2);
  server.faults.job({ type: 'copy', reason: 'internalError', runningFor: 3 });
  server.faults.job({ type: 'query', runningFor: 2 }, 5);
  server.faults.answer('jobs.insert', 'drop-after', 2);
  server.faults.answer('jobs.query', { reason: 'rateLimitExceeded' }, 3);
  const state = await days(system);
  // One copy a run that was closed, and none again.
  expect(server.usage.jobs.copy).toBe(4);
  expect(server.usage.requests['jobs.insert']).toBeGreaterThan(10);
  await server.close();
  await system.close();
  expect(state).toEqual(expected);
});
