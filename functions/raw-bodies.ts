/**
 * Bodies as they were sent. The Functions Framework inflates and parses a body before it calls a
 * function, up to 1 GB of it, so that 200 kB of gzip fill an instance's memory. A request is therefore
 * made to look, before the framework sees it, like one whose body is mere bytes; functions read them
 * once they know how many there are.
 */
import type { IncomingMessage, Server } from 'node:http';
import { HttpRefusal } from './errors.ts';

type Described = Pick<IncomingMessage['headers'], 'content-type' | 'content-encoding'>;

const sent = new WeakMap<IncomingMessage, Described>();

/** For every request, before the framework's own listener. */
export function keepRaw(request: IncomingMessage): void {
  const { 'content-type': type, 'content-encoding': encoding, ...headers } = request.headers;
  sent.set(request, {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  });
  request.headers = { ...headers, 'content-type': 'application/octet-stream' };
}

/** The same for all requests of a server that the framework made. */
export function keepBodiesRaw(server: Server): Server {
  return server.prependListener('request', keepRaw);
}

/**
 * Gives a request the headers back that it was sent with.
 * @throws HttpRefusal 415 for a compressed body: nothing of ours is large enough to need it
 */
export function acceptBody(request: IncomingMessage): void {
  const described = sent.get(request);
  if (described) {
    const { 'content-type': _, ...headers } = request.headers;
    request.headers = { ...headers, ...described };
  }
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    throw new HttpRefusal(
      415,
      'unsupported-encoding',
      'The body is compressed; send it as it is, without Content-Encoding.',
    );
  }
}
