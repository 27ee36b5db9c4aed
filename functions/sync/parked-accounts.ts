/** Accounts that the CRM refuses as they are: listed, and sent again without waiting for the night. */
import { code, Rejected } from '../errors.ts';
import type { Filter, Snapshots, Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import { accounts, type CrmDocument, crmAccounts, noAccount } from '../records/documents.ts';
import { accountsPerMessage, groupsPerMessage } from '../records/messages.ts';
import { nothingToCrm } from '../runs/first-runs.ts';
import type { Runtime } from '../runtime.ts';
import { quoted } from '../safe-text.ts';
import { mappingOf } from './crm-fields.ts';

/** Sent again by one request; whoever wants more asks again. */
const mostSent = 10 * accountsPerMessage;

const isParked: Filter[] = [{ field: 'state', op: '==', value: 'parked' }];

/** A page of them by id. `next`: the id after which the next page begins. */
export async function parkedAccounts(
  { snapshots }: { snapshots: Pick<Snapshots, 'query'> },
  { limit, after }: { limit: number; after: string | undefined },
): Promise<{ page: Stored<CrmDocument>[]; next?: string }> {
  const found = await snapshots.query({
    collection: crmAccounts,
    where: isParked,
    limit: limit + 1,
    ...(after === undefined ? {} : { startAfter: { id: after } }),
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return last && found.length > limit ? { page, next: last.id } : { page };
}

export const countParked = ({ snapshots }: { snapshots: Pick<Snapshots, 'count'> }) =>
  snapshots.count({ collection: crmAccounts, where: isParked });

/**
 * Sends parked accounts to their records, looked up anew: one of them, or those after an id.
 * @returns how many, and after which id to go on
 * @throws Rejected `not-found` for an account that is none, `conflict` where it is not parked or
 *   nothing is written at all
 */
export async function retryParked(
  runtime: Pick<Runtime, 'snapshots' | 'bus' | 'pack' | 'clock'>,
  wanted: { account?: string | undefined; after?: string | undefined },
): Promise<{ accounts: number; next?: string }> {
  const { snapshots, bus, pack, clock } = runtime;
  mappingOf(pack);
  if (await nothingToCrm(runtime)) {
    const why =
      'Nothing is written to Salesforce while most accounts are unknown; mend that, or release the run first.';
    throw new Rejected(code.conflict, why);
  }
  const { page, next } =
    wanted.account === undefined
      ? await parkedAccounts(runtime, { limit: mostSent, after: wanted.after })
      : { page: [await theParked(snapshots, wanted.account)] };
  const run = `retry~${clock.now().toISOString()}`;
  for (const group of groupsPerMessage(page.map(({ id }) => id))) {
    await bus.publish('accounts-changed', [
      { body: { pack: pack.id, run, accounts: group, again: true } },
    ]);
  }
  return { accounts: page.length, ...(next === undefined ? {} : { next }) };
}

async function theParked(
  snapshots: Pick<Snapshots, 'get'>,
  account: string,
): Promise<Stored<CrmDocument>> {
  const known = account === '' ? undefined : await snapshots.get(ref(crmAccounts, account));
  if (known?.data.state === 'parked') return known;
  if (account === '' || (!known && !(await snapshots.get(ref(accounts, account))))) {
    throw noAccount(account);
  }
  const state = {
    none: 'it was never sent to Salesforce, and will be with its next change or at night',
    pending: 'it waits for Salesforce, and is sent by itself',
    synced: 'Salesforce took it as it is',
  }[known?.data.state ?? 'none'];
  throw new Rejected(code.conflict, `The account ${quoted(account)} is not parked: ${state}.`);
}
