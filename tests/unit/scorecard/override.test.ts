import { describe, expect, it } from 'vitest';
import { effectiveBand, type Override, override } from '../../../functions/scorecard/override.ts';

const given: Override = {
  id: 'o-1',
  score: 'health',
  band: 'red',
  reason: 'Told us they are leaving.',
  author: 'csm@example.com',
  from: '2026-01-01T00:00:00Z',
  until: '2026-02-01T00:00:00Z',
};

describe('an override', () => {
  it.each([
    ['2025-12-31T23:59:59Z', 'green'],
    ['2026-01-01T00:00:00Z', 'red'],
    ['2026-01-31T23:59:59Z', 'red'],
    ['2026-02-01T00:00:00Z', 'green'],
  ])('at %s gives %s', (at, band) => {
    expect(effectiveBand('green', given, new Date(at)).band).toBe(band);
  });

  it('keeps what was computed beside it', () => {
    const at = new Date('2026-01-10T00:00:00Z');
    expect(effectiveBand('green', given, at)).toEqual({
      band: 'red',
      computed: 'green',
      override: given,
    });
    expect(effectiveBand(null, given, at).band).toBe('red');
    expect(effectiveBand('green', null, at)).toEqual({
      band: 'green',
      computed: 'green',
      override: null,
    });
  });

  it.each([
    ['without an end', { until: undefined }],
    ['that ends before it starts', { until: '2025-01-01T00:00:00Z' }],
    ['without a reason', { reason: '' }],
    ['without an author', { author: '' }],
  ])('%s is refused', (_what, change) => {
    expect(override.safeParse({ ...given, ...change }).success).toBe(false);
    expect(override.safeParse(given).success).toBe(true);
  });
});
