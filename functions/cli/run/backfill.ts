import type { Command } from '@commander-js/extra-typings';
import { positiveInteger, withState } from '../options.ts';
import { print, printJson, progressLine } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko backfill`: the history of past dates, oldest first. */
export function addBackfill(kenko: Command): void {
  withState(kenko.command('backfill'))
    .description('compute the history of past dates anew; latest results stay as they are')
    .requiredOption('--from <date>', 'first date')
    .requiredOption('--to <date>', 'last date')
    .option('--every <days>', 'days between dates', positiveInteger, 1)
    .action(async (options) => {
      const progress = progressLine(options.json);
      await using(await openExisting(options), async (session) => {
        const { from, to, every } = options;
        const summary = await session.backfill({ from, to, every }, progress.show);
        progress.clear();
        if (options.json) return printJson(summary);
        const { dates, seconds } = summary;
        print(
          `${dates.length} dates written to the history, ${dates[0]} to ${dates.at(-1)}, in ${seconds} s. Latest results and Salesforce are as before.`,
        );
      });
    });
}
