/** The HTTPS function `api`: the JSON API and the dashboard. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import { code, HttpRefusal, Rejected } from '../errors.ts';
import { placeOf } from '../http-functions.ts';
import { acceptBody } from '../raw-bodies.ts';
import type { ErrorAnswer } from '../records/api/common.ts';
import type { Runtime } from '../runtime.ts';
import { quoted } from '../safe-text.ts';
import { contextOf, withinRequest } from '../trace.ts';
import { jsonOf, readBody } from './bodies.ts';
import { callEndpoint } from './call-endpoint.ts';
import { requireCaller } from './callers.ts';
import { pagePaths, pages } from './dashboard/pages.ts';
import { type Endpoint, routeOf } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { failureOf, logFailure } from './failures.ts';
import { parseParameters } from './parameters.ts';

type GetRuntime = () => Promise<Runtime>;

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
  const before = endpoint.body ? [readBody] : [];
  app[endpoint.method](routeOf(endpoint.path), ...before, async (request, response) => {
    const runtime = await getRuntime();
    const { role } = endpoint;
    const caller = role === null ? undefined : await requireCaller(runtime, request, role);
    const query = parseParameters(endpoint.query, request.query);
    const body = endpoint.body ? jsonOf(request) : undefined;
    const key = request.get('Idempotency-Key');
    if (key !== undefined && (key === '' || key.length > longestKey)) {
      throw new Rejected(code.badRequest, `An Idempotency-Key has 1 to ${longestKey} characters.`);
    }
    const answer = await callEndpoint(endpoint, {
      ...{ runtime, caller, query, body },
      id: segmentOf(request, 'id'),
      item: segmentOf(request, 'item'),
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
