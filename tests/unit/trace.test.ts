import { describe, expect, it } from 'vitest';
import { createLog, type LogEntry } from '../../functions/log.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { contextOf, traceAttributes, withinRequest } from '../../functions/trace.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const other = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = 'b7ad6b7169203331';
const traceparent = `00-${trace}-${span}-01`;

const contextWith = (headers: Record<string, string>, attributes?: Record<string, string>) =>
  contextOf('score', (name) => headers[name], attributes);

describe('the trace of a request', () => {
  it('comes from the W3C header', () => {
    expect(contextWith({ traceparent }).trace).toEqual({
      traceId: trace,
      spanId: span,
      sampled: true,
    });
    expect(contextWith({ traceparent: `00-${trace}-${span}-00` }).trace?.sampled).toBe(false);
  });

  it('comes from Google’s header where there is no other', () => {
    const header = (text: string) => contextWith({ 'X-Cloud-Trace-Context': text }).trace;
    expect(header(`${trace}/255;o=1`)).toEqual({
      traceId: trace,
      spanId: '00000000000000ff',
      sampled: true,
    });
    expect(header(`${trace}/18446744073709551615`)).toEqual({
      traceId: trace,
      spanId: 'ffffffffffffffff',
      sampled: false,
    });
    expect(contextWith({ traceparent, 'X-Cloud-Trace-Context': `${other}/1;o=1` }).trace).toEqual(
      contextWith({ traceparent }).trace,
    );
  });

  const malformed = [
    '',
    'x',
    `00-${trace}-${span}`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}-01\n{"severity":"ERROR"}`,
  ];
  it.each(malformed)('is none where the header is malformed: %j', (text) => {
    expect(contextWith({ traceparent: text }).trace).toBeUndefined();
    expect(contextWith({ 'X-Cloud-Trace-Context': text }).trace).toBeUndefined();
    expect(contextWith({}, { traceparent: text }).trace).toBeUndefined();
  });

  it('is that of the message it delivers, and its own is told beside it', () => {
    const context = contextWith({ traceparent: `00-${other}-${span}-01` }, { traceparent });
    expect(context).toMatchObject({ trace: { traceId: trace }, requestTrace: other });
  });

  it('goes on with messages sent while it is worked on, and only then', async () => {
    expect(traceAttributes()).toEqual({});
    const [attributes, untraced] = await Promise.all([
      withinRequest(contextWith({ traceparent }), async () => {
        await systemClock.sleep(1);
        return traceAttributes();
      }),
      withinRequest(contextWith({}), async () => traceAttributes()),
    ]);
    expect(attributes).toEqual({ traceparent });
    expect(untraced).toEqual({});
  });

  it('is in every log entry of the request', () => {
    const entries: LogEntry[] = [];
    const log = createLog((entry) => entries.push(entry), systemClock);
    withinRequest(contextWith({ traceparent }), () => log.runFinished({ run: 'r', changed: 2 }));
    log.runFinished({ run: 'r', changed: 2 });
    expect(entries[0]).toMatchObject({ function: 'score', trace, span, sampled: true, run: 'r' });
    expect(Object.keys(entries[1] ?? {}).sort()).toEqual(
      ['severity', 'event', 'time', 'message', 'run', 'changed'].sort(),
    );
  });
});
