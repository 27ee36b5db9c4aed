/** Cells of BigQuery's answers into columns: no row and no cell becomes an object. */
import type { ColumnType, TableColumn } from '../../ports/warehouse.ts';
import {
  type Column,
  type ColumnBatch,
  type ColumnRequest,
  unknownCode,
} from '../../scorecard/engine/columns.ts';
import { type CellSink, type RowReader, UnexpectedJson } from './json.ts';
import { boolAt, dayAt, integerAt, numberAt } from './numbers.ts';

/** How a column's cells are read; numbers, so that a switch on them is a jump. */
const kind = {
  number: 0,
  bool: 1,
  date: 2,
  code: 3,
  string: 4,
  bigint: 5,
  numbers: 6,
} as const;
type Kind = (typeof kind)[keyof typeof kind];

const firstCapacity = 4_096;

/** Of a request that was checked (`ports/column-rules.ts`). */
function kindOf(request: ColumnRequest, type: ColumnType): Kind {
  if (request.as !== 'number') return kind[request.as];
  return type === 'BOOL' ? kind.bool : type === 'DATE' ? kind.date : kind.number;
}

/** A column that grows. */
interface Growing {
  kind: Kind;
  numbers: Float64Array;
  codes: Uint16Array;
  texts: (string | null)[];
  integers: BigInt64Array;
  /** Of a list column: where each row's items end. */
  ends: Int32Array;
  items: number;
  byText: Map<string, number>;
  /** Where the last text stood and what it was: codes and names come in runs. */
  lastStart: number;
  lastEnd: number;
  lastText: string;
  lastCode: number;
}

/** Makes one batch of the rows of one page. */
export class PageColumns implements CellSink {
  readonly width: number;
  private readonly requests: readonly ColumnRequest[];
  private readonly columns: Growing[];
  private capacity = firstCapacity;
  private rows = 0;

  constructor(requests: readonly ColumnRequest[], types: readonly TableColumn[]) {
    this.requests = requests;
    this.width = Math.max(1, requests.length);
    this.columns = requests.map((request, index) => {
      const type = types[index]?.type;
      if (type === undefined) throw new UnexpectedJson(`a type of ${request.name}`, 0);
      return this.growing(request, kindOf(request, type));
    });
  }

  private growing(request: ColumnRequest, of: Kind): Growing {
    const room = (...kinds: Kind[]): number => (kinds.includes(of) ? firstCapacity : 0);
    return {
      kind: of,
      numbers: new Float64Array(room(kind.number, kind.bool, kind.date, kind.numbers)),
      codes: new Uint16Array(room(kind.code)),
      texts: [],
      integers: new BigInt64Array(room(kind.bigint)),
      ends: new Int32Array(room(kind.numbers)),
      items: 0,
      byText: new Map(
        request.as === 'code' ? request.codes.map((text, index) => [text, index + 1]) : [],
      ),
      lastStart: 0,
      lastEnd: -1,
      lastText: '',
      lastCode: 0,
    };
  }

  scalar(index: number, json: RowReader, start: number, end: number, escaped: boolean): void {
    const column = this.columns[index];
    // A table without the columns asked for is read for its number of rows.
    if (column === undefined) return;
    const { rows } = this;
    switch (column.kind) {
      case kind.number:
        column.numbers[rows] = numberAt(json.bytes, start, end);
        return;
      case kind.bool:
        column.numbers[rows] = boolAt(json.bytes, start, end);
        return;
      case kind.date:
        column.numbers[rows] = dayAt(json.bytes, start, end);
        return;
      case kind.bigint:
        column.integers[rows] = integerAt(json.bytes, start, end);
        return;
      case kind.string:
        this.remember(column, json, start, end, escaped);
        column.texts[rows] = column.lastText;
        return;
      case kind.code:
        if (this.remember(column, json, start, end, escaped)) {
          column.lastCode = column.byText.get(column.lastText) ?? unknownCode;
        }
        column.codes[rows] = column.lastCode;
        return;
      case kind.numbers:
        throw new UnexpectedJson('a list', start);
    }
  }

  empty(index: number): void {
    const column = this.columns[index];
    if (column === undefined) return;
    const { rows } = this;
    switch (column.kind) {
      case kind.number:
      case kind.bool:
      case kind.date:
        column.numbers[rows] = Number.NaN;
        return;
      case kind.string:
        column.texts[rows] = null;
        return;
      case kind.bigint:
        column.integers[rows] = 0n;
        return;
      case kind.code:
        column.codes[rows] = 0;
        return;
      case kind.numbers:
        column.ends[rows] = column.items;
    }
  }

  startList(index: number): void {
    const column = this.columns[index];
    if (column !== undefined && column.kind !== kind.numbers) {
      throw new UnexpectedJson('a text', 0);
    }
  }

  item(index: number, json: RowReader, start: number, end: number): void {
    const column = this.columns[index];
    if (column === undefined) return;
    if (column.items === column.numbers.length) column.numbers = grown(column.numbers);
    column.numbers[column.items++] = numberAt(json.bytes, start, end);
  }

  endList(index: number): void {
    const column = this.columns[index];
    if (column !== undefined) column.ends[this.rows] = column.items;
  }

  endRow(): void {
    if (++this.rows < this.capacity) return;
    this.capacity *= 2;
    for (const column of this.columns) {
      if (column.kind <= kind.date) column.numbers = grown(column.numbers);
      if (column.kind === kind.code) column.codes = grown(column.codes);
      if (column.kind === kind.bigint) column.integers = grown(column.integers);
      if (column.kind === kind.numbers) column.ends = grown(column.ends);
    }
  }

  /** Takes the text at a place; false where it is the one taken last. */
  private remember(
    column: Growing,
    json: RowReader,
    start: number,
    end: number,
    escaped: boolean,
  ): boolean {
    const { lastStart, lastEnd } = column;
    const length = end - start;
    if (length === lastEnd - lastStart) {
      const { bytes } = json;
      let same = 0;
      while (same < length && bytes[start + same] === bytes[lastStart + same]) same++;
      if (same === length) return false;
    }
    column.lastStart = start;
    column.lastEnd = end;
    column.lastText = json.text(start, end, escaped);
    return true;
  }

  batch(): ColumnBatch {
    return {
      rows: this.rows,
      columns: new Map(
        this.columns.map((column, index) => [
          this.requests[index]?.name ?? '',
          finished(column, this.rows),
        ]),
      ),
    };
  }
}

function finished(column: Growing, rows: number): Column {
  switch (column.kind) {
    case kind.number:
    case kind.bool:
    case kind.date:
      return { as: 'number', values: column.numbers.slice(0, rows) };
    case kind.code:
      return { as: 'code', values: column.codes.slice(0, rows) };
    case kind.string:
      return { as: 'string', values: column.texts };
    case kind.bigint:
      return { as: 'bigint', values: column.integers.slice(0, rows) };
    case kind.numbers: {
      const offsets = new Int32Array(rows + 1);
      offsets.set(column.ends.subarray(0, rows), 1);
      return { as: 'numbers', values: column.numbers.slice(0, column.items), offsets };
    }
  }
}

type Numbers = Float64Array | Uint16Array | BigInt64Array | Int32Array;

function grown<T extends Numbers>(values: T): T {
  const larger = new (values.constructor as new (length: number) => T)(values.length * 2);
  larger.set(values as never);
  return larger;
}
