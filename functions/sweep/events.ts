/** Events that were taken and whose messages nobody brought to an end. */
import { dayMs } from '../calendar.ts';
import type { Filter } from '../ports/snapshots.ts';
import { events } from '../records/events.ts';
import type { Runtime } from '../runtime.ts';
import { sendBatch } from './batches.ts';
import { drainedInInterval, longestLifeMs } from './capacity.ts';

const mostEvents = 200;
/** What happened longer ago is no news to anybody. */
const newsMs = 7 * dayMs;

/**
 * Sends events again that are not handled although no queue can hold them any more: their message was
 * lost, or given up. An event is known by its id, so it opens what it has to open once.
 * @returns how many
 */
export async function sweepEvents(runtime: Runtime): Promise<number> {
  const { snapshots, clock, pack } = runtime;
  const now = clock.now().getTime();
  const since = new Date(now - newsMs).toISOString();
  const unhandled = (until: string): Filter[] => [
    { field: 'pack', op: '==', value: pack.id },
    { field: 'handled', op: '==', value: false },
    { field: 'taken_at', op: '>', value: since },
    { field: 'taken_at', op: '<=', value: until },
  ];
  return sendBatch(
    runtime,
    'events',
    async ({ looked_through }) => {
      const left = await snapshots.query({
        collection: events,
        where: unhandled(new Date(now - longestLifeMs).toISOString()),
        orderBy: { field: 'taken_at', direction: 'asc' },
        limit: Math.min(mostEvents, drainedInInterval(runtime, 'notify-event')),
      });
      const last = left.at(-1);
      return {
        bodies: left.map(({ data }) => data.body),
        sent: left.length,
        cursor: last ? { value: last.data.taken_at, id: last.id } : null,
        looked_through,
      };
    },
    // The oldest were sent, so those that are left of them are the ones that have not arrived.
    async ({ cursor }) =>
      cursor?.value === undefined ||
      (await snapshots.count({ collection: events, where: unhandled(cursor.value) })) === 0,
  );
}
