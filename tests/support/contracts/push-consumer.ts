/** A consumer of pushes on loopback that records them and answers as told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PushEnvelope, pushEnvelope } from '../../../functions/records/messages.ts';

export interface Delivery {
  path: string;
  envelope: PushEnvelope;
  /** The message's body, decoded. */
  body: unknown;
}

/** A status to answer, or `drop` to break the connection without an answer. */
export type Reaction = number | 'drop';

export interface PushConsumer {
  url: string;
  readonly deliveries: Delivery[];
  /** Most deliveries that were under way at once. */
  mostAtOnce: number;
  /** Decides each answer; may take its time. Default: 204. */
  react: (delivery: Delivery) => Reaction | Promise<Reaction>;
  close(): Promise<void>;
}

export async function startPushConsumer(): Promise<PushConsumer> {
  let underWay = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const envelope = pushEnvelope.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    const delivery: Delivery = {
      path: request.url ?? '',
      envelope,
      body: JSON.parse(Buffer.from(envelope.message.data, 'base64').toString('utf8')),
    };
    consumer.deliveries.push(delivery);
    consumer.mostAtOnce = Math.max(consumer.mostAtOnce, ++underWay);
    const reaction = await consumer.react(delivery);
    underWay--;
    if (reaction === 'drop') request.socket.destroy();
    else response.writeHead(reaction).end(reaction === 204 ? undefined : `answer ${reaction}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const consumer: PushConsumer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries: [],
    mostAtOnce: 0,
    react: () => 204,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return consumer;
}

/** A promise and the means to resolve it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}
