/** Slips of a beginner in YAML: each is told at its line, in words that say what to write. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Problem } from '../../../functions/scorecard/language/problems.ts';
import { readYaml } from '../../../functions/scorecard/language/yaml/document.ts';

const card = `score: health
measures:
  - id: silence
    metric: days
    points: 40
    steps: [[0, 40], [7, 30]]
  - id: visits
    label: { en: Three errors, ja: エラー：3回、以上 }
`;

function problemsIn(text: string): string[] {
  const problems: Problem[] = [];
  readYaml('card.yaml', text, z.unknown(), problems);
  return problems.map(({ line, message }) => `${line} ${message}`);
}

it('minds no full-width signs within a text', () => {
  expect(problemsIn(card)).toEqual([]);
});

it.each([
  ['a blank too few', '    points', '   points', /^5 .*indented otherwise.*at the same column/],
  ['a blank too many', '    points', '     points', /^4 .*or the one below is indented otherwise/],
  ['an entry too far in', '  - id: visits', '   - id: visits', /^7 .*indented otherwise/],
  ['an entry without a blank', '  - id: visits', '  -id: visits', /^7 .*or lacks "- "/],
  ['a tab', '    points', '\tpoints', /^5 .*tab: use blanks/],
  ['no blank after a colon', 'points: 40', 'points:40', /^5 .*a colon and a blank.*points: 40/],
  ['no colon', 'points: 40', 'points 40', /^5 .*a name, a colon and a blank/],
  ['a full-width colon', 'points: 40', 'points：40', /^5 .*full-width "：": write .* : {2}instead/],
  ['a full-width blank', '    points', '\u3000\u3000points', /^5 .*full-width blank/],
  ['a full-width comma', '40], [7', '40]、 [7', /^6 .*full-width "、": write .* , instead/],
  ['a typographic quote', '{ en: Three', '{ en: “Three: x”', /^8 .*full-width "“": write .* " /],
  ['an open bracket', '30]]', '30]', /^7 .*a bracket is not closed above: add \]/],
  ['a bracket too many', '30]]', '30]]]', /^6 .*close as many brackets as were opened/],
  ['an open quote', 'metric: days', "metric: 'days", /a quoted text has no end/],
  ['a colon in a list of fields', 'Three errors', 'Errors: three', /^8 .*holds ": ".* in quotes/],
  ['a colon in a text', 'metric: days', 'metric: days: 3', /^4 .*holds ": " stands in quotes/],
  ['a negation', 'metric: days', 'when: !has(x)', /^4 .*cannot begin with !: put .* single quotes/],
  ['a sign of YAML', 'metric: days', 'metric: @days', /^4 .*this sign: put .* single quotes/],
  ['a condition in pieces', 'metric: days', `when: "a" || "b"`, /^4 .*condition.* single quotes/],
  ['a backslash', 'metric: days', 'metric: "days\\d"', /^4 .*use single quotes/],
  ['a key twice', 'points: 40', 'points: 40\n    points: 3', /^6 .*each key may appear once/],
  [
    'a second document',
    'score: health',
    '---\nscore: health\n---\na: 1\n---',
    /one file holds one/,
  ],
])('%s', (_, from, to, sentence) => {
  const text = card.replace(from, to);
  expect(text).not.toBe(card);
  const problems = problemsIn(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(sentence);
});
