/** Commands by which people say what they know, and look at what others said. */
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { interventionKinds } from '../../records/entries.ts';
import { language, withPast, withState } from '../command-options.ts';
import { showActions } from '../evidence/actions.ts';
import { showHandOvers, tick } from './hand-overs.ts';
import { enter, showAnswers, showDisagreements, showLog } from './log.ts';
import { override } from './override.ts';
export function addPeopleCommands(kenko: Command): void {
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
  withState(kenko.command('override'))
    .description("set a person's band in place of the computed one, for a limited time")
    .argument('<account>', 'account id')
    .option('--score <name>', 'which score; the first one without it')
    .requiredOption('--band <name>', 'the band that it is')
    .requiredOption('--reason <text>', 'why the score is wrong')
    .requiredOption('--until <date>', 'last day it counts, at most a year ahead')
    .option('--author <name>', 'who says so', userInfo().username)
    .addOption(language())
    .action(override);
  const handOvers = kenko
    .command('hand-overs')
    .description('changes of hands, and what has to be handed over at each');
  withState(handOvers.command('list', { isDefault: true }))
    .description('newest first, with their checklists')
    .option('--open', 'only those with an item that is not done yet')
    .option('--owner <name>', 'only those handed to this owner')
    .addOption(language())
    .action(showHandOvers);
  withState(handOvers.command('tick'))
    .description('tick off what was handed over, or send what is missing back to sales')
    .argument('<hand-over>', 'id of the hand-over')
    .argument('<item>', 'id of the item')
    .option('--author <name>', 'who says so', userInfo().username)
    .option('--text <text>', 'what was said about it')
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
}
