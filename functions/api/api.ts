/** The HTTPS function `api`: the JSON API and the dashboard. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import { z } from 'zod';
import { code, HttpRefusal, Rejected } from '../errors.ts';
import { placeOf } from '../http-functions.ts';
import { acceptBody } from '../raw-bodies.ts';
import type { ErrorAnswer } from '../records/api/common.ts';
import type { Runtime } from '../runtime.ts';
import { quoted } from '../safe-text.ts';
import { contextOf, withinRequest } from '../trace.ts';
import { hasAuthor, requireCaller, withAuthor } from './callers.ts';
import { pagePaths, pages } from './dashboard/pages.ts';
import { type Endpoint, routeOf } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { failureOf, logFailure } from './failures.ts';
import { parseParameters } from './parameters.ts';

type GetRuntime = () => Promise<Runtime>;

/** The largest body is an override with its reason of 2,000 characters. */
const largestBody = 64 * 1024;
const longestKey = 200;

/** The handler of the function `api`. */
export function api(
  getRuntime: GetRuntime,
): (request: IncomingMessage, response: ServerResponse) => void {
  const app = application(getRuntime);
  return (request, response) => {
    const header = (name: string) => request.headers[name.toLowerCase()]?.toString();
    withinRequest(contextOf('api', header), () => app(request, response));
  };
}

function application(getRuntime: GetRuntime): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  // One value a parameter: nested ones would be no text.
  app.set('query parser', 'simple');
  app.use(securityHeaders);
  app.use((request, _response, next) => {
    acceptBody(request);
    next();
  });

  for (const endpoint of endpoints) register(app, endpoint, getRuntime);
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const allowed = endpoints.filter((endpoint) => endpoint.path === path);
    refuseOtherMethods(
      app,
      path,
      allowed.map(({ method }) => method.toUpperCase()),
    );
  }
  app.use(pages(getRuntime));
  for (const path of pagePaths) refuseOtherMethods(app, path, ['GET']);
  app.use((request) => {
    throw new Rejected(
      code.notFound,
      `There is nothing at ${quoted(request.path)}; /v1/openapi.json lists what there is.`,
    );
  });
  app.use(answerError(getRuntime));
  return app;
}

function register(app: express.Express, endpoint: Endpoint, getRuntime: GetRuntime): void {
  // Raw, so that a malformed body is refused in our words. Where the Functions Framework has read
  // the body already, this does nothing.
  const readBody = express.raw({ type: () => true, limit: largestBody, inflate: false });
  const before = endpoint.body ? [readBody] : [];
  app[endpoint.method](routeOf(endpoint.path), ...before, async (request, response) => {
    const runtime = await getRuntime();
    const { role } = endpoint;
    const caller = role === null ? undefined : await requireCaller(runtime, request, role);
    const query = parseParameters(endpoint.query, request.query);
    const sent = endpoint.body ? parseBody(endpoint.body, request) : undefined;
    const body = caller && hasAuthor(endpoint.body) ? withAuthor(caller, Object(sent)) : sent;
    const key = request.get('Idempotency-Key');
    if (key !== undefined && (key === '' || key.length > longestKey)) {
      throw new Rejected(code.badRequest, `An Idempotency-Key has 1 to ${longestKey} characters.`);
    }
    const answer: unknown = await endpoint.handle({
      runtime,
      caller,
      id: segmentOf(request, 'id'),
      item: segmentOf(request, 'item'),
      query,
      body,
      header: (name) => request.get(name),
    });
    response.status(endpoint.status).json(checked(endpoint, answer));
  });
}

/** What was answered, as its schema has it: nothing undocumented leaves. */
function checked(endpoint: Endpoint, answer: unknown): unknown {
  const parsed = endpoint.answer.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Rejected(
    code.invalidData,
    `the answer of ${endpoint.name} is not as documented: ${placeOf(parsed.error)}`,
  );
}

function segmentOf(request: Request, name: 'id' | 'item'): string {
  const segment = request.params[name];
  return typeof segment === 'string' ? segment : '';
}

function parseBody<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  if (!request.is('application/json')) {
    throw new HttpRefusal(
      415,
      'unsupported-media-type',
      'The body has to be JSON, sent as Content-Type: application/json.',
    );
  }
  const parsed = schema.safeParse(jsonOf(request));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape).join(', ') : '';
    throw new Rejected(
      code.badRequest,
      `The field ${quoted(issue.keys[0] ?? '')} is unknown; allowed: ${known}.`,
    );
  }
  const field = issue?.path.join('.');
  throw new Rejected(
    code.badRequest,
    field ? `The field ${field} has to be ${issue?.message}.` : 'The body has to be a JSON object.',
  );
}

/** The bytes are in `rawBody` where the Functions Framework has read them. */
function jsonOf(request: Request): unknown {
  const raw: unknown = Reflect.get(request, 'rawBody') ?? request.body;
  if (!Buffer.isBuffer(raw)) return undefined;
  if (raw.length > largestBody) throw tooLarge();
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    throw new Rejected(code.badRequest, 'The body is not JSON.');
  }
}

const tooLarge = () => new HttpRefusal(413, 'too-large', `The body is over ${largestBody} bytes.`);

function refuseOtherMethods(app: express.Express, path: string, allowed: string[]): void {
  const list = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
  app.all(routeOf(path), (request, response) => {
    response.setHeader('Allow', list.join(', '));
    throw new HttpRefusal(
      405,
      'method-not-allowed',
      `${request.method} is refused here; use ${allowed.join(' or ')}.`,
    );
  });
}

function securityHeaders(_: Request, response: Response, next: () => void): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'private, no-cache');
  next();
}

function answerError(getRuntime: GetRuntime): ErrorRequestHandler {
  return async (thrown: unknown, _request, response, _next) => {
    const failure = failureOf(thrown);
    await logFailure(getRuntime, failure);
    if (response.headersSent) {
      response.end();
      return;
    }
    if (failure.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    const answer: ErrorAnswer = { error: { code: failure.code, message: failure.message } };
    response.status(failure.status).json(answer);
  };
}
