/** A small deployment on the twin, in which nothing is wrong until a test breaks something. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Examined } from '../../../functions/doctor/checks.ts';
import { examine } from '../../../functions/doctor/examine.ts';
import type { Finding } from '../../../functions/doctor/report.ts';
import { readTableSchemas } from '../../../functions/inputs/table-schemas.ts';
import {
  type FieldDefinition,
  startSalesforceServer,
} from '../../../functions/local/salesforce/server.ts';
import { openSqliteBus } from '../../../functions/local/state/bus.ts';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { openDuckDbWarehouse } from '../../../functions/local/warehouse/warehouse.ts';
import type { CrmAuth } from '../../../functions/ports/crm.ts';
import { ref } from '../../../functions/records/collection.ts';
import { type RunDocument, runs } from '../../../functions/records/run-documents.ts';
import { openSalesforceCrm } from '../../../functions/salesforce/crm.ts';
import { customFields } from '../../../functions/salesforce/custom-fields.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';
import { finishedRun } from '../runs.ts';
import { tinyPackFiles } from '../system/tiny-pack.ts';
import { virtualClock } from '../virtual-clock.ts';

/** The last complete day in Tokyo is 2026-03-01. */
export const now = new Date('2026-03-02T01:00:00Z');
export const tinyPack = parsePack(tinyPackFiles());

const lastRun = finishedRun({
  pack: tinyPack.id,
  slot: '2026-03-01T17:00:00Z',
  as_of: '2026-03-01T15:00:00Z',
  date: '2026-03-01',
  changed: 1,
  started_at: '2026-03-01T17:00:00Z',
  reached: { finished: '2026-03-01T17:05:00Z' },
  progressed_at: '2026-03-01T17:05:00Z',
});

/** What is different from a deployment in which all is well. */
export interface Breakage {
  /** Statements on DuckDB, after the tables were made. */
  sql?: readonly string[];
  /** Replaces the custom field of that name, or leaves it out. */
  field?: { name: string; as: Partial<FieldDefinition> | null };
  auth?: Partial<CrmAuth>;
  run?: Partial<RunDocument> | null;
  usedCalls?: number;
  /** Replaces what a check looks at. */
  examined?: (examined: Examined) => Partial<Examined>;
}

/** Findings of a doctor who looks at the deployment. */
export async function findingsOf(broken: Breakage = {}): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-doctor-'));
  const clock = virtualClock(now);
  const fields = customFields(tinyPack).flatMap((field): FieldDefinition[] => {
    if (field.name !== broken.field?.name) return [field];
    return broken.field.as === null ? [] : [{ ...field, ...broken.field.as }];
  });
  const salesforce = await startSalesforceServer({ path: ':memory:', fields, clock });
  salesforce.usage.used = broken.usedCalls ?? 0;
  const warehouse = await openDuckDbWarehouse({ path: ':memory:', threads: 1 });
  const snapshots = openSqliteSnapshots({ path: join(folder, 'snapshots.sqlite') });
  const bus = openSqliteBus({ path: join(folder, 'bus.sqlite'), clock, endpoints: () => '' });
  try {
    const tables = readTableSchemas(join(repositoryRoot(), 'sql', 'tables'));
    for (const [table, schema] of tables) await warehouse.createTable(table, schema);
    await warehouse.transaction(async (connection) => {
      for (const statement of [...sourceTables, ...(broken.sql ?? [])]) {
        await connection.run(statement);
      }
    });
    if (broken.run !== null) {
      await snapshots.set(ref(runs, 'run-1'), { ...lastRun, ...broken.run });
    }
    const examined: Examined = {
      place: 'deployed',
      location: null,
      warehouse,
      snapshots,
      bus,
      clock,
      pack: tinyPack,
      tables,
      crm: openSalesforceCrm({
        loginUrl: salesforce.url,
        auth: {
          kind: 'client-credentials',
          clientId: 'kenko',
          clientSecret: 'local',
          ...broken.auth,
        } as CrmAuth,
        clock,
      }),
      googleToken: async () => undefined,
      serverTime: async () => now,
    };
    const { findings } = await examine({ ...examined, ...broken.examined?.(examined) });
    return findings;
  } finally {
    await bus.close();
    snapshots.close();
    await warehouse.close();
    await salesforce.close();
    rmSync(folder, { recursive: true });
  }
}

export const sourceTables = [
  `CREATE TABLE source.accounts (account_id VARCHAR, name VARCHAR, owner VARCHAR,
     valid_from TIMESTAMPTZ, valid_to TIMESTAMPTZ)`,
  `CREATE TABLE source.usage_daily (account_id VARCHAR, usage_date DATE, active_users BIGINT,
     minutes BIGINT, actions BIGINT, errors BIGINT, loaded_at TIMESTAMPTZ)`,
  "INSERT INTO source.accounts VALUES ('a', 'A', 'csm', NULL, NULL)",
  "INSERT INTO source.usage_daily VALUES ('a', '2026-03-01', 1, 8, 1, 0, '2026-03-01T14:00:00Z')",
];

/** What is not as it should be: `outcome id checked: said`. */
export function wrongIn(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ outcome, id, checked, said }) => `${outcome} ${id} ${checked.en}: ${said?.en}`);
}
