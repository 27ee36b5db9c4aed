/** Events that do not wait for a run. */
import { clocksApartMs, dayMs } from '../../calendar.ts';
import { code, Rejected } from '../../errors.ts';
import { keepEvent, otherEvent, sameEvent } from '../../notify/notify-event.ts';
import type { Caller } from '../../ports/identity.ts';
import type { EventAnswer } from '../../records/api/episodes.ts';
import { ref } from '../../records/collection.ts';
import { type EventBody, events } from '../../records/events.ts';
import type { Runtime } from '../../runtime.ts';
import { quoted } from '../../safe-text.ts';
import { findAccount } from '../accounts/account.ts';

/** What is older is history, not news. */
const mostDaysAgo = 31;

/**
 * Keeps an event, and passes it on to whoever notifies people of it. Its id is its sender's: another
 * sender's event of the same id is another one.
 * @throws Rejected `not-found` for an unknown account, `bad-request` for one that has left and for a
 *   time to come or long ago, `conflict` where the sender has used the id for another event
 */
export async function takeEvent(
  runtime: Runtime,
  reported: EventBody,
  sender: Caller | undefined,
): Promise<EventAnswer> {
  checkTime(reported, runtime);
  const event = { ...reported, id: keptId(reported.id, sender) };
  const known = await runtime.snapshots.get(ref(events, event.id));
  if (known && !sameEvent(known.data.body, event)) throw otherEvent(reported.id);
  if (known?.data.handled) return { id: reported.id, known: true };
  const { data } = await findAccount(runtime, event.account);
  if (data.state === 'absent') {
    throw new Rejected(code.badRequest, `Account ${quoted(event.account)} has left.`);
  }
  await keepEvent(runtime, event);
  await runtime.bus.publish('events', [{ body: event }]);
  return { id: reported.id, known: known !== undefined };
}

/** This machine's user has no name that others could use an id of. */
const keptId = (id: string, sender: Caller | undefined): string =>
  sender === undefined || sender.kind === 'local' ? id : `${sender.name} ${id}`;

function checkTime({ at }: EventBody, { clock, aheadOfClock }: Runtime): void {
  const now = clock.now();
  const age = now.getTime() - Date.parse(at);
  if (age < -clocksApartMs && !aheadOfClock) {
    throw new Rejected(
      code.badRequest,
      `at is ${at}, which is still to come; send when it happened, by ${now.toISOString()}.`,
    );
  }
  if (age > mostDaysAgo * dayMs) {
    throw new Rejected(
      code.badRequest,
      `at is ${at}, more than ${mostDaysAgo} days ago; load what is that old into the warehouse.`,
    );
  }
}
