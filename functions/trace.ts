/**
 * Which request, and which chain of requests, the work at hand belongs to. Cloud Logging shows
 * entries of one trace together; messages carry it on, so that a run's trace reaches from the
 * scheduler to Salesforce. https://cloud.google.com/trace/docs/trace-context
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Trace {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits: the step of the trace that called us. */
  spanId: string;
  sampled: boolean;
}

/** What every log entry of a request says about it. */
export interface RequestContext {
  function: string;
  /** Absent where nobody traces, as on a machine of one's own. */
  trace: Trace | undefined;
  /** The request's own trace id, where its message belongs to another trace. */
  requestTrace: string | undefined;
}

/** The attribute of a message that carries its trace on. */
const attribute = 'traceparent';

const contexts = new AsyncLocalStorage<RequestContext>();

/** Runs `work` as part of a request; whatever it awaits belongs to it too. */
export function withinRequest<T>(context: RequestContext, work: () => T): T {
  return contexts.run(context, work);
}

export function currentRequest(): RequestContext | undefined {
  return contexts.getStore();
}

/** The W3C header, else Google's older one. */
function traceOf(header: (name: string) => string | undefined): Trace | undefined {
  return (
    parseTraceparent(header('traceparent')) ?? parseCloudTrace(header('X-Cloud-Trace-Context'))
  );
}

/** A request's context; the trace that its message carries goes before its own. */
export function contextOf(
  name: string,
  header: (name: string) => string | undefined,
  attributes: Record<string, string> = {},
): RequestContext {
  const own = traceOf(header);
  const carried = parseTraceparent(attributes[attribute]);
  return { function: name, trace: carried ?? own, requestTrace: carried && own?.traceId };
}

/** Attributes that carry the current trace on with a message. */
export function traceAttributes(): Record<string, string> {
  const trace = currentRequest()?.trace;
  if (!trace) return {};
  return { [attribute]: `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}` };
}

/** `00-TRACE-SPAN-FLAGS`; the last bit of the flags says sampled. */
function parseTraceparent(text: string | undefined): Trace | undefined {
  const found = text?.match(/^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/);
  const [, traceId = '', spanId = '', flags = ''] = found ?? [];
  if (!found || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** `TRACE/SPAN;o=1`, where SPAN is an unsigned 64-bit number in decimal. */
function parseCloudTrace(text: string | undefined): Trace | undefined {
  const found = text?.match(/^([\da-f]{32})\/(\d{1,20})(?:;o=(\d))?$/);
  if (!found) return undefined;
  const [, traceId = '', span = '', sampled] = found;
  const spanId = BigInt.asUintN(64, BigInt(span)).toString(16).padStart(16, '0');
  return { traceId, spanId, sampled: sampled === '1' };
}
