/**
 * What the consumers of a queue get done between two sweeps, so that sweep never adds to a queue
 * what could not drain from it: instances x what one does in the interval.
 */
import type { Runtime } from '../runtime.ts';

/** Between two sweeps (terraform: `schedules.sweep`). */
const intervalSeconds = 600;

/**
 * Messages that each consumer takes at once unless configured otherwise (terraform: its
 * `max_instances` times its `concurrency`, which sweep is told of as KENKO_INSTANCES).
 */
export const usualInstances = { 'sync-salesforce': 5, notify: 3, 'notify-event': 3 } as const;
export type SweptConsumer = keyof typeof usualInstances;

/**
 * Seconds that one instance needs at most in ordinary weather, as far as is known without a cloud.
 * Assumed: a message of 200 accounts is a look-up, an update, two reads and two transactions of
 * Firestore and a row of the log for each; a notice is a message to Slack, which takes one a second
 * and channel (https://docs.slack.dev/apis/web-api/rate-limits/), or a task; so is an event.
 */
const secondsEach = { 'sync-salesforce': 6, notify: 1, 'notify-event': 1 } as const;

/** How many messages (of sync), notices or events drain in one interval. */
export function drainedInInterval(
  { instances }: Pick<Runtime, 'instances'>,
  consumer: SweptConsumer,
): number {
  const several = instances?.[consumer] ?? usualInstances[consumer];
  return Math.floor((several * intervalSeconds) / secondsEach[consumer]);
}

/**
 * A message that is delivered at all lives no longer: 20 attempts of at most ten minutes each, and
 * the waits between them, which double from 10 s to ten minutes (terraform: modules/queue).
 */
export const longestLifeMs = 6 * 3_600_000;
