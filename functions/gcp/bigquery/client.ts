/**
 * The official client, whose requests we carry ourselves. Its own transport (teeny-request 11 on
 * node-fetch 3) has no time limit, since the option is ignored; repeats by the machine's clock;
 * copies every answer once more, page by page of 10 MB; and puts the project's id in place of
 * `{{projectId}}` wherever that stands, in a query's parameters too.
 *
 * Import it with `import()`: loading the client takes longer than a function's first answer.
 */
import { BigQuery, type BigQueryOptions, type common } from '@google-cloud/bigquery';
import type { Clock } from '../../ports/clock.ts';
import { unreadable } from './failures.ts';
import { createTransport } from './transport.ts';

export interface ClientOptions {
  projectId: string;
  location: string;
  /** Default: Google's own. */
  apiEndpoint?: string;
  /** Default: the application's default credentials. */
  authClient?: BigQueryOptions['authClient'];
  clock: Clock;
  timeoutMs: number;
}

type Query = Record<string, string | number | boolean | undefined>;

export interface ClientRequest {
  method?: string;
  /** Below the project. */
  uri: string;
  qs?: Query;
  json?: unknown;
}

export interface BigQueryApi {
  readonly client: BigQuery;
  readonly location: string;
  /** The bytes of an answer's body, for those too large to be made objects of. */
  bytes(request: ClientRequest): Promise<Buffer>;
  /** An answer as plain JSON. @throws Retryable where it is none */
  json(request: ClientRequest): Promise<unknown>;
  /** A job's metadata with its data, as one multipart upload. */
  upload(metadata: unknown, data: readonly Piece[]): Promise<unknown>;
}

/** A piece of a file, in memory of its own. */
export type Piece = Buffer<ArrayBuffer>;

const boundary = 'kenko-multipart-boundary-5f1d7b2e';

export function openApi(options: ClientOptions): BigQueryApi {
  const { projectId, location, apiEndpoint, authClient, clock, timeoutMs } = options;
  const client = new BigQuery({
    projectId,
    location,
    ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
    ...(authClient === undefined ? {} : { authClient }),
  });
  const send = createTransport({
    headers: async (url) => {
      const headers = new Headers(await client.authClient.getRequestHeaders(url.href));
      headers.set('user-agent', 'kenko');
      return headers;
    },
    clock,
    timeoutMs,
  });

  function carry(request: ClientRequest & { projectId?: string }): Promise<Buffer> {
    const { method = 'GET', uri, qs = {}, json } = request;
    const path = uri.replace(/^\//, '');
    const project = encodeURIComponent(request.projectId ?? projectId);
    const url = new URL(`${client.baseUrl}/projects/${project}/${path}`);
    for (const [name, value] of Object.entries({ prettyPrint: false, ...qs })) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return send({
      method,
      url,
      ...(json === undefined
        ? {}
        : { contentType: 'application/json', body: JSON.stringify(json) }),
    });
  }

  // The classes for datasets, tables and jobs all ask through this one method.
  client.request = (request: common.DecorateRequestOptions, callback) => {
    carry(request as ClientRequest).then(
      (bytes) => callback(null, bytes.length === 0 ? {} : parsed(bytes, request.uri)),
      (error: Error) => callback(error),
    );
  };

  return {
    client,
    location,
    bytes: carry,
    json: async (request) => parsed(await carry(request), request.uri),
    async upload(metadata, data) {
      const url = new URL(
        `${client.apiEndpoint}/upload/bigquery/v2/projects/${encodeURIComponent(projectId)}/jobs`,
      );
      url.searchParams.set('uploadType', 'multipart');
      const head = `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(metadata)}\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n`;
      const answer = await send({
        method: 'POST',
        url,
        contentType: `multipart/related; boundary=${boundary}`,
        body: new Blob([head, ...data, `\r\n--${boundary}--\r\n`]),
      });
      return parsed(answer, 'upload');
    },
  };
}

function parsed(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw unreadable(what, 'it is not JSON', error);
  }
}
