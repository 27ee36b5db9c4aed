/** All that a run leaves behind and people can see, without the times and tokens of getting there. */
import type { FieldData } from '../../../functions/local/salesforce/record-table.ts';
import type { DeadLetter } from '../../../functions/ports/bus.ts';
import type { Snapshots } from '../../../functions/ports/snapshots.ts';
import type { Warehouse } from '../../../functions/ports/warehouse.ts';
import { accounts, crmAccounts } from '../../../functions/records/documents.ts';
import { calendars, days, packs, runs } from '../../../functions/records/run-documents.ts';
import { daysIn, openingOf, yearsOf } from '../../../functions/records/years.ts';

const everything = 10_000;

/** What holds the state: a system at work, or the files of one that ended. */
export interface StateHolder {
  runtime: { snapshots: Snapshots };
  warehouse: Warehouse;
  salesforce: { accounts(): FieldData[] };
  bus: { deadLetters(): Promise<DeadLetter[]> };
}

export async function finalState(system: StateHolder): Promise<Record<string, unknown>> {
  const { snapshots } = system.runtime;
  const latest = await snapshots.query({ collection: accounts, limit: everything });
  const years = await Promise.all(
    latest.map(async ({ id: account }) => {
      const found = await snapshots.query({ collection: yearsOf(account), limit: everything });
      return found.map(({ id, data }) => ({
        ...{ account, id, expires_at: data.expires_at },
        // As they are read: keys of names are made of the rules, too.
        ...{ days: daysIn(id, data), opening: openingOf(data) },
      }));
    }),
  );
  return {
    accounts: latest.map(({ id, data }) => ({ id, ...data })),
    years: years.flat(),
    crm: (await snapshots.query({ collection: crmAccounts, limit: everything })).map(
      ({ id, data: { at: _, since: __, ...rest } }) => ({ id, ...rest }),
    ),
    days: (await snapshots.query({ collection: days, limit: everything })).map(({ id, data }) => ({
      id,
      ...data,
      // Each backfill is a run of its own, named after the moment it was asked for.
      run: data.run.replace(/-backfill-.*/, '-backfill'),
    })),
    calendars: (await snapshots.query({ collection: calendars, limit: everything })).map(
      ({ id, data }) => ({ id, ...data }),
    ),
    current: (await snapshots.query({ collection: packs, limit: everything })).map(
      ({ id, data }) => ({ id, current: data.current, leased: data.lease !== null }),
    ),
    runs: (await snapshots.query({ collection: runs, limit: everything }))
      .filter(({ data }) => data.kind === 'scheduled')
      .map(({ id, data }) => ({
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
