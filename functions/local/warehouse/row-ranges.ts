/**
 * Where ranges of account ids stand in a table that is kept in their order. DuckDB's own zone
 * maps hold the first eight bytes of a text, which are the same for most ids, so that every
 * range would cost a look at every id.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { IdRange, TableName } from '../../ports/warehouse.ts';
import { quotedTable } from '../googlesql/duckdb-text.ts';

/** Rows between two ids that are remembered: those of a DuckDB vector. */
const stride = 2048;

/** Row ids `from` up to, without, `before`. */
export interface RowRange {
  from: number;
  before: number;
}

export class RowRanges {
  /** Every 2,048th id, as UTF-8: the order of bytes is the order of ids. */
  readonly #ids: readonly Buffer[];

  private constructor(ids: readonly Buffer[]) {
    this.#ids = ids;
  }

  /** Looks at a table whose rows stand in the order of their account ids. */
  static async of(connection: DuckDBConnection, table: TableName): Promise<RowRanges> {
    const reader = await connection.runAndReadAll(
      `SELECT account_id FROM ${quotedTable(table)} WHERE rowid % ${stride} = 0 ORDER BY rowid`,
    );
    return new RowRanges(reader.getRows().map(([id]) => Buffer.from(String(id))));
  }

  /** Rows among which all of the range are; few others are. */
  find({ from, before }: IdRange): RowRange {
    return {
      // The row before the first remembered id that is not below may be of the range, too.
      from: Math.max(0, this.#notBelow(from) - 1) * stride,
      before: (before === undefined ? this.#ids.length : this.#notBelow(before)) * stride,
    };
  }

  /** Position of the first remembered id that is not below `id`. */
  #notBelow(id: string): number {
    const wanted = Buffer.from(id);
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Buffer.compare(this.#ids[middle] as Buffer, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
