import { afterEach, describe, expect, it, vi } from 'vitest';
import { Rejected, Throttled } from '../../functions/errors.ts';
import { counters, createLog, type LogEntry, writeToStdout } from '../../functions/log.ts';
import { systemClock } from '../../functions/system-clock.ts';
import { contextOf, withinRequest } from '../../functions/trace.ts';

const poison = 'Hanako Yamada <hanako@acme.example>';

function logged(write: (log: ReturnType<typeof createLog>) => void): LogEntry[] {
  const entries: LogEntry[] = [];
  write(createLog((entry) => entries.push(entry), systemClock));
  return entries;
}

describe('a failure in the log', () => {
  const failure = (error: unknown) =>
    logged((log) => log.requestFailed({ function: 'api', error }));

  it('keeps our sentence and leaves out what another system said', () => {
    const error = new Rejected('invalid-data', 'bigquery: job 7 failed: invalid', { said: poison });
    expect(error.message).toBe(`bigquery: job 7 failed: invalid: ${poison}`);
    const [entry] = failure(error);
    expect(entry).toMatchObject({
      severity: 'ERROR',
      code: 'invalid-data',
      reason: 'bigquery: job 7 failed: invalid',
      message: 'api failed: bigquery: job 7 failed: invalid',
    });
    expect(JSON.stringify(entry)).not.toContain('Hanako');
  });

  it('keeps nothing of a cause', () => {
    const error = new Throttled('daily-limit', 'slow down', { cause: new Error(poison) });
    expect(JSON.stringify(failure(error))).not.toContain('Hanako');
  });

  it('of a defect is its name and where it happened, not what it says', () => {
    const [entry] = failure(new TypeError(`cannot read ${poison}\n    at ${poison}:1:1`));
    expect(entry?.reason).toMatch(/^TypeError at .*log\.test\.ts:\d+:\d+/);
    expect(entry?.stack_trace).toMatch(/^TypeError\n {4}at /);
    expect(JSON.stringify(entry)).not.toContain('Hanako');
  });

  const odd: Record<string, unknown> = {
    text: poison,
    'an object': { name: poison },
    'an error named after a person': Object.assign(new Error('x'), { name: poison }),
    'an error without a message': Object.assign(new Error(''), { stack: `${poison}\n  at x:1:1` }),
    'an error whose stack is its own': Object.assign(new Error('x'), { stack: poison }),
  };
  it.each(Object.keys(odd))('says nothing of what was thrown where it is %s', (name) => {
    expect(JSON.stringify(failure(odd[name]))).not.toContain('Hanako');
  });
});

describe('counters', () => {
  it('are numbers in entries of their events', () => {
    const entries = logged((log) => {
      log.shardScored({ run: 'r', shard: 1, rows: 5, scored: 4 });
      log.runFinished({ run: 'r', changed: 3 });
      log.shardPublished({ run: 'r', shard: 1, published: 2 });
      log.accountsSynced({ run: 'r', synced: 6, unchanged: 7, parked: 8, retried: 9 });
      log.runHeld({
        run: 'r',
        code: 'mass-change',
        reason: 'Every account is gone.',
        shown: 11,
        gone: 10,
        band_changed: 0,
        unknown: 0,
        tables: [],
      });
    });
    const counted = Object.entries(counters).map(([name, { event, field }]) => [
      name,
      entries.find((entry) => entry.event === event)?.[field],
    ]);
    expect(Object.fromEntries(counted)).toEqual({
      scored: 4,
      changed: 3,
      published: 2,
      synced: 6,
      parked: 8,
      retried: 9,
      held: 1,
    });
  });
});

describe('standard output', () => {
  afterEach(() => vi.restoreAllMocks());

  function written(project: string | undefined, headers: Record<string, string>): string[] {
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const log = createLog(writeToStdout(project), systemClock);
    withinRequest(
      contextOf('score', (name) => headers[name]),
      () => log.runWaiting({ run: 'a\nb', holder: 'c' }),
    );
    vi.restoreAllMocks();
    return lines;
  }
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('gets one line of JSON an entry, with the fields that Cloud Logging knows', () => {
    const [line, ...others] = written('acme-health', { traceparent });
    expect(others).toEqual([]);
    expect(line?.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(line ?? '')).toEqual({
      severity: 'NOTICE',
      event: 'run-waiting',
      time: expect.stringMatching(/Z$/),
      message: 'run a\nb waits for c',
      function: 'score',
      run: 'a\nb',
      holder: 'c',
      'logging.googleapis.com/trace':
        'projects/acme-health/traces/0af7651916cd43dd8448eb211c80319c',
      'logging.googleapis.com/spanId': 'b7ad6b7169203331',
      'logging.googleapis.com/trace_sampled': true,
    });
  });

  it('gets no trace where there is none, or no project to find it in', () => {
    for (const lines of [written('acme-health', {}), written(undefined, { traceparent })]) {
      expect(lines.join()).not.toContain('logging.googleapis.com');
      expect(lines.join()).not.toContain('"trace"');
    }
  });
});
