/** Commands that try rules before anything goes live. */
import type { Command } from 'commander';
import { language, positiveInteger, withPast } from '../command-options.ts';
import { rulesBacktest } from '../evidence/backtest.ts';
import { rulesCheck } from './check.ts';
import { rulesDiff } from './diff.ts';
import { writeSchemas } from './schema.ts';

export function addRulesCommands(kenko: Command): void {
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
    .addOption(language())
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
}
