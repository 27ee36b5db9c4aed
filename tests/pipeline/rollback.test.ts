/** A later release wrote documents with a field more; then this one is deployed again. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { getJson } from '../../functions/cli/session/http-client.ts';
import { runAnswer } from '../../functions/records/api/runs.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, nextDay } from '../support/system/tiny-data.ts';
import { signalPackFiles } from '../support/system/tiny-signals.ts';

let system: TestSystem;
afterEach(() => system.close());

function database<T>(work: (database: DatabaseSync) => T): T {
  const opened = new DatabaseSync(join(system.folder, 'snapshots.sqlite'));
  try {
    return work(opened);
  } finally {
    opened.close();
  }
}

it('case 20g: runs, the API and Salesforce go on, and what is modified in place keeps the field', async () => {
  system = await openTestSystem({ files: signalPackFiles() });
  await createWorld(system);
  await system.score('2026-03-01T17:00:00Z');
  await system.settle();
  await nextDay(system, '2026-03-02');
  await system.clock.advance(24 * 3_600_000);
  database((opened) =>
    opened.exec(
      `UPDATE documents SET version = version + 1000000, data = json_set(data, '$.newer_field', 'x')`,
    ),
  );
  const { run } = (await system.score('2026-03-02T17:00:00Z')) as { run: string };
  await system.settle();
  const path = `${system.url('api')}/v1/runs/${run}`;
  const { state, changed } = runAnswer.parse(await getJson(path));
  expect(state).toBe('finished');
  expect(changed).toBeGreaterThan(0);
  expect(await system.bus.deadLetters()).toEqual([]);
  expect(system.entries.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
  for (const page of ['/v1/accounts', '/v1/portfolio', '/v1/runs', '/v1/episodes', '/']) {
    expect((await fetch(`${system.url('api')}${page}`)).status).toBe(200);
  }
  const keep = database((opened) =>
    opened
      .prepare(
        `SELECT collection, COUNT(*) AS n, SUM(json_extract(data, '$.newer_field') = 'x') AS kept
         FROM documents WHERE collection IN ('packs', 'crm') GROUP BY collection`,
      )
      .all(),
  );
  expect(keep.length).toBe(2);
  for (const { n, kept } of keep) expect(kept).toBe(n);
});
