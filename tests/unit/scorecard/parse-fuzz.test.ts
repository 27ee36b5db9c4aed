import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePack } from '../../../functions/scorecard/engine/compile.ts';
import { parsePack, RulesError } from '../../../functions/scorecard/language/parse/pack.ts';
import { allFresh, filesWith } from '../../support/small-pack.ts';

const paths = [...filesWith().keys()].filter((path) => !path.endsWith('.sql'));

/** What slips of the keyboard, merges and ill will leave behind. */
const pieces = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\t',
  ':',
  '-',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '!!js ',
  '<<: ',
  '? ',
  '|',
  '>',
  'null',
  'true',
  '.nan',
  '.inf',
  '-1',
  '1e999',
  '0x1F',
  '9007199254740993',
  '~',
  '__proto__: 1',
  'constructor',
  'metrics.users',
  'has(metrics.users)',
  'account.phase',
  '&&',
  '(',
  ')',
  'matches("a")',
  '\u0000',
  '\u2028',
  '😀',
  'health',
  'red',
  '---\n',
  '...\n',
  '2026-01-01',
  'toString',
);

const edit = fc.record({
  path: fc.constantFrom(...paths),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 12 }),
  insert: fc.oneof(pieces, fc.string({ maxLength: 6 })),
});

describe('parsing', () => {
  it('of texts with random edits gives a pack that compiles, or a RulesError', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const files = filesWith();
        for (const { path, at, remove, insert } of edits) {
          const text = files.get(path) ?? '';
          const start = Math.floor(at * text.length);
          files.set(path, text.slice(0, start) + insert + text.slice(start + remove));
        }
        try {
          const pack = parsePack(files);
          compilePack(pack, {
            layouts: new Map(),
            groupAgeDays: allFresh,
            engineHash: 'e',
            date: '2026-01-01',
          });
        } catch (error) {
          if (!(error instanceof RulesError)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
          for (const { file, line, message } of error.problems) {
            expect(file).not.toBe('');
            expect(line).toBeGreaterThanOrEqual(1);
            expect(message).not.toMatch(/undefined|\[object|NaN,/);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of an expression of any text gives an expression or a problem', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join(' ')),
        ),
        (text) => {
          const files = filesWith();
          const path = 'rules/small/scorecards/use.yaml';
          files.set(
            path,
            (files.get(path) ?? '').replace(
              'when: metrics.overdue',
              () => `when: ${JSON.stringify(text)}`,
            ),
          );
          try {
            parsePack(files);
          } catch (error) {
            if (!(error instanceof RulesError)) throw error;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
