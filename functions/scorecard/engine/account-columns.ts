/** Which account columns a pack reads, how they are asked for, and where expressions find them. */

import type { AccountColumn } from '../language/pack/catalogue.ts';
import type { Pack } from '../language/pack/pack.ts';
import type { Located } from './cel-columns.ts';
import type { ColumnRequest } from './columns.ts';

/** A text column; `dictionary` gives the codes that compiled conditions compare with. */
export interface TextColumn {
  name: string;
  dictionary: ReadonlyMap<string, number>;
  /** Asked for as text, since it is shown or the CEL library reads it. */
  whole: boolean;
  /** Compiled conditions read its codes. */
  coded: boolean;
}

export interface AccountPlan {
  requests: ColumnRequest[];
  /** Columns of numbers and booleans; blocks hold them after a score's inputs. */
  numbers: string[];
  /** Columns of texts; the phase comes after them. */
  texts: TextColumn[];
  /** Code of the account without a phase is 1; of phase `i` of the pack, `i + 2`. */
  phaseTexts: string[];
  /** Positions of the attributes among `numbers` and `texts`: their values are published. */
  shownNumbers: number[];
  shownTexts: number[];
  /** Positions of the columns that phases and scorecards are chosen by: kept with every row. */
  keptNumbers: number[];
  keptTexts: number[];
  /** Columns of `numbers` that are true or false. */
  truths: ReadonlySet<number>;
}

export interface AccountPlanner {
  locate(name: string, inputs: number): Located;
  /** Phases or scorecards are chosen by these columns. */
  keep(names: readonly string[]): void;
  /** The CEL library will read these columns. */
  needTexts(names: readonly string[]): void;
  finish(): AccountPlan;
}

/** Collects what compiled expressions need of accounts. */
export function planAccounts(pack: Pack): AccountPlanner {
  const isText = ({ type }: AccountColumn) => type === 'STRING' || type === 'DATE';
  const texts = pack.accountColumns.filter(isText);
  const numbers = pack.accountColumns.filter((column) => !isText(column));
  const dictionaries = texts.map(() => new Map<string, number>());
  const phaseTexts = ['', ...pack.phases.map(({ id }) => id)];
  // Dates are never asked for as codes, which only texts have.
  const whole = new Set(texts.filter(({ type }) => type === 'DATE').map(({ name }) => name));
  for (const name of pack.attributes) whole.add(name);
  const coded = new Set<number>();
  const kept = new Set<string>();
  const codeIn = (dictionary: Map<string, number>, text: string): number => {
    const code = dictionary.get(text) ?? dictionary.size + 1;
    dictionary.set(text, code);
    return code;
  };
  return {
    locate(name, inputs) {
      if (name === 'phase') {
        const codeOf = (text: string) => phaseTexts.indexOf(text) + 1;
        return { as: 'text', at: texts.length, codeOf };
      }
      const number = numbers.findIndex((column) => column.name === name);
      if (number >= 0) {
        return { as: numbers[number]?.type === 'BOOL' ? 'bool' : 'number', at: inputs + number };
      }
      const at = texts.findIndex((column) => column.name === name);
      const dictionary = dictionaries[at];
      coded.add(at);
      if (!dictionary) throw new Error(`${name} is no account column of the pack`);
      return { as: 'text', at, codeOf: (text) => codeIn(dictionary, text) };
    },
    keep(names) {
      for (const name of names) kept.add(name);
      for (const name of names) whole.add(name);
    },
    needTexts(names) {
      for (const name of names) whole.add(name);
    },
    finish() {
      const columns = texts.map(({ name }, i) => ({
        name,
        dictionary: dictionaries[i] ?? new Map<string, number>(),
        whole: whole.has(name),
        coded: coded.has(i),
      }));
      const attribute = ({ name }: { name: string }, i: number) =>
        pack.attributes.includes(name) ? [i] : [];
      const isKept = ({ name }: { name: string }, i: number) => (kept.has(name) ? [i] : []);
      return {
        requests: [
          ...numbers.map(({ name }): ColumnRequest => ({ name: `account_${name}`, as: 'number' })),
          ...columns.map(
            ({ name, dictionary, whole: asText }): ColumnRequest =>
              asText
                ? { name: `account_${name}`, as: 'string' }
                : { name: `account_${name}`, as: 'code', codes: [...dictionary.keys()] },
          ),
        ],
        numbers: numbers.map(({ name }) => name),
        texts: columns,
        phaseTexts,
        shownNumbers: numbers.flatMap(attribute),
        shownTexts: texts.flatMap(attribute),
        keptNumbers: numbers.flatMap(isKept),
        keptTexts: texts.flatMap(isKept),
        truths: new Set(numbers.flatMap(({ type }, i) => (type === 'BOOL' ? [i] : []))),
      };
    },
  };
}
