/** Options that several commands take, as help shows them, and what they come to. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { parseDate } from '../calendar.ts';
import { code, Rejected } from '../errors.ts';
import type { DataPlace } from '../own-data/rules-data.ts';
import { packNames } from '../wiring/deployed-files.ts';

/** What the command line makes of a command's options. */
export type OptionsOf<With extends (command: Command) => { opts(): object }> = ReturnType<
  ReturnType<With>['opts']
>;

export function positiveInteger(text: string): number {
  return wholeNumber(text, Number.POSITIVE_INFINITY, 'above 0');
}

/** So that a day counted back from another one stays in the calendar. */
const mostDays = 3660;

function days(text: string): number {
  return wholeNumber(text, mostDays, `from 1 to ${mostDays}`);
}

function wholeNumber(text: string, most: number, range: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new InvalidArgumentError(`a whole number ${range} is expected`);
  }
  return value;
}

/** Options of every command that works on a state folder. */
export function withState(command: Command) {
  return command
    .option('--pack <name>', `pack to run (${packNames().join(', ')})`, 'saas')
    .option('--state <folder>', 'where data and results are kept, one folder a pack', '.kenko')
    .option('--json', 'print one JSON value instead of text');
}
export type StateOptions = OptionsOf<typeof withState>;

/** Options of the commands that decide about a held run. */
export function withDecision(command: Command) {
  return withState(command)
    .argument('<run>', 'run id, as `kenko runs` lists it')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .addOption(author('who decides'));
}

/** Who acts: whoever types, unless another one is named. */
export const author = (description: string) =>
  new Option('--author <name>', description).default(userInfo().username);

/** Options of the commands that may have to make or read data first. */
export function withData(command: Command) {
  return withState(command)
    .option('--data <folder>', 'your own CSV or Parquet files, one per table, instead of the demo')
    .option('--accounts <n>', 'accounts of the demo', positiveInteger, 1000)
    .addOption(language());
}
export type DataOptions = OptionsOf<typeof withData>;

/** Options of the commands that try rules on data, or on the demo where none is named. */
export function withDataPlace(command: Command) {
  return command
    .option('--data <folder>', 'CSV or Parquet files that rules are tried on')
    .option('--state <folder>', 'state folder whose data rules are tried on; else the demo')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .option('--accounts <n>', 'accounts of the demo', positiveInteger, 500)
    .option('--today <date>', 'last day of the demo', '2026-03-02')
    .option('--json', 'print one JSON value instead of text');
}

export function dataPlaceOf(options: OptionsOf<typeof withDataPlace>): DataPlace {
  const { accounts, today } = options;
  return namedPlaceOf(options) ?? { demo: { accounts, today } };
}

/** The data that was named: files, or what a state folder keeps. */
export function namedPlaceOf({
  data,
  state,
  asOf,
}: Partial<Record<'data' | 'state' | 'asOf', string | undefined>>): DataPlace | undefined {
  const at = asOf === undefined ? {} : { asOf };
  if (data !== undefined) return { folder: data, ...at };
  return state === undefined ? undefined : { state, ...at };
}

/** Options of the commands that hold scores against outcomes. */
export function withPast<Args extends unknown[], Options extends Record<string, unknown>>(
  command: Command<Args, Options>,
) {
  return command
    .option('--score <name>', 'which score; the first one, or all, without it')
    .option('--lead <days>', 'days that a score lies before the outcome, at least', days, 60)
    .option('--every <days>', 'days between the dates that are scored', days, 14)
    .option('--from <date>', 'first day of the outcomes; a year before the last without it')
    .option('--to <date>', 'last day of the outcomes')
    .addOption(language());
}

/** @throws Rejected for days that are none, or stand the wrong way round */
export function checkPeriod({ from, to }: { from?: string | undefined; to?: string | undefined }) {
  if (from !== undefined) parseDate(from, '--from');
  if (to !== undefined) parseDate(to, '--to');
  if (from !== undefined && to !== undefined && from > to) {
    throw new Rejected(code.badRequest, `--from ${from} is after --to ${to}; swap them.`);
  }
}

/** In which language people are answered. */
export const language = () =>
  new Option('--lang <language>', 'language of labels and reasons').choices(['en', 'ja']);
