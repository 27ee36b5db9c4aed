/** The account columns by which a row's phase and scorecard were chosen, kept with it as JSON. */
import type { PreparedBatch } from './batch.ts';
import type { CompiledPack } from './compile.ts';

type Cell = string | number | boolean | null;
export type KeptAccount = Readonly<Record<string, Cell>>;

/** Distinct texts are mostly few; beyond the limit each is made anew. */
const rememberedTexts = 4096;

function remembering<K, V>(make: (key: K) => V): (key: K) => V {
  const remembered = new Map<K, V>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    if (remembered.size < rememberedTexts) remembered.set(key, made);
    return made;
  };
}

/** The text of a row of a batch; null where nothing of accounts was asked. */
export function keptAccountTexts({
  accounts,
}: CompiledPack): (batch: PreparedBatch, row: number) => string | null {
  const { keptNumbers, keptTexts, truths } = accounts;
  const whole = remembering((cells: string) => `{${cells}}`);
  const numbers = keptNumbers.map((at) => {
    const name = JSON.stringify(accounts.numbers[at]);
    return { at, part: remembering((value: Cell) => `${name}:${JSON.stringify(value)}`) };
  });
  const texts = keptTexts.map((at) => {
    const name = JSON.stringify(accounts.texts[at]?.name);
    return { at, part: remembering((value: Cell) => `${name}:${JSON.stringify(value)}`) };
  });
  if (numbers.length + texts.length === 0) return () => null;
  return (batch, row) => {
    let cells = '';
    for (const { at, part } of texts) {
      const value = batch.accountTexts[at]?.[row] ?? null;
      cells += cells === '' ? part(value) : `,${part(value)}`;
    }
    for (const { at, part } of numbers) {
      const value = (batch.accountNumbers[at] as Float64Array)[row] as number;
      const cell = Number.isNaN(value) ? null : truths.has(at) ? value !== 0 : value;
      cells += cells === '' ? part(cell) : `,${part(cell)}`;
    }
    return whole(cells);
  };
}

/** What such a text holds; nothing where the row was made before it was kept. */
export const readKeptAccount = (text: string | null): KeptAccount =>
  text === null ? {} : (JSON.parse(text) as KeptAccount);
