import { type PubSub, v1 } from '@google-cloud/pubsub';

export interface Pulled {
  data: string;
  attributes: Record<string, string>;
}

/** Takes what an emulator's subscription holds, and leaves it unacknowledged. */
export async function pullAll(
  pubsub: PubSub,
  name: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Pulled[]> {
  const subscriber = new v1.SubscriberClient({ ...(await pubsub.getClientConfig()) });
  const subscription = `projects/${pubsub.projectId}/subscriptions/${name}`;
  const pulled: Pulled[] = [];
  while (pulled.length < most) {
    const maxMessages = Math.min(1_000, most - pulled.length);
    const request = { subscription, maxMessages, returnImmediately: true };
    const [{ receivedMessages }] = await subscriber.pull(request);
    if (!receivedMessages?.length) break;
    for (const { message } of receivedMessages) {
      pulled.push({
        data: Buffer.from(message?.data ?? '').toString('utf8'),
        attributes: message?.attributes ?? {},
      });
    }
  }
  await subscriber.close();
  return pulled;
}
