/** All that a run leaves behind and people can see, without the times and tokens of getting there. */
import {
  accounts,
  crmAccounts,
  days,
  packs,
  runs,
  snapshotsOf,
} from '../../../functions/records/documents.ts';
import type { TestSystem } from './test-system.ts';

const everything = 10_000;

export async function finalState(system: TestSystem): Promise<Record<string, unknown>> {
  const { snapshots } = system.runtime;
  const latest = await snapshots.query({ collection: accounts, limit: everything });
  const kept = await Promise.all(
    latest.map(({ id }) => snapshots.query({ collection: snapshotsOf(id), limit: everything })),
  );
  return {
    accounts: latest.map(({ id, data }) => ({ id, ...data })),
    snapshots: kept.flat().map(({ id, data }) => ({ id, ...data })),
    crm: (await snapshots.query({ collection: crmAccounts, limit: everything })).map(
      ({ id, data: { at: _, ...rest } }) => ({ id, ...rest }),
    ),
    days: (await snapshots.query({ collection: days, limit: everything })).map(({ id, data }) => ({
      id,
      ...data,
    })),
    current: (await snapshots.query({ collection: packs, limit: everything })).map(
      ({ id, data }) => ({ id, current: data.current, leased: data.lease !== null }),
    ),
    runs: (await snapshots.query({ collection: runs, limit: everything })).map(({ id, data }) => ({
      id,
      state: data.state,
      accounts: data.accounts,
      changed: data.changed,
      revision: data.revision,
      counts: data.counts,
    })),
    history: await system.warehouse.query(
      'SELECT * FROM score_history ORDER BY date, account_id, score',
    ),
    salesforce: system.salesforce
      .accounts()
      .map(({ LastModifiedDate: _, CreatedDate: __, SystemModstamp: ___, ...fields }) => fields),
    deadLetters: await system.bus.deadLetters(),
  };
}
