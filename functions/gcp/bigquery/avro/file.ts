/**
 * Columns as an Avro object container file, the format BigQuery itself prefers for loads: doubles
 * and integers keep all their bits, lists and NULLs need no convention.
 * https://avro.apache.org/docs/1.12.0/specification/ and
 * https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro
 */
import type { ColumnType, TableColumn } from '../../../ports/warehouse.ts';
import type { ColumnBatch } from '../../../scorecard/engine/columns.ts';
import { type CellWriter, cellWriter, rules } from './cells.ts';
import { AvroWriter } from './writer.ts';

/** Bytes after which a block ends: BigQuery reads blocks in parallel and refuses above 16 MB. */
const blockBytes = 1 << 20;

/** Any 16 bytes that data will hardly contain; always the same, so that equal rows are equal files. */
const syncMarker = Buffer.from('c3a1f07d5e924b86a9d0147be8365f2c', 'hex');

const types: Record<ColumnType, unknown> = {
  STRING: 'string',
  INT64: 'long',
  FLOAT64: 'double',
  NUMERIC: { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 9 },
  BOOL: 'boolean',
  DATE: { type: 'int', logicalType: 'date' },
  TIMESTAMP: { type: 'long', logicalType: 'timestamp-micros' },
  'ARRAY<INT64>': { type: 'array', items: 'long' },
  'ARRAY<FLOAT64>': { type: 'array', items: 'double' },
};

/** A mode of BigQuery each: REQUIRED as the type, NULLABLE as a union with null, REPEATED as an array. */
function fieldOf({ name, type, required }: TableColumn): { name: string; type: unknown } {
  const plain = required === true || type.startsWith('ARRAY');
  return { name, type: plain ? types[type] : ['null', types[type]] };
}

function header(columns: readonly TableColumn[]): Buffer<ArrayBuffer> {
  const schema = { type: 'record', name: 'row', fields: columns.map(fieldOf) };
  const writer = new AvroWriter(4_096);
  writer.bytes(Buffer.from('Obj\u0001'));
  writer.long(2);
  writer.text('avro.schema');
  writer.text(JSON.stringify(schema));
  writer.text('avro.codec');
  writer.text('null');
  writer.long(0);
  writer.bytes(syncMarker);
  return writer.take();
}

/**
 * The file in pieces of about a megabyte; a column that a batch lacks is NULL (an empty list).
 * @throws Rejected `invalid-data` for values that a column cannot take
 */
export function encodeAvro(
  columns: readonly TableColumn[],
  batches: Iterable<ColumnBatch>,
): { pieces: Buffer<ArrayBuffer>[]; rows: number } {
  const pieces = [header(columns)];
  const writer = new AvroWriter(blockBytes + (blockBytes >> 2));
  let rows = 0;
  let inBlock = 0;
  const endBlock = (): void => {
    if (inBlock === 0) return;
    const data = writer.take();
    writer.long(inBlock);
    writer.long(data.length);
    pieces.push(writer.take(), data, syncMarker);
    inBlock = 0;
  };
  for (const batch of batches) {
    rules.checkBatch(columns, batch);
    const cells: CellWriter[] = columns.map((column) => cellWriter(writer, column, batch));
    for (let row = 0; row < batch.rows; row++) {
      for (const write of cells) write(row);
      inBlock++;
      if (writer.length >= blockBytes) endBlock();
    }
    rows += batch.rows;
  }
  endBlock();
  return { pieces, rows };
}
