import { expect, it } from 'vitest';
import { inForce } from '../../../functions/scorecard/meaning/override.ts';

const span = { from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' };

it.each([
  ['2025-12-31T23:59:59Z', false],
  ['2026-01-01T00:00:00Z', true],
  ['2026-01-31T23:59:59Z', true],
  ['2026-02-01T00:00:00Z', false],
])('an override at %s is in force: %s', (at, expected) => {
  expect(inForce(span, new Date(at))).toBe(expected);
});
