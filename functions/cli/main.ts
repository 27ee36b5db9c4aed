/** The command line: `kenko ...`. */
import { userInfo } from 'node:os';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { packNames } from '../deployed-files.ts';
import { KenkoError, messageOf } from '../errors.ts';
import { interventionKinds } from '../records/entries.ts';
import { RulesError, sentenceOf } from '../scorecard/problems.ts';
import { showAccounts } from './accounts-command.ts';
import { showActions } from './actions-command.ts';
import { backfill } from './backfill-command.ts';
import { rulesBacktest } from './backtest-command.ts';
import { dataCheck } from './data-check-command.ts';
import { listDeadLetters, replayDeadLetters } from './dead-letters-command.ts';
import { doctor } from './doctor-command.ts';
import { acknowledgeEpisode, showEpisodes } from './episodes-command.ts';
import { explain } from './explain-command.ts';
import { showHandOvers, tick } from './hand-overs-command.ts';
import { init, purposes } from './init-command.ts';
import { enter, showAnswers, showDisagreements, showLog } from './log-command.ts';
import { exitCode, fail } from './output.ts';
import { reconcileSalesforce } from './reconcile-command.ts';
import { rulesCheck } from './rules-check-command.ts';
import { rulesDiff } from './rules-diff-command.ts';
import { writeSchemas } from './rules-schema-command.ts';
import { run } from './run-command.ts';
import { decideRun, showRuns } from './runs-command.ts';
import { start } from './start-command.ts';
import { showWorklist } from './worklist-command.ts';

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('a whole number above 0 is expected');
  }
  return value;
}

/** So that a day counted back from another one stays in the calendar. */
const mostDays = 3660;

function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > mostDays) {
    throw new InvalidArgumentError(`a whole number from 1 to ${mostDays} is expected`);
  }
  return value;
}

/** Options of every command that works on a state folder. */
function withState(command: Command): Command {
  return command
    .option('--pack <name>', `pack to run (${packNames().join(', ')})`, 'saas')
    .option('--state <folder>', 'where data and results are kept, one folder a pack', '.kenko')
    .option('--json', 'print one JSON value instead of text');
}

/** Options of the commands that decide about a held run. */
function withDecision(command: Command): Command {
  return withState(command)
    .argument('<run>', 'run id, as `kenko runs` lists it')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .option('--author <name>', 'who decides', userInfo().username);
}

/** Options of the commands that hold scores against outcomes. */
function withPast(command: Command): Command {
  return command
    .option('--score <name>', 'which score; the first one, or all, without it')
    .option('--lead <days>', 'days that a score lies before the outcome, at least', days, 60)
    .option('--every <days>', 'days between the dates that are scored', days, 14)
    .option('--from <date>', 'first day of the outcomes; a year before the last without it')
    .option('--to <date>', 'last day of the outcomes')
    .addOption(new Option('--lang <language>', 'language').choices(['en', 'ja']));
}

/** Options of the commands that may have to make or read data first. */
function withData(command: Command): Command {
  return withState(command)
    .option('--data <folder>', 'your own CSV or Parquet files, one per table, instead of the demo')
    .option('--accounts <n>', 'accounts of the demo', positiveInteger, 1000)
    .addOption(
      new Option('--lang <language>', 'language of labels and reasons').choices(['en', 'ja']),
    );
}

export function program(): Command {
  const kenko = new Command('kenko')
    .description('Customer health scores as code.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 the check or the run failed; 2 the input was wrong.\n' +
        'A command talks to the `npm start` that works on the same state folder, if there is one.',
    )
    .exitOverride();

  withData(kenko.command('start'))
    .description('run the main job and keep serving the API and the dashboard')
    .option('--once', 'exit when the run has ended')
    .option('--as-of <instant>', 'look at the data as of this instant, e.g. 2026-11-23T00:00:00Z')
    .option('--today <date>', 'first day of the demo; today without it')
    .option('--port <n>', 'wished port of the API', positiveInteger, 8080)
    .option('--emulators', "on Google's emulators (needs gcloud and Java) instead of the twin")
    .action(start);

  withData(kenko.command('run'))
    .description('run one slot to its end, Salesforce included')
    .option('--slot <instant>', 'the scheduled instant; the next one due without it')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .action(run);

  withState(kenko.command('explain'))
    .description('why an account has its score, and why it changed')
    .argument('<account>', 'account id')
    .addOption(new Option('--lang <language>', 'language').choices(['en', 'ja']))
    .action(explain);

  withState(kenko.command('accounts'))
    .description('accounts with score, band and phase, lowest first')
    .option('--all', 'all of them, not only the first 20')
    .option('--score <name>', 'which score')
    .option('--band <name>', 'only this band')
    .option('--phase <name>', 'only this phase')
    .option('--owner <name>', 'only this owner')
    .action(showAccounts);

  withState(kenko.command('worklist'))
    .description('whom to look at, why, and what to do next; without a list, the lists there are')
    .argument('[list]', 'id of a list, such as save')
    .option('--all', 'all entries, not only the first 20')
    .option('--owner <name>', 'only this owner')
    .option('--team <id>', 'only this team')
    .addOption(new Option('--lang <language>', 'language').choices(['en', 'ja']))
    .action(showWorklist);

  const language = () => new Option('--lang <language>', 'language').choices(['en', 'ja']);
  const log = kenko.command('log').description('what people did, judged and noted of an account');
  withState(log.command('show', { isDefault: true }))
    .description('all of it, in order, with hand-overs and overrides')
    .argument('<account>', 'account id')
    .addOption(language())
    .action(showLog);
  const entering = (name: string, description: string) =>
    withState(log.command(name))
      .description(description)
      .argument('<account>', 'account id')
      .option('--author <name>', 'who enters it', userInfo().username)
      .addOption(language());
  entering('assess', 'enter what you judge, and how long that counts')
    .requiredOption('--of <what>', 'proficiency, embeddedness or sponsorship')
    .requiredOption('--value <value>', 'low, middle or high')
    .requiredOption('--until <date>', 'last day it counts')
    .option('--text <text>', 'what it rests on')
    .action((account: string, options) => enter('assessments', account, options));
  entering('did', 'log what was done with a customer')
    .requiredOption('--did <kind>', `what it was: ${interventionKinds.join(', ')}`)
    .option('--on <date>', 'day on which it happened; today without it')
    .requiredOption('--text <text>', 'what was said or done')
    .option('--answer <answer>', 'what a call found out, e.g. about_to_churn=yes or wants_more=no')
    .action((account: string, options) => enter('interventions', account, options));
  entering('note', 'keep a note or a link')
    .requiredOption('--text <text>', 'the note, or what the link shows')
    .option('--url <address>', 'a shared document')
    .action((account: string, options) => enter('notes', account, options));
  const handOvers = kenko
    .command('hand-overs')
    .description('changes of hands, and what has to be told at each');
  withState(handOvers.command('list', { isDefault: true }))
    .description('newest first, with their checklists')
    .option('--open', 'only those with an item that is not done yet')
    .option('--owner <name>', 'only those handed to this owner')
    .addOption(language())
    .action(showHandOvers);
  withState(handOvers.command('tick'))
    .description('tick off what was told, or send what is missing back to sales')
    .argument('<hand-over>', 'id of the hand-over')
    .argument('<item>', 'id of the item')
    .option('--author <name>', 'who says so', userInfo().username)
    .option('--text <text>', 'what was told')
    .addOption(
      new Option('--missing <text>', 'not known: what sales have to find out').conflicts('text'),
    )
    .addOption(language())
    .action(tick);
  withState(kenko.command('disagreements'))
    .description('where people and score disagree: what to look at when rules are reviewed')
    .addOption(language())
    .action(showDisagreements);
  withState(kenko.command('answers'))
    .description('what calls found out, counted by the band that the account was in')
    .option('--score <name>', 'which score')
    .addOption(language())
    .action(showAnswers);

  withPast(withState(kenko.command('actions')))
    .description('what became of accounts with what people did, and without it')
    .option('--data <folder>', 'CSV or Parquet files to look at instead of the data kept there')
    .action(showActions);

  const runs = kenko.command('runs').description('runs, and what becomes of one that is held');
  withState(runs.command('list', { isDefault: true }))
    .description('runs, newest first')
    .action(showRuns);
  withDecision(runs.command('release'))
    .description('let a held run through: the change is what it should be')
    .action((id: string, options) => decideRun(id, 'release', options));
  withDecision(runs.command('discard'))
    .description('throw a held run away: nothing of it becomes visible')
    .action((id: string, options) => decideRun(id, 'discard', options));

  const episodes = kenko.command('episodes').description('what people were told of accounts');
  withState(episodes.command('list', { isDefault: true }))
    .description('episodes, newest first')
    .option('--account <id>', 'only of this account')
    .option('--signal <name>', 'only of this signal')
    .addOption(
      new Option('--status <name>', 'only in this state')
        .choices(['open', 'acknowledged', 'closed', 'all'])
        .default('open'),
    )
    .addOption(new Option('--lang <language>', 'language').choices(['en', 'ja']))
    .action(showEpisodes);
  withState(episodes.command('acknowledge'))
    .description('say that somebody looks after it')
    .argument('<episode>', 'id of the episode')
    .requiredOption('--author <name>', 'who')
    .option('--note <text>', 'what is being done')
    .action(acknowledgeEpisode);

  withState(kenko.command('reconcile'))
    .description('compare Salesforce with the results field by field; what differs is sent again')
    .action(reconcileSalesforce);

  withState(kenko.command('doctor'))
    .description('what is wrong with an environment and what to do; changes nothing')
    .addOption(
      new Option('--deployed', 'the deployment that KENKO_... variables name').conflicts([
        'state',
        'pack',
      ]),
    )
    .addOption(new Option('--lang <language>', 'language').choices(['en', 'ja']))
    .action(doctor);

  withState(kenko.command('backfill'))
    .description('compute the history of past dates anew; latest results stay as they are')
    .requiredOption('--from <date>', 'first date')
    .requiredOption('--to <date>', 'last date')
    .option('--every <days>', 'days between dates', positiveInteger, 1)
    .action(backfill);

  const deadLetters = kenko
    .command('dead-letters')
    .description('messages that used up their attempts');
  withState(deadLetters.command('list'))
    .description('list them, oldest first')
    .option('--queue <name>', 'only this queue')
    .action(listDeadLetters);
  withState(deadLetters.command('replay'))
    .description('send them again: those named, or all')
    .argument('[ids...]')
    .action(replayDeadLetters);

  const data = kenko.command('data').description('your own data');
  data
    .command('check')
    .description('tables and columns found, missing and mapped, and which measures lack data')
    .argument('<folder>')
    .option('--pack <name>', 'pack to check against', 'saas')
    .option('--json', 'print one JSON value instead of text')
    .action(dataCheck);

  kenko
    .command('init')
    .description('a new pack, from a template or a sheet; asks where flags leave something open')
    .argument('<name>', 'name of the pack: lower-case letters, digits and _')
    .option('--from-sheet <file>', 'CSV file with a row per account: its numbers become measures')
    .option('--label <text>', 'what people call it, in English')
    .option('--label-ja <text>', 'the same in Japanese')
    .addOption(new Option('--purpose <problem>', 'what it is for').choices(purposes))
    .option('--zone <zone>', 'time zone of its days')
    .option('--into <folder>', 'checkout to write into; this one without it')
    .option('--json', 'print one JSON value instead of text')
    .action(init);

  const rules = kenko.command('rules').description('the rules of a pack');
  rules
    .command('check')
    .description('types, gaps, rule tests; with data, coverage, noise and exemplars too')
    .argument('[folder]', 'folder of the pack', 'rules/saas')
    .option('--data <folder>', 'CSV or Parquet files that the rules are tried on')
    .option('--state <folder>', 'state folder whose data the rules are tried on')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .option('--json', 'print one JSON value instead of text')
    .action(rulesCheck);
  rules
    .command('diff')
    .description('who would move between bands by other rules, with revenue, and why')
    .argument('<old>', 'git revision, checkout or folder of a pack')
    .argument('<new>', 'the same, of the rules wished for')
    .option('--pack <name>', 'which pack; that of the folder, or saas, without it')
    .option('--data <folder>', 'CSV or Parquet files that both are tried on')
    .option('--state <folder>', 'state folder whose data both are tried on; else the demo')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .option('--accounts <n>', 'accounts of the demo', positiveInteger, 500)
    .option('--today <date>', 'last day of the demo', '2026-03-02')
    .addOption(new Option('--lang <language>', 'language').choices(['en', 'ja']))
    .option('--markdown', 'print Markdown, for a pull request')
    .option('--json', 'print one JSON value instead of text')
    .action(rulesDiff);
  withPast(rules.command('backtest'))
    .description('how well scores and measures told who stays, held against past outcomes')
    .argument('[folder]', 'folder of the pack', 'rules/saas')
    .option('--data <folder>', 'CSV or Parquet files with a table of outcomes')
    .option('--state <folder>', 'state folder whose data is looked at; else the demo')
    .option('--as-of <instant>', 'look at the data as of this instant')
    .option('--accounts <n>', 'accounts of the demo', positiveInteger, 500)
    .option('--today <date>', 'last day of the demo', '2026-03-02')
    .option('--json', 'print one JSON value instead of text')
    .action(rulesBacktest);
  rules
    .command('schema')
    .description('write the JSON Schemas that give editors completion, after a change of ours')
    .action(writeSchemas);
  return kenko;
}

/** Runs a command line; sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.badInput;
      return;
    }
    if (error instanceof RulesError) {
      fail(error.problems.map(sentenceOf).join('\n'), argv.includes('--json'), error);
      return;
    }
    if (error instanceof KenkoError) {
      fail(messageOf(error), argv.includes('--json'), error);
      return;
    }
    throw error;
  }
}
