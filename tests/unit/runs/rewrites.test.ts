import { describe, expect, it } from 'vitest';
import { accountFormat } from '../../../functions/records/documents.ts';
import type { Rewrites } from '../../../functions/records/run-documents.ts';
import { isRewritten, nextRewrites } from '../../../functions/runs/rewrites.ts';

const million = 1_000_000;
const finished = (rewrites: Rewrites) => ({ state: 'finished' as const, rewrites });
const none = { format: 0, from: 0, until: 0 };
const done = { format: accountFormat, from: 1_000, until: 1_000 };

describe('documents of another format are written again', () => {
  it('by the first run after one of a release that had no number', () => {
    expect(nextRewrites(finished(none), 200)).toEqual({
      ...{ format: accountFormat, from: 0, until: 1_000 },
    });
  });

  it.each([
    ['an older', accountFormat - 1],
    ['after a rollback, a newer', accountFormat + 1],
  ])('from the first account on where the run before was of %s format', (_, format) => {
    const rewrites = { format, from: 300, until: 400 };
    expect(nextRewrites(finished(rewrites), million)).toEqual({
      ...{ format: accountFormat, from: 0, until: 100 },
    });
  });

  it('a tenth of the accounts a run, or 5,000, each account once, and then none', () => {
    const accounts = Array.from({ length: 2_000 }, (_, i) => `account-${i}`);
    const written: string[] = [];
    let run = finished(none);
    for (let runs = 0; runs < 10; runs += 1) {
      run = finished(nextRewrites(run, million));
      const some = accounts.filter((account) => isRewritten(run, account));
      expect(some.length).toBeGreaterThan(100);
      expect(some.length).toBeLessThan(300);
      written.push(...some);
    }
    expect(written.sort()).toEqual(accounts.toSorted());
    expect(nextRewrites(run, million)).toEqual(done);
    expect(accounts.some((account) => isRewritten({ rewrites: done }, account))).toBe(false);
    expect(nextRewrites(finished(none), 20_000)).toMatchObject({ until: 250 });
  });

  it('once more where the run before did not finish', () => {
    const rewrites = { format: accountFormat, from: 300, until: 400 };
    expect(nextRewrites({ state: 'publishing', rewrites }, million)).toEqual(rewrites);
  });

  it('never by the first run of a pack', () => {
    expect(nextRewrites(undefined, million)).toEqual(done);
  });
});
