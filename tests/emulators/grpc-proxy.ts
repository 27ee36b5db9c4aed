/**
 * A gRPC proxy on loopback between a client and an emulator. It passes bytes through, notes the
 * calls, and fails those that the test wants to fail: before they get there, or after.
 */
import {
  Client,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
} from '@grpc/grpc-js';

export interface Fault {
  /** gRPC status; 0 for an answer without any content. */
  code: number;
  details: string;
  /** The call was carried out, only its answer got lost. */
  after?: boolean;
}

export interface GrpcProxy {
  /** `host:port` to give to the client. */
  host: string;
  /** Methods called, in order, e.g. `Commit`. */
  readonly calls: string[];
  /** Decides for each call; default: none fails. */
  fault: (method: string) => Fault | undefined;
  close(): Promise<void>;
}

/** Methods by service, `*` after those that answer with a stream. */
const services: Record<string, string[]> = {
  'google.firestore.v1.Firestore': [
    'BatchGetDocuments*',
    'RunQuery*',
    'RunAggregationQuery*',
    'BeginTransaction',
    'Commit',
    'Rollback',
  ],
  'google.pubsub.v1.Publisher': ['Publish'],
  'google.pubsub.v1.Subscriber': ['Pull', 'Acknowledge', 'ModifyAckDeadline'],
};

const same = (bytes: Buffer): Buffer => bytes;

/** @param target `host:port` of the emulator */
export async function startGrpcProxy(target: string): Promise<GrpcProxy> {
  const client = new Client(target, credentials.createInsecure());
  const server = new Server();
  const failing = (method: string): Fault | undefined => {
    proxy.calls.push(method);
    return proxy.fault(method);
  };

  for (const [service, methods] of Object.entries(services)) {
    for (const entry of methods) {
      const streams = entry.endsWith('*');
      const method = entry.replace('*', '');
      const path = `/${service}/${method}`;
      if (streams) {
        const answer = (call: ServerWritableStream<Buffer, Buffer>): void => {
          const fault = failing(method);
          if (fault && !fault.after) {
            call.emit('error', fault);
            return;
          }
          const metadata = withoutTransport(call.metadata);
          const answers = client.makeServerStreamRequest(path, same, same, call.request, metadata);
          call.on('cancelled', () => answers.cancel());
          answers.on('data', (chunk: Buffer) => call.write(chunk));
          answers.on('end', () => (fault ? call.emit('error', fault) : call.end()));
          answers.on('error', (error: ServiceError) => call.emit('error', statusOf(error)));
        };
        server.register(path, answer, same, same, 'serverStream');
      } else {
        const answer = (
          call: ServerUnaryCall<Buffer, Buffer>,
          reply: sendUnaryData<Buffer>,
        ): void => {
          const fault = failing(method);
          if (fault && !fault.after) {
            if (fault.code === 0) reply(null, Buffer.alloc(0));
            else reply(fault);
            return;
          }
          const metadata = withoutTransport(call.metadata);
          const asked = client.makeUnaryRequest(
            path,
            same,
            same,
            call.request,
            metadata,
            (error, bytes) => {
              if (error) reply(statusOf(error));
              else if (fault) reply(fault);
              else reply(null, bytes);
            },
          );
          // A pull that its client no longer waits for must not take messages.
          call.on('cancelled', () => asked.cancel());
        };
        server.register(path, answer, same, same, 'unary');
      }
    }
  }

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const proxy: GrpcProxy = {
    host: `127.0.0.1:${port}`,
    calls: [],
    fault: () => undefined,
    async close() {
      server.forceShutdown();
      client.close();
    },
  };
  return proxy;
}

/** Fails the first `times` calls of a method. */
export function failFirst(times: number, wanted: string, fault: Fault): GrpcProxy['fault'] {
  let left = times;
  return (method) => (method === wanted && left-- > 0 ? fault : undefined);
}

function statusOf({ code, details }: ServiceError): { code: number; details: string } {
  return { code, details };
}

/** What one connection's transport wrote must not be sent on over another. */
function withoutTransport(metadata: Metadata): Metadata {
  const copy = metadata.clone();
  for (const key of [
    'user-agent',
    'grpc-accept-encoding',
    'accept-encoding',
    'content-type',
    'te',
  ]) {
    copy.remove(key);
  }
  return copy;
}
