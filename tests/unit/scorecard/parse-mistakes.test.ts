import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { code, hasCode } from '../../../functions/errors.ts';
import { parsePack, RulesError } from '../../../functions/scorecard/language/parse/pack.ts';
import { sentenceOf } from '../../../functions/scorecard/language/problems.ts';
import { filesWith, problemsIn } from '../../support/small-pack.ts';

const mistake = z.strictObject({
  mistake: z.string(),
  replace: z.string().min(1),
  by: z.string(),
  problem: z.string().min(1),
});
const folder = new URL('mistakes/', import.meta.url);

describe.each(readdirSync(folder))('a mistake in %s gets one sentence', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const byFile = z.record(z.string(), z.array(mistake).min(1)).parse(parse(text));
  const cases = Object.entries(byFile).flatMap(([file, found]) =>
    found.map(({ mistake: what, replace, by, problem }) => ({
      what,
      change: [file, replace, by] as const,
      sentence: /^\d/.test(problem) ? `${file}:${problem}` : problem,
    })),
  );

  it.each(cases)('$what', ({ change, sentence }) => {
    const sentences = problemsIn(filesWith(change)).map(sentenceOf);
    expect(
      sentences.some((found) => found.startsWith(sentence)),
      sentences.join('\n'),
    ).toBe(true);
  });
});

it('all mistakes of a pack are reported at once, in an error with a code', () => {
  const use = 'rules/small/scorecards/use.yaml';
  const bands = 'rules/small/bands.yaml';
  const files = filesWith([use, 'metric: users', 'metric: user'], [bands, 'from: 0', 'from: 1']);
  try {
    parsePack(files);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(RulesError);
    expect(hasCode(error, code.invalidRules)).toBe(true);
    expect((error as RulesError).problems).toHaveLength(2);
    expect((error as RulesError).message).toContain('(and 1 more)');
  }
});
