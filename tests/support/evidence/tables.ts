/** Tables to calibrate on. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { CalibrationTable, Column } from '../../../functions/evidence/calibrate/table.ts';
import { drawsFrom } from './draws.ts';

export function tableOf(columns: readonly Column[], left: Uint8Array): CalibrationTable {
  return { columns, left, account: Int32Array.from(left.keys()) };
}

/** Columns without any bearing on who leaves. */
export function noise(seed: number, { columns, accounts }: { columns: number; accounts: number }) {
  const draws = drawsFrom(seed);
  return tableOf(
    Array.from({ length: columns }, (_, j) => ({
      id: `noise_${j}`,
      values: Float64Array.from({ length: accounts }, draws.normal),
    })),
    Uint8Array.from({ length: accounts }, () => Number(draws.whether(0.2))),
  );
}

/** Header and records of a file of the fixtures. */
export function fixtureSheet(file: string): { header: string[]; records: string[][] } {
  const text = readFileSync(new URL(`../fixtures/evidence/${file}`, import.meta.url));
  const [header = [], ...records]: string[][] = parse(text);
  return { header, records };
}

/** The same table as people write it. */
export function sheetOf({ columns, left }: CalibrationTable): {
  header: string[];
  records: string[][];
} {
  return {
    header: [...columns.map(({ id }) => id), 'left'],
    records: [...left.keys()].map((i) => [
      ...columns.map(({ values }) => String(values[i])),
      String(left[i]),
    ]),
  };
}
