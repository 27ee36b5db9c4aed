import type { StateOptions } from '../options.ts';
import { print, printJson, progressLine } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

interface BackfillOptions extends StateOptions {
  from: string;
  to: string;
  every: number;
}

/** `kenko backfill`: the history of past dates, oldest first. */
export async function backfill(options: BackfillOptions): Promise<void> {
  const progress = progressLine(options.json);
  await using(await openExisting(options), async (session) => {
    const { from, to, every } = options;
    const summary = await session.backfill({ from, to, every }, progress.show);
    progress.clear();
    if (options.json) printJson(summary);
    else {
      print(
        `${summary.dates.length} dates written to the history, ${summary.dates[0]} to ${summary.dates.at(-1)}, in ${summary.seconds} s. Latest results and Salesforce are as before.`,
      );
    }
  });
}
