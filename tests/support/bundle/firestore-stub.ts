/**
 * Firestore as far as a function's first answer needs it: a few documents to read, empty queries,
 * and writes that are taken and forgotten. The adapter itself is proven on Google's emulator.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

const service = 'google.firestore.v1.Firestore';
const client = createRequire(import.meta.url).resolve('@google-cloud/firestore-api');
const description = join(client, '..', '..', 'protos', 'protos.json');
const now = { seconds: '1790000000', nanos: 0 };

interface Reading {
  documents: string[];
  newTransaction?: unknown;
}

export interface FirestoreStub {
  /** `host:port`, as FIRESTORE_EMULATOR_HOST takes it. */
  host: string;
  close(): void;
}

/** @param documents by path below the database, e.g. `runs/r1` */
export async function startFirestoreStub(
  documents: Record<string, object> = {},
): Promise<FirestoreStub> {
  const definition = fromJSON(JSON.parse(readFileSync(description, 'utf8')), {
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const packages = loadPackageDefinition(definition);
  const firestore = service
    .split('.')
    .reduce<unknown>((at, name) => Object(at)[name], packages) as ServiceClientConstructor;
  const server = new Server();
  server.addService(firestore.service, {
    batchGetDocuments(call: ServerWritableStream<Reading, unknown>) {
      // The first read of a transaction begins it.
      if (call.request.newTransaction) call.write({ transaction: Buffer.from('transaction') });
      for (const name of call.request.documents) {
        const found = documents[name.replace(/^.*\/documents\//, '')];
        const fields = found && fieldsOf(found);
        call.write(
          fields
            ? { found: { name, fields, createTime: now, updateTime: now }, readTime: now }
            : { missing: name, readTime: now },
        );
      }
      call.end();
    },
    runQuery(call: ServerWritableStream<unknown, unknown>) {
      call.write({ readTime: now });
      call.end();
    },
    commit(call: ServerUnaryCall<{ writes: unknown[] }, unknown>, answer: sendUnaryData<unknown>) {
      const writeResults = call.request.writes.map(() => ({ updateTime: now }));
      answer(null, { writeResults, commitTime: now });
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { host: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

function fieldsOf(data: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, encoded(value)]));
}

function encoded(value: unknown): object {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { integerValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(encoded) } };
  return { mapValue: { fields: fieldsOf(Object(value)) } };
}
