/** Topics and subscriptions in an emulator, as Terraform makes them in a project. */
import { PubSub } from '@google-cloud/pubsub';
import { PassThroughClient } from 'google-auth-library';
import { type Queue, queueNames } from '../../records/messages.ts';

export interface EmulatedProject {
  /** `host:port` of the emulator. */
  emulator: string;
  projectId: string;
  prefix: string;
}

/** A client of the emulator. Close it. */
export function openEmulatedPubSub({ emulator, projectId }: EmulatedProject): PubSub {
  return new PubSub({
    projectId,
    apiEndpoint: emulator,
    emulatorMode: true,
    authClient: new PassThroughClient(),
  });
}

/**
 * Makes every queue's topic and dead-letter topic, each with its subscription. Projects of an
 * emulator begin empty, so this is done once for each.
 * @param pushes where the emulator itself delivers a queue. Its pushes carry no
 *   `deliveryAttempt`, and it waits about three seconds after a failed one. Without: messages are
 *   to be pulled (see `startPubSubPushes`).
 */
export async function createQueues(
  project: EmulatedProject,
  pushes?: { endpoint: (queue: Queue) => string; maxAttempts: number },
): Promise<void> {
  const pubsub = openEmulatedPubSub(project);
  for (const queue of queueNames) {
    const name = `${project.prefix}-${queue}`;
    const [topic] = await pubsub.createTopic(name);
    const [dead] = await pubsub.createTopic(`${name}-dead`);
    await dead.createSubscription(`${name}-dead`, { ackDeadlineSeconds: 600 });
    await topic.createSubscription(name, {
      ackDeadlineSeconds: 600,
      ...(pushes === undefined
        ? {}
        : {
            pushEndpoint: pushes.endpoint(queue),
            deadLetterPolicy: {
              deadLetterTopic: dead.name,
              maxDeliveryAttempts: pushes.maxAttempts,
            },
          }),
    });
  }
  await pubsub.close();
}
