/** Rows of `run_inputs` as objects, made into a batch: for rule tests and what-if questions. */
import { type Column, type ColumnBatch, type ColumnRequest, unknownCode } from './columns.ts';

export type InputCell = string | number | boolean | bigint | null | readonly (number | null)[];

/** One row by column name; columns left out are NULL. */
export type InputRow = Record<string, InputCell>;

/** The batch that a warehouse would give for `requests`. */
export function inputBatch(
  requests: readonly ColumnRequest[],
  rows: readonly InputRow[],
): ColumnBatch {
  const columns = new Map<string, Column>();
  for (const request of requests) {
    columns.set(
      request.name,
      columnOf(
        request,
        rows.map((row) => row[request.name] ?? null),
      ),
    );
  }
  return { rows: rows.length, columns };
}

function columnOf(request: ColumnRequest, cells: readonly InputCell[]): Column {
  switch (request.as) {
    case 'number':
      return { as: 'number', values: Float64Array.from(cells, numberOf) };
    case 'string':
      return { as: 'string', values: cells.map((cell) => (cell === null ? null : String(cell))) };
    case 'bigint':
      return {
        as: 'bigint',
        values: BigInt64Array.from(cells, (cell) => (typeof cell === 'bigint' ? cell : 0n)),
      };
    case 'code': {
      const codes = new Map(request.codes.map((text, i) => [text, i + 1]));
      const codeOf = (cell: InputCell) =>
        cell === null ? 0 : (codes.get(String(cell)) ?? unknownCode);
      return { as: 'code', values: Uint16Array.from(cells, codeOf) };
    }
    case 'numbers': {
      const lists = cells.map((cell) => (Array.isArray(cell) ? cell : []));
      const offsets = new Int32Array(cells.length + 1);
      for (const [i, list] of lists.entries()) offsets[i + 1] = (offsets[i] ?? 0) + list.length;
      return { as: 'numbers', values: Float64Array.from(lists.flat(), numberOf), offsets };
    }
  }
}

function numberOf(cell: InputCell): number {
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  return typeof cell === 'number' ? cell : Number.NaN;
}
