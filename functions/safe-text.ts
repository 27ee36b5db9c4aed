/** Texts of others that people read elsewhere: as a cell of a spreadsheet, in one line, in a sentence. */

/**
 * Signs by which a spreadsheet takes a cell for a formula, the full-width ones of Japanese keyboards
 * among them: https://owasp.org/www-community/attacks/CSV_Injection
 */
const formulaSigns = '=+\\-@＝＋－＠\\t\\r\\n';
const beginsLikeFormula = new RegExp(`^'*[${formulaSigns}]`);
const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** How a cell begins that `asCell` guarded; as regular expression of SQL, too. */
export const guardedCell = `^'+[${formulaSigns}]`;
const isGuarded = new RegExp(guardedCell);

/**
 * A text as a spreadsheet takes it for one: with an apostrophe before what begins like a formula.
 * Numbers stay as they are.
 */
export const asCell = (text: string): string =>
  beginsLikeFormula.test(text) && !plainNumber.test(text) ? `'${text}` : text;

/** What `asCell` was given. */
export const textOfCell = (cell: string): string => (isGuarded.test(cell) ? cell.slice(1) : cell);

const unseen = /[\p{Cc}\u2028\u2029]+/u;

/** A name, an address: line breaks, tabs and other signs that are not seen become a space. */
export const oneLine = (text: string): string =>
  unseen.test(text)
    ? text
        .split(unseen)
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .join(' ')
    : text;

/** A text as part of a sentence, shortened where it would drown the rest. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
