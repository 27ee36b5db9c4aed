/** What is written is safe to open: as a cell, in Salesforce, in Slack. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from '../../functions/cli/output.ts';
import { slackText, taskText } from '../../functions/notify/notice-text.ts';
import { escaped } from '../../functions/notify/slack-text.ts';
import { asCell, oneLine, textOfCell } from '../../functions/safe-text.ts';
import type { SalesforceMapping } from '../../functions/scorecard/language/pack/pack.ts';
import { crmFields } from '../../functions/sync/crm-fields.ts';
import { accountOf, now, pack } from '../support/api/documents.ts';

/** Texts of what hostile and careless people type, among all others. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...`=+-@＝＋－＠'"*_~\`<>&|, \t\r\n\u0000\u2028aあ1.e`),
    maxLength: 12,
  }),
  fc.constantFrom('=HYPERLINK("http://example.com")', '+81 3 0000 0000', '-5', '@sum', '＝1+1'),
);
const beginsLikeFormula = /^[=+\-@＝＋－＠\t\r\n]/;
const isNumber = (one: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(one);

describe('a cell', () => {
  it('is no formula, whatever the text, and gives the text again', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(beginsLikeFormula.test(asCell(one)) && !isNumber(one)).toBe(false);
        expect(textOfCell(asCell(one))).toBe(one);
      }),
    );
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2+3+cmd|x', "'-2+3+cmd|x"],
    ['＝1+1', "'＝1+1"],
    ['\t=1', "'\t=1"],
    ['-5', '-5'],
    ['+0.25', '+0.25'],
    ['-1e-7', '-1e-7'],
    ["'-5", "''-5"],
    ["O'Neill", "O'Neill"],
    ['a=b', 'a=b'],
  ])('of %j is %j', (one, cell) => {
    expect([asCell(one), textOfCell(cell)]).toEqual([cell, one]);
  });

  it('stands in every CSV that is made: parsed, no cell is a formula, and the table comes back', () => {
    const row = fc.tuple(text, text, text);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const cells: string[][] = parse(csv(rows), { skip_empty_lines: false });
        expect(cells.map((one) => one.map(textOfCell))).toEqual(rows);
        const formulas = cells.flat().filter((one) => beginsLikeFormula.test(one));
        expect(formulas.filter((one) => !isNumber(one))).toEqual([]);
      }),
    );
  });
});

describe('a name', () => {
  it('stands in one line, the same when it is asked again, and keeps what is seen of it', () => {
    fc.assert(
      fc.property(text, (one) => {
        const line = oneLine(one);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(oneLine(line)).toBe(line);
        const seen = (of: string) => of.replaceAll(/[\s\p{Cc}]/gu, '');
        expect(seen(line)).toBe(seen(one));
      }),
    );
  });

  it('of a million blanks is no work', () => {
    expect(oneLine(`a${' '.repeat(1_000_000)}\n${' '.repeat(1_000_000)}b`)).toBe('a b');
  });
});

describe('Salesforce', () => {
  const mapping: SalesforceMapping = {
    ...{ object: 'Account', externalId: 'K__c', child: null, pilot: null },
    fields: [
      ...['name', 'owner'].map((column) => ({
        ...{ name: `${column}__c`, source: `account.${column}`, keepByHand: false },
        value: { of: 'account' as const, column },
      })),
    ],
  };

  it('gets names and owners in one line that no report opens as a formula', () => {
    fc.assert(
      fc.property(text, text, (name, owner) => {
        const document = accountOf({ id: 'a', points: 50, attributes: { name, owner } });
        for (const shown of Object.values(crmFields(mapping, document))) {
          expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          const isSafe = isNumber(String(shown)) || !beginsLikeFormula.test(String(shown));
          expect([shown, isSafe]).toEqual([shown, true]);
        }
      }),
    );
  });

  it('gets numbers, dates and boxes as they are', () => {
    const attributes = { name: -5, owner: true } as unknown as Record<string, string>;
    const document = accountOf({ id: 'a', points: 50, attributes });
    expect(crmFields(mapping, document)).toEqual({ name__c: -5, owner__c: true });
  });
});

describe('Slack', () => {
  it('shows a name as it is: nothing in it formats, links, mentions or ends a line', () => {
    fc.assert(
      fc.property(text, (one) => {
        const shown = escaped(one);
        expect(shown).not.toMatch(/[*~`<>\p{Cc}\u2028\u2029]/u);
        expect(shown.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
        // An underscore formats only where a word begins or ends.
        expect(shown).not.toMatch(/(^|[^\p{L}\p{N}])_|_([^\p{L}\p{N}]|$)/u);
      }),
    );
  });

  it('keeps addresses and ids that can be copied', () => {
    expect(escaped('first_last@example.com acme_01')).toBe('first_last@example.com acme_01');
  });

  it('and a task get a name with an asterisk and a line break in one line, bold to its end', () => {
    const name = '*Acme* <!here>\n=Inc_';
    const both = (word: string) => ({ en: word, ja: word });
    const given = {
      ...{ pack, lang: 'en' as const },
      signal: {
        ...{ label: both('Falls'), action: both('Call'), hints: { en: [], ja: [] } },
        ...{ links: [], owner: null },
      },
      account: accountOf({ id: 'a', points: 50, attributes: { name } }),
      episode: { severity: 'critical', facts: [], account: 'a' },
      delivery: { mention: null },
    } as unknown as Parameters<typeof slackText>[0];
    expect(slackText(given).split('\n')[0]).toBe('🔴 Falls: *∗Acme∗ &lt;!here&gt; =Inc＿*');
    expect(taskText(given, now).subject).toBe('Falls: *Acme* <!here> =Inc_');
  });
});
