import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import pico from 'picocolors';
import { wantsColour } from '../config.ts';
import type { KenkoError } from '../errors.ts';
import { asCell } from '../safe-text.ts';

/** What scripts can rely on. */
export const exitCode = { done: 0, failed: 1, badInput: 2 } as const;

export const colour = pico.createColors(wantsColour(process.stdout.isTTY));

/** Results go to standard output, progress and errors to standard error. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Lines of a CSV file, the last one without its end; no cell of it is a formula. */
export const csv = (rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) =>
      row
        .map(asCell)
        .map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
        .join(','),
    )
    .join('\n');

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One clear sentence, and the exit code for wrong input. */
export function fail(sentence: string, asJson: boolean | undefined, error: KenkoError): void {
  if (asJson) printJson({ error: { code: error.code, message: sentence } });
  else note(`kenko: ${sentence}`);
  process.exitCode = exitCode.badInput;
}

/** Progress as lines; on a terminal each one replaces the one before. */
export function progressLine(quiet: boolean | undefined): {
  show: (line: string) => void;
  clear: () => void;
} {
  if (quiet) return { show: () => undefined, clear: () => undefined };
  if (!process.stderr.isTTY) return { show: note, clear: () => undefined };
  return {
    show: (line) => {
      process.stderr.write(`\r\u001b[2K${colour.dim(`… ${line}`)}`);
    },
    clear: () => {
      process.stderr.write('\r\u001b[2K');
    },
  };
}

/** Worst bands red, best ones green, by position on the scale. */
export function bandColour(index: number, bands: number): (text: string) => string {
  const position = bands < 2 ? 1 : index / (bands - 1);
  if (position < 0.2) return colour.red;
  if (position < 0.45) return colour.yellow;
  if (position < 0.7) return colour.cyan;
  return colour.green;
}

/** Points with their sign, coloured by it. */
export function signed(points: number): string {
  if (points === 0) return '±0';
  return points > 0 ? colour.green(`+${points}`) : colour.red(`−${Math.abs(points)}`);
}

/** A plain table; numbers are aligned to the right. */
export function table(
  head: readonly string[],
  rows: readonly (string | number | null)[][],
): string {
  const plain = new Table({
    head: head.map((title) => colour.dim(title)),
    colAligns: head.map((_, column) =>
      rows.length > 0 && rows.every((row) => isNumeric(row[column])) ? 'right' : 'left',
    ),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  });
  for (const row of rows) plain.push(row.map((cell) => cell ?? '–'));
  return plain.toString();
}

function isNumeric(cell: string | number | null | undefined): boolean {
  if (cell === null || cell === undefined || typeof cell === 'number') return true;
  return /^[+−-]?[\d.,]+ ?%?$/.test(stripVTControlCharacters(cell));
}
