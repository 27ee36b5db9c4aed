import { DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { describe, expect, it } from 'vitest';
import { copyTexts } from '../../../functions/local/warehouse/append-texts.ts';
import { Nulls } from '../../../functions/local/warehouse/nulls.ts';
import { textsOf } from '../../../functions/local/warehouse/read-texts.ts';

type Texts = (string | null)[];

/** A vector that holds the texts; the chunk keeps it alive. */
function vectorOf(texts: Texts): { chunk: DuckDBDataChunk; vector: Vector } {
  const rows = texts.length;
  const chunk = DuckDBDataChunk.create([VARCHAR], rows);
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, 0);
  const nulls = new Nulls(rows);
  const column = { name: 'text', type: 'STRING' } as const;
  copyTexts(texts, { column, from: 0, rows, nulls }, vector);
  nulls.copyInto(vector, column.name, false);
  return { chunk, vector };
}

const long = (i: number): string => `a text that is kept elsewhere ${i}`;
const huge = '健'.repeat(5000);

describe('texts in a vector', () => {
  it.each<[string, Texts]>([
    ['no text at all', [null, null, null]],
    ['empty ones', ['', '', null, '']],
    ['short ones in runs', ['red', 'red', 'green', 'green', 'red']],
    ['twelve and thirteen bytes', ['twelve bytes', 'thirteen byte', 'twelve bytes']],
    ['short ones of several bytes a letter', ['é', '健康', '健康健康', '健康健康健']],
    ['long ones, each another', Array.from({ length: 500 }, (_, i) => long(i))],
    ['long ones that repeat', [long(1), long(1), long(2), long(1), null, long(1)]],
    ['more long ones than are remembered', Array.from({ length: 200 }, (_, i) => long(i % 50))],
    ['short, long and missing in turns', ['a', long(1), null, 'a', null, 'a', long(1)]],
    ['texts larger than a page of memory', [huge, 'short', `${huge}!`, huge, long(3)]],
  ])('come back as they were: %s', (_, texts) => {
    const { chunk, vector } = vectorOf(texts);
    expect(textsOf(vector, texts.length)).toEqual(texts);
    expect(chunk.columnCount).toBe(1);
  });

  it('do not come from the slot of a row without a value', () => {
    const { chunk, vector } = vectorOf(['first', 'other', 'other']);
    // As a filter leaves it: the row is NULL, its slot still holds what it held.
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, Uint8Array.of(0b101).buffer, 0, 1);
    expect(textsOf(vector, 3)).toEqual(['first', null, 'other']);
    expect(chunk.columnCount).toBe(1);
  });
});
