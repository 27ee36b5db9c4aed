/** Releases that follow one another, and one that is deployed again after a later one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { getJson } from '../../functions/cli/session/http-client.ts';
import { runAnswer } from '../../functions/records/api/runs.ts';
import { accountFormat } from '../../functions/records/documents.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, nextDay } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';
import { signalPackFiles } from '../support/system/tiny-signals.ts';

let system: TestSystem;
afterEach(() => system.close());

const today = '2026-03-01';

function database<T>(work: (database: DatabaseSync) => T): T {
  const opened = new DatabaseSync(join(system.folder, 'snapshots.sqlite'));
  try {
    return work(opened);
  } finally {
    opened.close();
  }
}

/** Documents as another release wrote them. `data` is what it makes of theirs, in SQL. */
const rewritten = (collection: string, data: string): void =>
  database((opened) =>
    opened.exec(
      `UPDATE documents SET version = version + 1000000, data = ${data} WHERE collection ${collection}`,
    ),
  );

/** What is stored of accounts, as it is. */
const stored = () =>
  database((opened) =>
    opened
      .prepare("SELECT data FROM documents WHERE collection = 'accounts' ORDER BY id")
      .all()
      .map(({ data }) => JSON.parse(String(data))),
  );

const shownInSalesforce = () =>
  system.salesforce
    .accounts()
    .map(({ Kenko_Account_Id__c: id, Kenko_Band__c: band }) => [id, band]);

describe('documents of the release before', () => {
  it('are written again by the next run, show the same, and are sent to nobody', async () => {
    system = await openTestSystem({ files: signalPackFiles() });
    await createWorld(system);
    await system.run(`${today}T17:00:00Z`);
    const before = stored();
    rewritten(
      "= 'accounts'",
      `json_remove(json_set(data, '$.hash', substr(data ->> 'hash', 4),
         '$.details', replace(data ->> 'details', '"stayed":false,', '')), '$.format')`,
    );
    rewritten("= 'runs'", "json_remove(data, '$.rewrites')");
    expect(stored()).not.toEqual(before);
    const { changed } = await system.run(`${today}T18:00:00Z`);
    expect(stored()).toEqual(before);
    expect(changed).toBe(0);
  });
});

describe('a release that is deployed again after a later one', () => {
  it('case 20g: reads its documents: runs, the API and Salesforce go on, and what is modified in place keeps a field', async () => {
    system = await openTestSystem({ files: signalPackFiles() });
    await createWorld(system);
    await system.run(`${today}T17:00:00Z`);
    await nextDay(system, '2026-03-02');
    await system.clock.advance(24 * 3_600_000);
    rewritten('IS NOT NULL', "json_set(data, '$.newer_field', 'x')");
    rewritten(
      "= 'accounts'",
      `json_set(data, '$.format', 99, '$.hash', 'f99' || substr(data ->> 'hash', 3),
         '$.details', replace(data ->> 'details', '"stayed":', '"newer_field":{"x":1},"stayed":'))`,
    );
    rewritten("= 'runs'", "json_set(data, '$.rewrites.format', 99)");
    const pages = ['/v1/accounts', '/v1/accounts/a1', '/v1/portfolio', '/v1/runs', '/v1/episodes'];
    for (const page of [...pages, '/', '/accounts/a1']) {
      expect([page, (await fetch(`${system.url('api')}${page}`)).status]).toEqual([page, 200]);
    }
    const { id } = await system.run('2026-03-02T17:00:00Z');
    const path = `${system.url('api')}/v1/runs/${id}`;
    const { state, changed } = runAnswer.parse(await getJson(path));
    expect(state).toBe('finished');
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThan(9);
    expect(await system.bus.deadLetters()).toEqual([]);
    expect(system.entries.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
    // Documents of accounts are of this release again, also those whose result did not change.
    expect(stored().map(({ format }) => format)).toEqual(Array(9).fill(accountFormat));
    expect(JSON.stringify(stored())).not.toContain('newer_field');
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

  it('revises today by its rules with the next run, up to Salesforce, and past dates by a backfill', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kenko-rollback-'));
    const cards = 'rules/tiny/scorecards/all.yaml';
    const stricter = tinyPackFiles({
      [cards]: String(tinyPackFiles().get(cards)).replaceAll(', 20]', ', 5]'),
    });
    system = await openTestSystem();
    await createWorld(system);
    await system.run(`${today}T17:00:00Z`);
    const before = { shown: shownInSalesforce(), rules: system.runtime.pack.hash };
    await system.closeInto(folder);
    system = await openTestSystem({ from: folder, files: stricter, engineHash: 'later' });
    await system.run(`${today}T18:00:00Z`);
    expect(shownInSalesforce()).not.toEqual(before.shown);
    await system.closeInto(folder);
    system = await openTestSystem({ from: folder });
    rmSync(folder, { recursive: true });
    const made = () =>
      system.warehouse.query(
        'SELECT DISTINCT date, rules_hash AS rules, engine_hash AS engine FROM score_history ORDER BY 1',
      );
    const mine = { rules: before.rules, engine: 'test-engine' };
    expect(await made()).not.toMatchObject([mine]);
    const revised = await system.run(`${today}T19:00:00Z`);
    expect(revised).toMatchObject({ state: 'finished', revision: 3 });
    expect(shownInSalesforce()).toEqual(before.shown);
    expect(stored().map(({ rules_hash: rules }) => rules)).toEqual(Array(9).fill(before.rules));
    const backfill = { backfill: '2026-02-28' };
    expect(await system.run('2026-03-01T20:00:00Z', backfill)).toMatchObject({ state: 'finished' });
    expect(await made()).toMatchObject([mine, mine]);
  });
});
