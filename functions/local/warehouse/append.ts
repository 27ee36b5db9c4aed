/**
 * Columns straight into DuckDB's vectors. Per-value calls cost ten times as much, so numbers
 * are copied as blocks; only texts go one by one.
 */
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBTableFunction,
  VARCHAR,
} from '@duckdb/node-api';
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { columnRules } from '../../ports/column-rules.ts';
import type { TableColumn, TableName } from '../../ports/warehouse.ts';
import type { Column, ColumnBatch } from '../../scorecard/engine/columns.ts';
import { quoted, quotedTable } from '../googlesql/duckdb-text.ts';
import { copyTexts, scratchInt32 } from './append-texts.ts';
import { Nulls, type Part } from './nulls.ts';
import { duckDbType } from './types.ts';

/** Rows of a DuckDB vector. */
const chunkRows = 2048;

type Bytes = Float64Array | BigInt64Array | BigUint64Array | Int32Array | Uint32Array | Uint8Array;

function copyInto(vector: Vector, data: Bytes): void {
  duckdb.copy_data_to_vector(
    vector,
    0,
    data.buffer as ArrayBuffer,
    data.byteOffset,
    data.byteLength,
  );
}

const rules = columnRules('duckdb');

/** Splits a whole number into the halves of an INT64. */
function writeInt64(into: Int32Array, at: number, value: number): void {
  const high = Math.floor(value / 4_294_967_296);
  into[at * 2] = value - high * 4_294_967_296;
  into[at * 2 + 1] = high;
}

function wholeNumbers(values: Float64Array, part: Part): Int32Array {
  const { column, from, rows, nulls } = part;
  const data = scratchInt32(rows * 2);
  for (let i = 0; i < rows; i++) {
    const value = values[from + i] ?? Number.NaN;
    const small = value | 0;
    // Nearly all numbers are points and counts, which 32 bits hold.
    if (small === value) {
      data[i * 2] = small;
      data[i * 2 + 1] = small >> 31;
    } else if (Number.isNaN(value)) nulls.add(i);
    else writeInt64(data, i, rules.wholeNumber(column, value));
  }
  return data;
}

function numbers(values: Float64Array, part: Part): Bytes {
  const { column, from, rows, nulls } = part;
  switch (column.type) {
    case 'FLOAT64': {
      const data = values.subarray(from, from + rows);
      for (let i = 0; i < rows; i++) if (Number.isNaN(data[i])) nulls.add(i);
      return data;
    }
    case 'INT64':
      return wholeNumbers(values, part);
    case 'BOOL': {
      const data = new Uint8Array(rows);
      for (let i = 0; i < rows; i++) {
        const value = values[from + i] ?? Number.NaN;
        if (Number.isNaN(value)) nulls.add(i);
        else data[i] = value === 0 ? 0 : 1;
      }
      return data;
    }
    case 'DATE': {
      const data = new Int32Array(rows);
      for (let i = 0; i < rows; i++) {
        const value = values[from + i] ?? Number.NaN;
        if (Number.isNaN(value)) nulls.add(i);
        else data[i] = rules.wholeNumber(column, value);
      }
      return data;
    }
    default: {
      const data = new BigInt64Array(rows * 2);
      for (let i = 0; i < rows; i++) {
        const value = values[from + i] ?? Number.NaN;
        if (Number.isNaN(value)) {
          nulls.add(i);
          continue;
        }
        const scaled = rules.billionths(column, value);
        data[i * 2] = BigInt.asIntN(64, scaled);
        data[i * 2 + 1] = scaled >> 64n;
      }
      return data;
    }
  }
}

function texts(values: readonly (string | null)[], part: Part, vector: Vector): Bytes | undefined {
  const { column, from, rows, nulls } = part;
  if (column.type === 'STRING') {
    copyTexts(values, part, vector);
    return undefined;
  }
  const days = column.type === 'DATE' ? new Int32Array(rows) : undefined;
  const micros = days ? undefined : new BigInt64Array(rows);
  const time = rules.times(column);
  for (let i = 0; i < rows; i++) {
    const value = values[from + i];
    if (value === null || value === undefined) {
      nulls.add(i);
      continue;
    }
    if (days) days[i] = time(value);
    if (micros) micros[i] = BigInt(time(value)) * 1000n;
  }
  return days ?? micros;
}

function lists(source: Extract<Column, { as: 'numbers' }>, part: Part, vector: Vector): void {
  const { column, from, rows } = part;
  const { values, offsets } = source;
  const start = offsets[from] ?? 0;
  const length = (offsets[from + rows] ?? 0) - start;
  duckdb.list_vector_reserve(vector, length);
  duckdb.list_vector_set_size(vector, length);
  const entries = new Uint32Array(rows * 4);
  for (let i = 0; i < rows; i++) {
    const at = offsets[from + i] ?? 0;
    entries[i * 4] = at - start;
    entries[i * 4 + 2] = (offsets[from + i + 1] ?? 0) - at;
  }
  copyInto(vector, entries);
  if (length === 0) return;
  const child = duckdb.list_vector_get_child(vector);
  if (column.type === 'ARRAY<FLOAT64>') {
    copyInto(child, values.subarray(start, start + length));
    return;
  }
  const nulls = new Nulls(length);
  copyInto(child, wholeNumbers(values, { column, from: start, rows: length, nulls }));
  nulls.copyInto(child, column.name, true);
}

function fill(vector: Vector, source: Column | undefined, part: Part): void {
  const { column, rows, nulls, from } = part;
  let data: Bytes | undefined;
  if (source === undefined) {
    if (column.type.startsWith('ARRAY')) {
      copyInto(vector, new Uint32Array(rows * 4));
    } else {
      for (let i = 0; i < rows; i++) nulls.add(i);
    }
  } else if (source.as === 'number') data = numbers(source.values, part);
  else if (source.as === 'string') data = texts(source.values, part, vector);
  else if (source.as === 'numbers') lists(source, part, vector);
  else if (source.as === 'bigint') data = source.values.subarray(from, from + rows);
  if (data !== undefined) copyInto(vector, data);
  nulls.copyInto(vector, column.name, column.required === true);
}

/** Batches on their way into a table. */
interface Arrival {
  columns: readonly TableColumn[];
  batches: Iterator<ColumnBatch>;
  /** What comes next: these rows of this batch. */
  batch: ColumnBatch | undefined;
  from: number;
  /** What went wrong here; DuckDB would only pass its message on. */
  failure: unknown;
}

const arrivals = new Map<string, Arrival>();
let lastArrival = 0;

/**
 * Makes an instance take batches: a table function that asks for one chunk after the other, so
 * that DuckDB stores rows in a thread of its own. Its appender would do that in ours.
 */
export function registerArrivals(connection: DuckDBConnection): void {
  connection.registerTableFunction(
    DuckDBTableFunction.create({
      name: 'kenko_arriving',
      parameterTypes: [VARCHAR],
      bindFunction: (info) => {
        const arrival = arrivals.get(String(info.getParameter(0)));
        for (const { name, type } of arrival?.columns ?? []) {
          info.addResultColumn(name, duckDbType(type));
        }
        info.setBindData(arrival ?? {});
      },
      initFunction: () => undefined,
      mainFunction: (info, chunk) => {
        const arrival = info.getBindData() as Arrival;
        try {
          fillNext(arrival, chunk);
        } catch (error) {
          arrival.failure = error;
          info.setError('a batch cannot be appended');
        }
      },
    }),
  );
}

/** Writes the next rows into a chunk; none at the end. */
function fillNext(arrival: Arrival, chunk: DuckDBDataChunk): void {
  while (arrival.batch === undefined || arrival.from >= arrival.batch.rows) {
    const next = arrival.batches.next();
    if (next.done) {
      chunk.rowCount = 0;
      return;
    }
    rules.checkBatch(arrival.columns, next.value);
    arrival.batch = next.value;
    arrival.from = 0;
  }
  const { batch, from, columns } = arrival;
  const rows = Math.min(chunkRows, batch.rows - from);
  chunk.rowCount = rows;
  columns.forEach((column, index) => {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    const part = { column, from, rows, nulls: new Nulls(rows) };
    fill(vector, batch.columns.get(column.name), part);
  });
  arrival.from += rows;
}

/**
 * Appends batches to a table inside the connection's transaction; a column that a batch lacks
 * becomes NULL (an empty list). Gives the number of rows.
 * @throws Rejected `invalid-data` for values that the column cannot take.
 */
export async function appendBatches(
  connection: DuckDBConnection,
  table: TableName,
  columns: readonly TableColumn[],
  batches: Iterable<ColumnBatch>,
): Promise<number> {
  const key = String(++lastArrival);
  const arrival: Arrival = {
    columns,
    batches: batches[Symbol.iterator](),
    batch: undefined,
    from: 0,
    failure: undefined,
  };
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  arrivals.set(key, arrival);
  try {
    const { rowsChanged } = await connection.run(
      `INSERT INTO ${quotedTable(table)} (${names}) SELECT ${names} FROM kenko_arriving('${key}')`,
    );
    return rowsChanged;
  } catch (error) {
    throw arrival.failure ?? error;
  } finally {
    arrivals.delete(key);
  }
}
