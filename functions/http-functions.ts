/**
 * What turns a plain handler into an HTTP function: Pub/Sub's push envelope, Cloud
 * Scheduler's calls, and an answer whose status says whether it needs to come again.
 */
import type { Request, Response } from '@google-cloud/functions-framework';
import type { z } from 'zod';
import type { FunctionName } from './deployed-functions.ts';
import {
  code,
  HttpRefusal,
  hasCode,
  KenkoError,
  Rejected,
  Retryable,
  Throttled,
  Unauthorized,
} from './errors.ts';
import { acceptBody } from './raw-bodies.ts';
import {
  type DeliveryAttempt,
  type Message,
  type PushEnvelope,
  pushEnvelope,
  type Queue,
  queues,
} from './records/messages.ts';
import type { Runtime } from './runtime.ts';
import { contextOf, withinRequest } from './trace.ts';

type Handler = (request: Request, response: Response) => Promise<void>;
type RuntimeOf = (name: FunctionName) => Promise<Runtime>;

/** A push holds one of our messages: ids only, far below this. */
const largestBody = 256 * 1024;

/**
 * A consumer of one queue. 2xx: done, malformed, or of a run that has ended; anything else, whatever
 * it is, is an error: Pub/Sub delivers again with backoff, and after the last attempt to the dead
 * letters, so that nothing that was asked for is lost without anybody being told.
 */
export function push<M extends Message>(
  name: FunctionName,
  queue: Queue,
  consume: (runtime: Runtime, message: M, delivery: DeliveryAttempt) => Promise<unknown>,
  runtimeOf: RuntimeOf,
): Handler {
  return async (request, response) => {
    const envelope = pushEnvelope.safeParse(jsonIn(request));
    const attributes = envelope.data?.message.attributes;
    await answer(name, runtimeOf, { request, response, attributes }, async (runtime) => {
      requirePost(request, response);
      const message = parsePush(envelope, queue);
      const ignore = (reason: string, answer: string) => {
        runtime.log.messageIgnored({ function: name, reason });
        response.status(200).json({ ignored: answer });
      };
      // Malformed today is malformed tomorrow: acknowledged, and said.
      if ('malformed' in message) return ignore(message.malformed, message.malformed);
      try {
        await consume(runtime, message.body as M, {
          repeated: envelope.data?.deliveryAttempt !== 1,
        });
      } catch (error) {
        if (hasCode(error, code.oldRun)) return ignore(error.summary, error.message);
        if (!(error instanceof Rejected)) throw error;
        // Whoever sent it cannot mend what is refused here: a failure of ours, not of the message.
        throw new Retryable(error.code, error.summary, { cause: error });
      }
      response.status(204).end();
    });
  };
}

function parsePush(
  envelope: z.ZodSafeParseResult<PushEnvelope>,
  queue: Queue,
): { body: Message } | { malformed: string } {
  if (!envelope.success) return { malformed: `not a Pub/Sub push: ${placeOf(envelope.error)}` };
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(envelope.data.message.data, 'base64').toString('utf8'));
  } catch {
    return { malformed: 'the data of the message is not JSON' };
  }
  const body = queues[queue].safeParse(decoded);
  if (!body.success) return { malformed: `not a message of ${queue}: ${placeOf(body.error)}` };
  return { body: body.data };
}

/** Where the first thing is wrong, and of what sort it is: for logs, so it repeats no value. */
export function placeOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path || 'the whole'}: ${(issue?.code ?? 'custom').replaceAll('_', ' ')}`;
}

/** A function that Cloud Scheduler (or an operator) calls. */
export function scheduled<T>(
  name: FunctionName,
  work: (runtime: Runtime, call: { slot: string; body: unknown }) => Promise<T>,
  runtimeOf: RuntimeOf,
): Handler {
  return async (request, response) => {
    await answer(name, runtimeOf, { request, response }, async (runtime) => {
      requirePost(request, response);
      const header = request.get('X-CloudScheduler-ScheduleTime');
      const result = await work(runtime, {
        slot: header ?? runtime.clock.now().toISOString(),
        body: bodyOf(request),
      });
      response.status(200).json(result);
    });
  };
}

/** The JSON body, whatever content type the caller gave it; Scheduler's default is octet-stream. */
function bodyOf(request: Request): unknown {
  const body: unknown = request.body;
  if (!Buffer.isBuffer(body)) return body ?? {};
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new Rejected(code.badRequest, 'The body is not JSON; send {} or nothing.', {
      cause: error,
    });
  }
}

/** The body of a push; undefined where it is refused, or cannot be read. */
function jsonIn(request: Request): unknown {
  if (isTooLarge(request)) return undefined;
  try {
    return bodyOf(request);
  } catch {
    return undefined;
  }
}

const isTooLarge = ({ rawBody }: Request): boolean => (rawBody?.length ?? 0) > largestBody;

function requirePost(request: Request, response: Response): void {
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    throw new HttpRefusal(405, 'method-not-allowed', `${request.method} is refused; use POST.`);
  }
  acceptBody(request);
  if (isTooLarge(request)) {
    throw new HttpRefusal(413, 'too-large', `The body is over ${largestBody} bytes.`);
  }
}

/** The status that each class of error deserves. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpRefusal) return error.status;
  if (error instanceof Rejected) {
    if (error.code === code.notFound) return 404;
    if (error.code === code.unavailable) return 503;
    if ([code.conflict, code.alreadyExists, code.oldRun].some((one) => one === error.code))
      return 409;
    return 400;
  }
  if (error instanceof Throttled) return 429;
  if (error instanceof Unauthorized) return 502;
  if (error instanceof KenkoError) return 503;
  return 500;
}

interface Exchange {
  request: Request;
  response: Response;
  /** Of the message that the request delivers. */
  attributes?: Record<string, string> | undefined;
}

/** Runs the work and answers for its errors: an unhandled rejection would end the process. */
function answer(
  name: FunctionName,
  runtimeOf: RuntimeOf,
  { request, response, attributes }: Exchange,
  work: (runtime: Runtime) => Promise<void>,
): Promise<void> {
  const context = contextOf(name, (header) => request.get(header), attributes);
  return withinRequest(context, async () => {
    let log: Runtime['log'] | undefined;
    try {
      const runtime = await runtimeOf(name);
      log = runtime.log;
      await work(runtime);
    } catch (error) {
      const status = statusOf(error);
      const errorCode = error instanceof KenkoError ? error.code : 'internal';
      if (status < 500) log?.requestRefused({ function: name, code: errorCode, status });
      else log?.requestFailed({ function: name, error });
      if (response.headersSent) return;
      response.status(status).json({
        error: {
          code: errorCode,
          // What went wrong inside is for the log; a caller could only misread it.
          message: error instanceof KenkoError ? error.message : 'The request failed; see the log.',
        },
      });
    }
  });
}
