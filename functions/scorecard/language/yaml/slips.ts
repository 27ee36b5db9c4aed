/** Slips in YAML in the words of people who write rules: what the parser met, and what to write. */
import type { ErrorCode } from 'yaml';

/** A blank, colon, comma, bracket or quote as Japanese keyboards write it where YAML wants another. */
const fullWidth = /^\s*(\u3000)|^\s*(?:- )?[\w-]+\s*(：)|[\]}"'\d]\s*(、|，)|[:[{,]\s*(“|‘|［|｛)/;

const halfWidth: Record<string, string> = {
  '\u3000': 'blank',
  '：': ': ',
  '、': ',',
  '，': ',',
  '“': '"',
  '‘': "'",
  '［': '[',
  '｛': '{',
};

const indented =
  'fields of one block begin at the same column, two blanks further in than what they belong to';
const inQuotes = 'put a text or condition with such signs into single quotes';

const words: Partial<Record<ErrorCode, string>> = {
  BAD_SCALAR_START: `a value cannot begin with this sign: ${inQuotes}`,
  BAD_DQ_ESCAPE: 'within double quotes \\ has a meaning of its own: use single quotes',
  BLOCK_IN_FLOW:
    'within { } and [ ] entries are separated by commas, and a text that holds ": " or a line break stands in quotes',
  DUPLICATE_KEY: 'repeats a key: each key may appear once',
  MULTILINE_IMPLICIT_KEY:
    'a field is a name, a colon and a blank, then its value, as in points: 40',
  MULTIPLE_DOCS: 'a line of --- begins another document: one file holds one',
  TAB_AS_INDENT: 'it is indented with a tab: use blanks',
  TAG_RESOLVE_FAILED: `a value cannot begin with !: ${inQuotes}`,
  UNEXPECTED_TOKEN: `something stands where no more was expected: close as many brackets as were opened, and ${inQuotes}`,
};

/**
 * @param line the text of the line where the parser stopped
 * @returns the end of a sentence
 */
export function slipOf(code: ErrorCode, message: string, line: string): string {
  const sign = fullWidth
    .exec(line)
    ?.slice(1)
    .find((found) => found !== undefined);
  if (sign !== undefined && code !== 'DUPLICATE_KEY') {
    const shown = sign === '\u3000' ? 'blank' : `"${sign}"`;
    return `it holds the full-width ${shown}: write the half-width ${halfWidth[sign]} instead`;
  }
  if (code === 'BLOCK_AS_IMPLICIT_KEY') {
    return line.split(': ').length > 2
      ? `a text that holds ": " stands in quotes`
      : `this line or the one below is indented otherwise than the lines around it: ${indented}`;
  }
  if (code === 'BAD_INDENT' || code === 'MISSING_CHAR') {
    if (/\bend with a/.test(message)) return `a bracket is not closed above: add ${message.at(-1)}`;
    if (/^Missing closing/.test(message)) return 'a quoted text has no end: close its quote';
    return `it is indented otherwise than the lines around it, or lacks "- ": ${indented}`;
  }
  return words[code] ?? message;
}
