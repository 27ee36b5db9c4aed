/** What people did with customers, over all accounts: for whoever holds it against outcomes. */

import type { InterventionList } from '../../records/api/entries.ts';
import { entries, happenedOn } from '../../records/entries.ts';
import type { Runtime } from '../../runtime.ts';
import { decodeRunCursor, pageOf } from '../cursors.ts';
import type { InterventionParameters } from '../parameters.ts';

/** The one entered last first. @throws Rejected `bad-request` for a bad cursor */
export async function listInterventions(
  { snapshots, pack }: Pick<Runtime, 'snapshots' | 'pack'>,
  { limit, cursor }: InterventionParameters,
): Promise<InterventionList> {
  const found = await snapshots.query({
    collection: entries,
    where: [
      { field: 'pack', op: '==', value: pack.id },
      { field: 'kind', op: '==', value: 'intervention' },
    ],
    orderBy: { field: 'at', direction: 'desc' },
    limit: limit + 1,
    ...(cursor ? { startAfter: decodeRunCursor(cursor) } : {}),
  });
  const { page, ...rest } = pageOf(found, limit, (data) => data.at);
  return {
    interventions: page.flatMap(({ id, data }) =>
      data.kind === 'intervention'
        ? [
            {
              id,
              account: data.account,
              on: happenedOn(data, pack.zone),
              did: data.did,
              at: data.at,
            },
          ]
        : [],
    ),
    ...rest,
  };
}
