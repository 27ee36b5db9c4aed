/** What sweep sends again goes in batches, one at a time for each queue. */
import { code, hasCode } from '../errors.ts';
import type { Snapshots, Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import type { Message, Queue, Swept } from '../records/messages.ts';
import { receiptsOf, type SweepDocument, sweeps } from '../records/sweep-documents.ts';
import type { Runtime } from '../runtime.ts';
import { longestLifeMs } from './capacity.ts';

/** Messages given to the queue at a time. */
const messagesAtOnce = 50;
/** Whoever began a batch and has not sent all of it by then is gone. */
const sentWithinMs = 5 * 60_000;

type Place = Pick<SweepDocument, 'cursor' | 'looked_through'>;

/** What is sent next, and where the batch after it goes on. */
export interface NextBatch extends Place {
  bodies: Message[];
  /** What they are about: accounts, episodes, events. */
  sent: number;
}

/** Before the first batch. */
const beginning: Place = { cursor: null, looked_through: null };

/**
 * Sends the next batch of a queue, unless the last one is still on its way: not all of its messages
 * are received, and they may be alive. The batch is kept before it is sent, so that its messages can
 * be received meanwhile; where whoever did so died, a sweep some minutes later gathers it anew.
 * @param isReceived whether all that was sent last has arrived; by receipts, unless said otherwise
 * @returns how much was sent
 */
export async function sendBatch(
  runtime: Runtime,
  queue: Queue,
  gather: (from: Place) => Promise<NextBatch>,
  isReceived: (last: SweepDocument) => Promise<boolean> = (last) =>
    hasReceipts(runtime.snapshots, queue, last),
): Promise<number> {
  const { snapshots, bus, clock, log } = runtime;
  const stored = await snapshots.get(ref(sweeps, queue));
  const now = clock.now();
  if (stored && stored.data.messages > 0) {
    const { batch, published, until, messages, sent } = stored.data;
    if (!published && now.getTime() - Date.parse(batch) < sentWithinMs) return 0;
    if (published && !(await isReceived(stored.data))) {
      if (now.toISOString() < until) return 0;
      log.batchLost({ queue, messages, sent });
    }
  }
  const place = stored?.data ?? beginning;
  const next = await gather(place);
  const begun: SweepDocument = {
    ...stored?.data,
    batch: now.toISOString(),
    messages: next.bodies.length,
    sent: next.sent,
    published: false,
    until: new Date(now.getTime() + longestLifeMs).toISOString(),
    cursor: place.cursor,
    looked_through: place.looked_through,
  };
  const ended: SweepDocument = {
    ...begun,
    published: true,
    cursor: next.cursor,
    looked_through: next.looked_through,
  };
  if (next.bodies.length === 0) {
    // Written where it says something new, not with every sweep.
    if (stored?.data.messages || !samePlace(place, next))
      await keep(snapshots, queue, ended, stored);
    return 0;
  }
  if (!(await keep(snapshots, queue, begun, stored))) return 0;
  const messages = next.bodies.map((body, part) => ({ body: numbered(body, begun.batch, part) }));
  for (let first = 0; first < messages.length; first += messagesAtOnce) {
    await bus.publish(queue, messages.slice(first, first + messagesAtOnce));
  }
  await snapshots.transaction(async (tx) => {
    const latest = (await tx.get(ref(sweeps, queue)))?.data;
    if (latest?.batch === begun.batch) tx.set(ref(sweeps, queue), ended);
  });
  return next.sent;
}

/** Events are whole, and of others' making: they carry no number. */
function numbered(body: Message, batch: string, part: number): Message {
  return 'kind' in body ? body : { ...body, swept: { batch, part } };
}

/** @returns false where another sweep was faster */
async function keep(
  snapshots: Snapshots,
  queue: Queue,
  document: SweepDocument,
  over: Stored<SweepDocument> | undefined,
): Promise<boolean> {
  try {
    if (over) await snapshots.set(ref(sweeps, queue), document, { ifVersion: over.version });
    else await snapshots.create(ref(sweeps, queue), document);
    return true;
  } catch (error) {
    if (hasCode(error, code.conflict) || hasCode(error, code.alreadyExists)) return false;
    throw error;
  }
}

const samePlace = (a: Place, b: Place): boolean =>
  JSON.stringify([a.cursor, a.looked_through]) === JSON.stringify([b.cursor, b.looked_through]);

async function hasReceipts(
  snapshots: Snapshots,
  queue: Queue,
  { batch, messages }: SweepDocument,
): Promise<boolean> {
  const where = [{ field: 'batch', op: '==', value: batch }] as const;
  return (await snapshots.count({ collection: receiptsOf(queue), where })) >= messages;
}

/**
 * Leaves word that a message of sweep's was taken, whatever became of what it is about: sweep sends
 * again what still waits. A message of an earlier batch says nothing of this one.
 */
export async function leaveReceipt(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  queue: Queue,
  swept: Swept | undefined,
): Promise<void> {
  if (!swept) return;
  const last = (await snapshots.get(ref(sweeps, queue)))?.data;
  if (last?.batch !== swept.batch) return;
  await snapshots.set(ref(receiptsOf(queue), String(swept.part)), { batch: swept.batch });
}
