/** What people did with customers, over all accounts: for whoever holds it against outcomes. */

import type { InterventionList } from '../../records/api/entries.ts';
import { entries, happenedOn } from '../../records/entries.ts';
import type { Runtime } from '../../runtime.ts';
import { latestFirst } from '../cursors.ts';
import type { InterventionParameters } from '../parameters.ts';

/** The one entered last first. @throws Rejected `bad-request` for a bad cursor */
export async function listInterventions(
  { snapshots, pack }: Pick<Runtime, 'snapshots' | 'pack'>,
  { limit, cursor }: InterventionParameters,
): Promise<InterventionList> {
  const where = [
    { field: 'pack', op: '==', value: pack.id },
    { field: 'kind', op: '==', value: 'intervention' },
  ] as const;
  const list = { collection: entries, where, field: 'at', limit, cursor } as const;
  const { page, ...rest } = await latestFirst(snapshots, list);
  const interventions = page.flatMap(({ id, data }) => {
    if (data.kind !== 'intervention') return [];
    const { account, did, at } = data;
    return [{ id, account, on: happenedOn(data, pack.zone), did, at }];
  });
  return { interventions, ...rest };
}
