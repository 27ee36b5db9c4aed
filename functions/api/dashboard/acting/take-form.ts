/**
 * Takes what a form of a page sends: the same operations as the API's, at the same paths without
 * their version. Afterwards the browser is led back to the page, so that reloading sends nothing again.
 */
import { createHash } from 'node:crypto';
import { type Request, Router } from 'express';
import { parseDate } from '../../../calendar.ts';
import { HttpRefusal } from '../../../errors.ts';
import { endOfDate } from '../../../inputs/moments.ts';
import type { Runtime } from '../../../runtime.ts';
import { readBody, textOf } from '../../bodies.ts';
import { callEndpoint } from '../../call-endpoint.ts';
import { requireCaller } from '../../callers.ts';
import { type Endpoint, routeOf } from '../../endpoint.ts';
import { endpoints } from '../../endpoints.ts';
import { type FormName, formNames } from './acting-texts.ts';

/** Of a form, but not of the operation. */
const ofTheForm = ['account', 'key'];

export const formPathOf = ({ path }: Endpoint): string => path.replace(/^\/v1/, '');

export const formEndpoints: readonly Endpoint[] = endpoints.filter(({ name }) =>
  formNames.includes(name as FormName),
);

/** @param backTo the address of the page that a request's language and form lead back to */
export function formRoutes(
  getRuntime: () => Promise<Runtime>,
  backTo: (
    request: Request,
    runtime: Runtime,
    given: { account: string | undefined; done: FormName },
  ) => string,
): Router {
  const router = Router({ caseSensitive: true });
  for (const endpoint of formEndpoints) {
    router.post(routeOf(formPathOf(endpoint)), readBody, async (request, response) => {
      const runtime = await getRuntime();
      const caller = await requireCaller(runtime, request, endpoint.role ?? 'editor');
      requireOrigin(request);
      const form = new URLSearchParams(textOf(request, 'form'));
      const key = keyOf(form);
      const { id = '', item = '' } = request.params;
      await callEndpoint(endpoint, {
        ...{ runtime, caller, query: {} },
        ...{ id: String(id), item: String(item) },
        body: bodyOf(endpoint, form, runtime),
        header: (name) => (name === 'Idempotency-Key' ? key : undefined),
      });
      const account = form.get('account') ?? undefined;
      response.redirect(
        303,
        backTo(request, runtime, { account, done: endpoint.name as FormName }),
      );
    });
  }
  return router;
}

/** Browsers name the page that a form was on; whatever does not is no browser, and has the API. */
function requireOrigin(request: Request): void {
  if (request.get('origin') !== undefined) return;
  throw new HttpRefusal(403, 'forbidden', 'Forms are sent from our pages; programs use /v1.');
}

/** Of the page and of what was entered: going back to it and entering something else is another one. */
const keyOf = (form: URLSearchParams): string =>
  createHash('sha256')
    .update(JSON.stringify([...form]))
    .digest('hex');

/** Fields that were filled in, `a.b` as b of a; a last day becomes the instant at which it ends. */
function bodyOf(endpoint: Endpoint, form: URLSearchParams, { pack }: Runtime): unknown {
  const body: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (ofTheForm.includes(name) || value.trim() === '') continue;
    const [outer = '', inner] = name.split('.', 2);
    if (inner === undefined) body[outer] = value;
    else body[outer] = { ...Object(body[outer]), [inner]: value };
  }
  if (endpoint.name === 'enterOverride' && typeof body.until === 'string') {
    body.until = endOfDate(parseDate(body.until, 'The last day'), pack.zone);
  }
  // An answer to nothing is the form's own default.
  const { answer } = body as { answer?: { question?: unknown } };
  if (answer && answer.question === undefined) delete body.answer;
  return body;
}
