/** A deployment with one thing wrong, and all that a doctor is to find in it. */
import { expect } from 'vitest';
import { type Breakage, findingsOf, wrongIn } from './fixture.ts';

export interface BrokenCase {
  broken: Breakage;
  /** What `wrongIn` says, finding by finding. */
  found: RegExp[];
}

/** Finds that and nothing else, and says all of it in Japanese too. */
export async function expectFindings({ broken, found }: BrokenCase): Promise<void> {
  const findings = await findingsOf(broken);
  expect(wrongIn(findings)).toEqual(found.map((pattern) => expect.stringMatching(pattern)));
  for (const { outcome, said, advice } of findings) {
    if (outcome === 'ok') continue;
    expect(said?.ja).toMatch(/[ぁ-ん]/);
    if (outcome !== 'not-checked') expect(advice?.ja).toMatch(/[ぁ-ん]/);
  }
}
