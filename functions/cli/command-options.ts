/** Options that several commands take, as help shows them. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { packNames } from '../wiring/deployed-files.ts';

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
export function withState(command: Command): Command {
  return command
    .option('--pack <name>', `pack to run (${packNames().join(', ')})`, 'saas')
    .option('--state <folder>', 'where data and results are kept, one folder a pack', '.kenko')
    .option('--json', 'print one JSON value instead of text');
}

/** Options of the commands that decide about a held run. */
export function withDecision(command: Command): Command {
  return withState(command)
    .argument('<run>', 'run id, as `kenko runs` lists it')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .option('--author <name>', 'who decides', userInfo().username);
}

/** Options of the commands that hold scores against outcomes. */
export function withPast(command: Command): Command {
  return command
    .option('--score <name>', 'which score; the first one, or all, without it')
    .option('--lead <days>', 'days that a score lies before the outcome, at least', days, 60)
    .option('--every <days>', 'days between the dates that are scored', days, 14)
    .option('--from <date>', 'first day of the outcomes; a year before the last without it')
    .option('--to <date>', 'last day of the outcomes')
    .addOption(language());
}

/** Options of the commands that may have to make or read data first. */
export function withData(command: Command): Command {
  return withState(command)
    .option('--data <folder>', 'your own CSV or Parquet files, one per table, instead of the demo')
    .option('--accounts <n>', 'accounts of the demo', positiveInteger, 1000)
    .addOption(language());
}

/** In which language people are answered. */
export const language = (): Option =>
  new Option('--lang <language>', 'language of labels and reasons').choices(['en', 'ja']);
