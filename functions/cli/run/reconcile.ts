import type { Command } from '@commander-js/extra-typings';
import { withState } from '../options.ts';
import { exitCode, print, printJson, progressLine, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko reconcile`: compares Salesforce with the results, and sends what differs again. */
export function addReconcile(kenko: Command): void {
  withState(kenko.command('reconcile'))
    .description('compare Salesforce with the results field by field; what differs is sent again')
    .action(async (options) => {
      const progress = progressLine(options.json);
      await using(await openExisting(options), async (session) => {
        const found = await session.reconcile(undefined, progress.show);
        progress.clear();
        if (!found.complete) process.exitCode = exitCode.failed;
        if (options.json) return printJson(found);
        const examples = ({ examples }: { examples: string[] }) => examples.slice(0, 5).join(', ');
        print(
          table(
            ['found', 'accounts', 'such as'],
            [
              ['compared', found.compared, ''],
              ['differ: sent again', found.differing.count, examples(found.differing)],
              ['a value of a person kept', found.kept.count, examples(found.kept)],
              ['not sent before: sent again', found.unsent.count, examples(found.unsent)],
              ['refused by Salesforce: tried again', found.parked, ''],
              ['without a record', found.missing.count, examples(found.missing)],
              ['on another record now: sent there', found.moved.count, examples(found.moved)],
              ["still on a record that is nobody's", found.left.count, examples(found.left)],
              ['records without an account', found.orphans.count, examples(found.orphans)],
              [
                "records of nobody's that people filled in",
                found.typed.count,
                examples(found.typed),
              ],
            ],
          ),
        );
        for (const [field, accounts] of Object.entries(found.fields)) {
          print(`${field} differed in ${accounts} accounts.`);
        }
        if (!found.complete) {
          print(
            found.state === 'waiting'
              ? 'Not all was compared: Salesforce has no calls left for it now. The next comparison goes on where this one stopped.'
              : 'Nothing was compared: the run that people see is withheld from Salesforce.',
          );
        }
      });
    });
}
