/** The feature table claims what passed, and nothing else. */
import { describe, expect, it } from 'vitest';
import { featureTable } from '../seeds/feature-table.ts';
import { idsOf } from '../support/seeds/behaviour-results.ts';

const told = { W1: 'Phases are scored', W2: 'Points reach Salesforce' };
const results = (passed: boolean) => [
  {
    file: 'tests/a.test.ts',
    hash: 'h',
    tests: [
      { ids: ['W1'], title: 'W1: all', passed: true },
      { ids: ['W1', 'W2'], title: 'W1, W2: some', passed },
    ],
  },
];

describe('the feature table', () => {
  it('has a row per behaviour, with the tests that show it', () => {
    expect(featureTable(told, results(true))).toBe(
      `| id | what Kenko does | shown by |
|---|---|---|
| W1 | Phases are scored | [a](tests/a.test.ts) |
| W2 | Points reach Salesforce | [a](tests/a.test.ts) |`,
    );
  });

  it('is not made where a test fails, none ran, or a title has an id that nobody told', () => {
    expect(() => featureTable(told, results(false))).toThrow('W2 fails in tests/a.test.ts');
    expect(() => featureTable(told, [])).toThrow('W1 is shown by no test that ran');
    expect(() => featureTable({ W1: 'x' }, results(true))).toThrow("W2 is in a test's title");
  });

  it('finds ids where a title begins with them', () => {
    expect(idsOf('W2, D10: both')).toEqual(['W2', 'D10']);
    expect(idsOf('CSV: no id')).toEqual([]);
    expect(idsOf('as W2: says')).toEqual([]);
  });
});
