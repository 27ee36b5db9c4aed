/** Layouts of the tables we own, from `sql/tables/*.yaml`: Terraform reads the same files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { code, Rejected } from '../errors.ts';
import type { TableSchema } from '../ports/warehouse.ts';

const tableFile = z.strictObject({
  table: z.string().regex(/^[a-z][a-z0-9_]*$/),
  description: z.string().min(1),
  partition: z.string().optional(),
  cluster: z.array(z.string()).max(4).default([]),
  columns: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-z0-9_]*$/),
        type: z.enum([
          'STRING',
          'INT64',
          'FLOAT64',
          'NUMERIC',
          'BOOL',
          'DATE',
          'TIMESTAMP',
          'ARRAY<INT64>',
          'ARRAY<FLOAT64>',
        ]),
        required: z.boolean().default(false),
        description: z.string().min(1),
      }),
    )
    .min(1),
});

/** A table of ours, as its file describes it. */
export interface OwnTable extends TableSchema {
  table: string;
  description: string;
}

/** @throws Rejected `invalid-rules` naming the file and the first field that is wrong. */
export function parseTableSchema(text: string, file: string): OwnTable {
  const result = tableFile.safeParse(parse(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new Rejected(
      code.invalidRules,
      `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a table'}.`,
    );
  }
  const names = new Set(result.data.columns.map((column) => column.name));
  for (const name of [result.data.partition ?? [], result.data.cluster].flat()) {
    if (!names.has(name)) {
      throw new Rejected(
        code.invalidRules,
        `${file}: there is no column ${name} to partition or cluster by.`,
      );
    }
  }
  return result.data;
}

/** All tables of a folder, by name. @throws Rejected as `parseTableSchema` does */
export function readTableSchemas(directory: string): Map<string, OwnTable> {
  const tables = new Map<string, OwnTable>();
  for (const file of readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    const table = parseTableSchema(readFileSync(join(directory, file), 'utf8'), file);
    tables.set(table.table, table);
  }
  return tables;
}
