/** Tables of a team as they are: their columns may be of other types than the contract says. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  readableTypes,
  resultsOf,
  systemWith,
  unreadableTypes,
} from '../support/system/column-types.ts';
import type { TestSystem } from '../support/system/test-system.ts';

let system: TestSystem;
afterEach(() => system.close());

describe('the same rows are scored alike', () => {
  let expected: unknown[];
  beforeAll(async () => {
    const plain = await systemWith([]);
    expected = await resultsOf(plain);
    await plain.close();
  });

  it.each(Object.entries(readableTypes))('with %s', async (_, statements) => {
    // One left, and one has a day less than the others.
    expect(expected).toHaveLength(8);
    system = await systemWith(statements);
    expect(await resultsOf(system)).toEqual(expected);
  });
});

it.each(Object.entries(unreadableTypes))(
  'a type that nothing can be made of is named: %s',
  async (_, { statements, sentence }) => {
    system = await systemWith(statements);
    const { state, failure } = await system.run('2026-03-01T17:00:00Z');
    expect(state).toBe('failed');
    expect(failure?.message).toBe(sentence);
  },
);
