/** Which accounts left, by the column that says so. */
import { code, Rejected } from '../../errors.ts';
import { isBool, isYes, withoutPlaceholders } from './cells.ts';

export interface ReadOutcome {
  column: string;
  /** Cells of those who left. */
  leftValue: string;
  /** By record: 1 where it left, 0 where it stayed, null where nobody knows. */
  left: (0 | 1 | null)[];
}

const left =
  /^(1|churn\w*|left|exited|attrited?( customer)?|cancel\w*|closed|lost|inactive|解約|退会|離反|離脱|非継続|終了)(済み?)?\.?$/i;
const stayed =
  /^(0|retained|stayed|existing( customer)?|active|renewed|expanded|continued|open|won|継続|更新|契約中|在籍|拡大)(中)?\.?$/i;
/** Yes in such a column means that the account is still there. */
const asksWhoStayed = /retain|retention|stay|renew|active|継続|更新|在籍/i;

/**
 * @param leftValue what the column holds where an account left; found from usual words without it
 * @throws Rejected `invalid-data` where two ends cannot be told apart
 */
export function readOutcome(
  column: string,
  cells: readonly string[],
  leftValue?: string,
): ReadOutcome {
  const known = withoutPlaceholders(cells).map((cell) => (cell === '' ? null : cell));
  const values = [...new Set(known.filter((cell) => cell !== null))];
  const shown = values
    .slice(0, 5)
    .map((value) => `"${value.slice(0, 30)}"`)
    .join(', ');
  if (values.length < 2) {
    throw new Rejected(
      code.invalidData,
      `The column ${column} holds ${values.length === 0 ? 'nothing' : `${shown} everywhere`}; it must say of some rows that the account left and of others that it stayed.`,
    );
  }
  const isLeft =
    leftValue === undefined ? usualWay(column, values) : (cell: string) => cell === leftValue;
  if (!isLeft || !values.some(isLeft)) {
    throw new Rejected(
      code.invalidData,
      `The column ${column} holds ${shown}; name the one that means that an account left with --left.`,
    );
  }
  return {
    column,
    leftValue: values.filter(isLeft).join(', '),
    left: known.map((cell) => (cell === null ? null : isLeft(cell) ? 1 : 0)),
  };
}

function usualWay(
  column: string,
  values: readonly string[],
): ((cell: string) => boolean) | undefined {
  const leaving = (cell: string) => left.test(cell);
  const said = values.filter((cell) => leaving(cell) || stayed.test(cell));
  const plain = values.every((cell) => /^[01](\.0*)?$/.test(cell));
  const words = values.every(isBool);
  if (plain || words) {
    const positive = (cell: string) => (plain ? Number(cell) === 1 : isYes(cell));
    return asksWhoStayed.test(column) && !/churn|解約|退会/i.test(column)
      ? (cell) => !positive(cell)
      : positive;
  }
  return said.length === values.length && said.some(leaving) && !said.every(leaving)
    ? leaving
    : undefined;
}

/** The same of a column that nobody named; undefined where its two ends cannot be told apart. */
export function outcomeOf(column: string, cells: readonly string[]): ReadOutcome | undefined {
  const values = new Set(withoutPlaceholders(cells).filter((cell) => cell !== ''));
  const isLeft = values.size < 2 ? undefined : usualWay(column, [...values]);
  return isLeft && [...values].some(isLeft) ? readOutcome(column, cells) : undefined;
}
