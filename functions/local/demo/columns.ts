import { dateOf } from '../../calendar.ts';

/** Tables as columns that grow: flat arrays, since the demo has more than a million rows. */

export type DemoColumn =
  /** Row `i` is `texts[codes[i]]`; -1 for NULL. */
  | { name: string; type: 'STRING'; codes: Int32Array; texts: readonly string[] }
  /** INT64, NUMERIC; NaN for NULL. */
  | { name: string; type: 'INT64' | 'NUMERIC'; values: Float64Array }
  /** 0, 1; NaN for NULL. */
  | { name: string; type: 'BOOL'; values: Float64Array }
  /** Days since 1970-01-01; NaN for NULL. */
  | { name: string; type: 'DATE'; values: Float64Array }
  /** Milliseconds since 1970-01-01T00:00Z; NaN for NULL. */
  | { name: string; type: 'TIMESTAMP'; values: Float64Array };

export interface DemoTable {
  /** Table of the input contract. */
  name: string;
  /** append: rows of the days asked for; replace: the whole table as it is known today. */
  mode: 'append' | 'replace';
  rows: number;
  columns: DemoColumn[];
}

export interface DemoTables {
  origin: string;
  today: string;
  /**
   * Tables in mode `append` hold the rows of `from` to `today`; those in mode `replace` are
   * whole, as known at the end of `today`.
   */
  tables: DemoTable[];
}

type Type = DemoColumn['type'];
export type Cell = string | number | null;

/** Collects rows of one table; `layout` names the columns in the order of `add`. */
export class TableBuilder {
  private rows = 0;
  private capacity = 1024;
  private readonly values: Float64Array[];
  private readonly texts: { list: string[]; codes: Map<string, number> }[];
  private readonly name: string;
  private readonly mode: DemoTable['mode'];
  private readonly layout: readonly (readonly [string, Type])[];

  constructor(name: string, mode: DemoTable['mode'], layout: readonly (readonly [string, Type])[]) {
    this.name = name;
    this.mode = mode;
    this.layout = layout;
    this.values = layout.map(() => new Float64Array(this.capacity));
    this.texts = layout.map(() => ({ list: [], codes: new Map() }));
  }

  /** One cell per column; NULL is null, in number columns also NaN. */
  add(...cells: Cell[]): void {
    if (this.rows === this.capacity) this.grow();
    for (let i = 0; i < this.values.length; i++) {
      const cell = cells[i];
      (this.values[i] as Float64Array)[this.rows] =
        cell === null || cell === undefined
          ? Number.NaN
          : typeof cell === 'number'
            ? cell
            : this.codeOf(i, cell);
    }
    this.rows++;
  }

  build(): DemoTable {
    const columns = this.layout.map(([name, type], i): DemoColumn => {
      const values = (this.values[i] as Float64Array).slice(0, this.rows);
      if (type !== 'STRING') return { name, type, values };
      const codes = new Int32Array(this.rows);
      for (let row = 0; row < this.rows; row++) {
        const value = values[row] as number;
        codes[row] = Number.isNaN(value) ? -1 : value;
      }
      return { name, type, codes, texts: (this.texts[i] as { list: string[] }).list };
    });
    return { name: this.name, mode: this.mode, rows: this.rows, columns };
  }

  private codeOf(column: number, text: string): number {
    const { list, codes } = this.texts[column] as (typeof this.texts)[number];
    let found = codes.get(text);
    if (found === undefined) {
      found = list.push(text) - 1;
      codes.set(text, found);
    }
    return found;
  }

  private grow(): void {
    this.capacity *= 2;
    for (let i = 0; i < this.values.length; i++) {
      const larger = new Float64Array(this.capacity);
      larger.set(this.values[i] as Float64Array);
      this.values[i] = larger;
    }
  }
}

/** The value of a cell as people read it; for tests and small outputs. */
export function cellOf(column: DemoColumn, row: number): string | number | boolean | null {
  if (column.type === 'STRING') {
    const found = column.codes[row] as number;
    return found < 0 ? null : (column.texts[found] as string);
  }
  const value = column.values[row] as number;
  if (Number.isNaN(value)) return null;
  if (column.type === 'BOOL') return value === 1;
  if (column.type === 'DATE') return dateOf(value);
  if (column.type === 'TIMESTAMP') return new Date(value).toISOString();
  return value;
}
