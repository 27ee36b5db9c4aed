/** What people logged that they did. */
import type { PastAction } from '../../evidence/past-outcomes.ts';
import { interventionList } from '../../records/api/entries.ts';
import { localDay } from '../../records/entries.ts';
import { readList } from '../session/http-client.ts';
import type { Session } from '../session/session.ts';

/** Every logged action, the newest first, with the day on which it was entered. */
export async function actionsOf(session: Session, zone: string): Promise<PastAction[]> {
  const list = await readList(session, '/v1/interventions', interventionList, { all: true });
  return list.pages.flatMap(({ interventions }) =>
    interventions.map(({ account, on, did, at }) => ({
      account,
      on,
      did,
      entered: localDay(at, zone),
    })),
  );
}
