/** When Salesforce shows what was written: it keeps values in a form of its own. */
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../../functions/ports/crm.ts';
import { markOf, sameInCrm } from '../../../functions/sync/field-values.ts';

const alike: [string, FieldValue, FieldValue][] = [
  ['without blanks around it', '  needs care \n', 'needs care'],
  ['blanks only as nothing', ' \t', null],
  ['with line ends of its own', 'one\ntwo', 'one\r\ntwo'],
  ['an instant in its own form', '2026-04-01T00:00:00Z', '2026-04-01T00:00:00.000+0000'],
  ['an instant to the second', '2026-04-01T09:00:00.750+09:00', '2026-04-01T00:00:00.000+0000'],
  ['choices in the order of their definition', 'renewal;quiet', 'quiet;renewal'],
];

describe('what was written is the same', () => {
  it.each(alike)('%s', (_, written, shown) => {
    expect(sameInCrm(written, shown)).toBe(true);
    expect(markOf(written)).toBe(markOf(shown));
  });

  it('an unchecked box where there is no record yet', () => {
    expect(sameInCrm(false, null)).toBe(true);
    expect(sameInCrm(true, null)).toBe(false);
  });

  it('rounded to a hundredth', () => {
    expect(sameInCrm(71.254, 71.25)).toBe(true);
    expect(sameInCrm(71.26, 71.25)).toBe(false);
  });

  it.each<[FieldValue, FieldValue]>([
    ['a  b', 'a b'],
    ['a;b', 'a;c'],
    ['a;b', 'a'],
    ['2026-04-01T00:00:00Z', '2026-04-01T00:00:01Z'],
    ['', false],
    [0, null],
  ])('but not as another: %j, %j', (written, shown) => {
    expect(sameInCrm(written, shown)).toBe(false);
    expect(markOf(written)).not.toBe(markOf(shown));
  });
});
