/** The command line: `kenko ...`. */
import { Command, CommanderError, Option } from 'commander';
import { KenkoError, messageOf } from '../errors.ts';
import { RulesError, sentenceOf } from '../scorecard/language/problems.ts';
import { language, positiveInteger, withData, withDecision, withState } from './command-options.ts';
import { doctor } from './doctor/doctor.ts';
import { exitCode, fail } from './output.ts';
import { showAccounts } from './people/accounts.ts';
import { addPeopleCommands } from './people/commands.ts';
import { acknowledgeEpisode, showEpisodes } from './people/episodes.ts';
import { explain } from './people/explain.ts';
import { showWorklist } from './people/worklist.ts';
import { addRulesCommands } from './rules/commands.ts';
import { dataCheck } from './rules/data-check.ts';
import { init, purposes } from './rules/init.ts';
import { backfill } from './run/backfill.ts';
import { listDeadLetters, replayDeadLetters } from './run/dead-letters.ts';
import { reconcileSalesforce } from './run/reconcile.ts';
import { run } from './run/run.ts';
import { decideRun, showRuns } from './run/runs.ts';
import { start } from './run/start.ts';

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
    .addOption(language())
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
    .addOption(language())
    .action(showWorklist);

  addPeopleCommands(kenko);

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

  const episodes = kenko.command('episodes').description('what people were notified of');
  withState(episodes.command('list', { isDefault: true }))
    .description('episodes, newest first')
    .option('--account <id>', 'only of this account')
    .option('--signal <name>', 'only of this signal')
    .addOption(
      new Option('--status <name>', 'only in this state')
        .choices(['open', 'acknowledged', 'closed', 'all'])
        .default('open'),
    )
    .addOption(language())
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
    .addOption(language())
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

  addRulesCommands(kenko);
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
