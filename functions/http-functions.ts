/**
 * What turns a plain handler into an HTTP function: Pub/Sub's push envelope, Cloud
 * Scheduler's calls, and an answer whose status says whether it needs to come again.
 */
import type { Request, Response } from '@google-cloud/functions-framework';
import type { z } from 'zod';
import { code, KenkoError, messageOf, Rejected, Throttled, Unauthorized } from './errors.ts';
import type { Runtime } from './ports/runtime.ts';
import { type Message, pushEnvelope, type Queue, queues } from './records/messages.ts';

type Handler = (request: Request, response: Response) => Promise<void>;
type GetRuntime = () => Promise<Runtime>;

/** A push holds one of our messages: ids only, far below this. */
const largestBody = 256 * 1024;

/**
 * A consumer of one queue. 2xx: done, or coming again cannot help; anything else: Pub/Sub
 * delivers again with backoff, and after the last attempt to the dead letters.
 */
export function push<M extends Message>(
  name: string,
  queue: Queue,
  consume: (runtime: Runtime, message: M) => Promise<unknown>,
  getRuntime: GetRuntime,
): Handler {
  return async (request, response) => {
    await answer(name, getRuntime, response, async (runtime) => {
      requirePost(request, response);
      const message = parsePush(request, queue);
      if ('malformed' in message) {
        // Malformed today is malformed tomorrow: acknowledged, and said.
        runtime.log.messageIgnored({ function: name, reason: message.malformed });
        response.status(200).json({ ignored: message.malformed });
        return;
      }
      try {
        await consume(runtime, message.body as M);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        runtime.log.messageIgnored({ function: name, reason: error.message });
        response.status(200).json({ ignored: error.message });
        return;
      }
      response.status(204).end();
    });
  };
}

function parsePush(request: Request, queue: Queue): { body: Message } | { malformed: string } {
  const envelope = pushEnvelope.safeParse(request.body);
  if (!envelope.success) return { malformed: `not a Pub/Sub push: ${firstIssue(envelope.error)}` };
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(envelope.data.message.data, 'base64').toString('utf8'));
  } catch {
    return { malformed: `the data of message ${envelope.data.message.messageId} is not JSON` };
  }
  const body = queues[queue].safeParse(decoded);
  if (!body.success) {
    return { malformed: `not a message of ${queue}: ${firstIssue(body.error)}` };
  }
  return { body: body.data };
}

/** A function that Cloud Scheduler (or an operator) calls. */
export function scheduled<T>(
  name: string,
  work: (runtime: Runtime, call: { slot: string; body: unknown }) => Promise<T>,
  getRuntime: GetRuntime,
): Handler {
  return async (request, response) => {
    await answer(name, getRuntime, response, async (runtime) => {
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
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : body;
  if (text === undefined || text === '') return {};
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Rejected(code.badRequest, 'The body is not JSON; send {} or nothing.', {
      cause: error,
    });
  }
}

function requirePost(request: Request, response: Response): void {
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST');
    throw new HttpRefusal(405, 'method-not-allowed', `${request.method} is refused; use POST.`);
  }
  if ((request.rawBody?.length ?? 0) > largestBody) {
    throw new HttpRefusal(413, 'too-large', `The body is over ${largestBody} bytes.`);
  }
}

/** A refusal with a status of its own. */
export class HttpRefusal extends Rejected {
  readonly status: number;

  constructor(status: number, errorCode: string, message: string) {
    super(errorCode, message);
    this.status = status;
  }
}

/** The status that each class of error deserves. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpRefusal) return error.status;
  if (error instanceof Rejected) {
    if (error.code === code.notFound) return 404;
    if (error.code === code.conflict || error.code === code.alreadyExists) return 409;
    return 400;
  }
  if (error instanceof Throttled) return 429;
  if (error instanceof Unauthorized) return 502;
  if (error instanceof KenkoError) return 503;
  return 500;
}

/** Runs the work and answers for its errors: an unhandled rejection would end the process. */
async function answer(
  name: string,
  getRuntime: GetRuntime,
  response: Response,
  work: (runtime: Runtime) => Promise<void>,
): Promise<void> {
  let log: Runtime['log'] | undefined;
  try {
    const runtime = await getRuntime();
    log = runtime.log;
    await work(runtime);
  } catch (error) {
    const status = statusOf(error);
    const errorCode = error instanceof KenkoError ? error.code : 'internal';
    const reason = messageOf(error);
    if (status < 500) log?.requestRefused({ function: name, code: errorCode, reason });
    else log?.requestFailed({ function: name, code: errorCode, reason });
    if (response.headersSent) return;
    response.status(status).json({
      error: {
        code: errorCode,
        // What went wrong inside is for the log; a caller could only misread it.
        message: error instanceof KenkoError ? reason : 'The request failed; see the log.',
      },
    });
  }
}

/** The first thing wrong, in one sentence. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'it is not as expected';
  const path = issue.path.map(String).join('.');
  return path ? `${path}: ${issue.message}` : issue.message;
}
