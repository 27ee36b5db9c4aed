/** Events that do not wait for a run. */
import { code, Rejected } from '../../errors.ts';
import { keepEvent, otherEvent, sameEvent } from '../../notify/notify-event.ts';
import type { EventAnswer } from '../../records/api/episodes.ts';
import { ref } from '../../records/collection.ts';
import { type EventBody, events } from '../../records/events.ts';
import type { Runtime } from '../../runtime.ts';
import { quoted } from '../../safe-text.ts';
import { findAccount } from '../accounts/account.ts';

/**
 * Keeps an event, and passes it on to whoever notifies people of it.
 * @throws Rejected `not-found` for an unknown account, `bad-request` for one that has left,
 *   `conflict` where another event has the id
 */
export async function takeEvent(runtime: Runtime, event: EventBody): Promise<EventAnswer> {
  const known = await runtime.snapshots.get(ref(events, event.id));
  if (known && !sameEvent(known.data.body, event)) throw otherEvent(event.id);
  if (known?.data.handled) return { id: event.id, known: true };
  const { data } = await findAccount(runtime, event.account);
  if (data.state === 'absent') {
    throw new Rejected(code.badRequest, `Account ${quoted(event.account)} has left.`);
  }
  await keepEvent(runtime, event);
  await runtime.bus.publish('events', [{ body: event }]);
  return { id: event.id, known: known !== undefined };
}
