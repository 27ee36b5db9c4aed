/** Bodies of requests: bytes first, then what they say. */
import express, { type Request } from 'express';
import { z } from 'zod';
import { code, HttpRefusal, Rejected } from '../errors.ts';
import { quoted } from '../safe-text.ts';

/** The largest body is an override with its reason of 2,000 characters. */
const largestBody = 64 * 1024;

/**
 * Reads a body as bytes, so that a malformed one is refused in our words. Where the Functions
 * Framework has read it already, this does nothing.
 */
export const readBody = express.raw({ type: () => true, limit: largestBody, inflate: false });

/** @throws HttpRefusal 415 for another content type, 413 for too much */
export function textOf(request: Request, type: 'application/json' | 'form'): string {
  const wanted = type === 'form' ? 'application/x-www-form-urlencoded' : type;
  if (!request.is(wanted)) {
    const what = type === 'form' ? 'a form' : 'JSON';
    throw new HttpRefusal(
      415,
      'unsupported-media-type',
      `The body has to be ${what}, sent as Content-Type: ${wanted}.`,
    );
  }
  // The bytes are in `rawBody` where the Functions Framework has read them.
  const raw: unknown = Reflect.get(request, 'rawBody') ?? request.body;
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.alloc(0);
  if (bytes.length > largestBody) {
    throw new HttpRefusal(413, 'too-large', `The body is over ${largestBody} bytes.`);
  }
  return bytes.toString('utf8');
}

/** @throws Rejected `bad-request`, HttpRefusal */
export function jsonOf(request: Request): unknown {
  try {
    return JSON.parse(textOf(request, 'application/json'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Rejected(code.badRequest, 'The body is not JSON.');
  }
}

/** What was sent, as its schema has it. @throws Rejected `bad-request` naming the field and what is right */
export function checkedBody<S extends z.ZodType>(schema: S, sent: unknown): z.output<S> {
  const parsed = schema.safeParse(sent);
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
