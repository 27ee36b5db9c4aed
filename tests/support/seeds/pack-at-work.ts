/** A pack at work on its demo: whole runs, and what people then see in their tools. */
import { join } from 'node:path';
import { z } from 'zod';
import { getJson, postJson } from '../../../functions/cli/session/http-client.ts';
import { advanceDemo } from '../../../functions/local/demo/advance.ts';
import type { FieldData } from '../../../functions/local/salesforce/record-table.ts';
import { createViews } from '../../../functions/local/warehouse/reporting-views.ts';
import { ref } from '../../../functions/records/collection.ts';
import { type AccountDocument, accounts } from '../../../functions/records/documents.ts';
import { runs } from '../../../functions/records/run-documents.ts';
import { decideHeldRun } from '../../../functions/runs/held-runs.ts';
import { readPackFiles, repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { openTestSystem } from '../system/test-system.ts';

export interface PackAtWorkOptions {
  pack: string;
  /** Texts that take the place of the pack's own. */
  files?: ReadonlyMap<string, string>;
  accounts?: number;
  /** The first day of the demo that is run on. */
  today: string;
  /** State to begin with, that `closeInto` kept. */
  from?: string;
}

export type PackAtWork = Awaited<ReturnType<typeof openPackAtWork>>;

/** Two in the morning in Japan, where the demos live: the run looks at the day before. */
const slotOn = (today: string): string =>
  new Date(Date.parse(`${today}T02:00:00+09:00`)).toISOString();

export async function openPackAtWork({ pack, today, from, ...options }: PackAtWorkOptions) {
  const files = new Map([...readPackFiles(pack), ...(options.files ?? [])]);
  const system = await openTestSystem({ files, now: slotOn(today), ...(from ? { from } : {}) });
  const { runtime, warehouse, salesforce } = system;
  const key = runtime.pack.salesforce?.externalId ?? '';
  const api = (path: string) => `${system.url('api')}${path}`;

  return {
    ...system,
    pack: runtime.pack,
    /** The demo goes on to the day, what `happens` changes in its tables, and the day's run. */
    async run(day: string, happens: readonly string[] = []): Promise<void> {
      const accounts = options.accounts ?? 60;
      await advanceDemo(warehouse, { pack, accounts, seed: 1, days: 400, today: day });
      await warehouse.transaction(async (connection) => {
        for (const statement of happens) await connection.run(statement);
      });
      const known = await warehouse.query(
        'SELECT account_id AS id, ANY_VALUE(name) AS name FROM source.accounts GROUP BY account_id ORDER BY account_id',
      );
      salesforce.seedAccounts(
        known.map(({ id, name }) => ({ [key]: String(id), Name: String(name) })),
      );
      await system.clock.advance(Date.parse(slotOn(day)) - system.clock.now().getTime());
      const { run } = z.object({ run: z.string() }).parse(await system.score(slotOn(day)));
      await system.settle();
      const stored = async () => (await runtime.snapshots.get(ref(runs, run)))?.data;
      if ((await stored())?.state === 'held') {
        // Weeks at once change more bands than a day does: somebody looks, and lets it pass.
        const reason = 'Weeks since the last run';
        await decideHeldRun(runtime, run, { action: 'release', author: 'ops', reason });
        await system.settle();
      }
      const { state, failure } = (await stored()) ?? {};
      if (state !== 'finished')
        throw new Error(`the run of ${day} is ${state}: ${failure?.message}`);
    },
    /** Salesforce's records by account. */
    records: (): Map<string, FieldData> =>
      new Map(salesforce.accounts().map((record) => [String(record[key]), record])),
    async documents(): Promise<Map<string, AccountDocument>> {
      const stored = await runtime.snapshots.getAll(
        [...new Set(salesforce.accounts().map((record) => String(record[key])))].map((id) =>
          ref(accounts, id),
        ),
      );
      return new Map(stored.flatMap((one) => (one ? [[one.id, one.data]] : [])));
    },
    get: (path: string): Promise<unknown> => getJson(api(path)),
    post: (path: string, body: unknown): Promise<unknown> => postJson(api(path), body),
    async page(path: string): Promise<string> {
      return (await fetch(api(path))).text();
    },
    /** The reporting views of `sql/views`, as a dashboard in Looker reads them. */
    async report(sql: string) {
      await createViews(warehouse, join(repositoryRoot(), 'sql', 'views'));
      return warehouse.query(sql);
    },
  };
}
