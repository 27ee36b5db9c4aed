import type { Command } from '@commander-js/extra-typings';
import { accountList } from '../../records/api/accounts.ts';
import { withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { readList } from '../session/http-client.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko accounts`: lowest scores first. */
export function addAccounts(kenko: Command): void {
  withState(kenko.command('accounts'))
    .description('accounts with score, band and phase, lowest first')
    .option('--all', 'all of them, not only the first 20')
    .option('--score <name>', 'which score')
    .option('--band <name>', 'only this band')
    .option('--phase <name>', 'only this phase')
    .option('--owner <name>', 'only this owner')
    .action(async (options) => {
      await using(await openExisting(options), async (session) => {
        const { score, band, phase, owner, all } = options;
        const query = { sort: 'points', score, band, phase, owner };
        const list = await readList(session, '/v1/accounts', accountList, { query, all });
        const accounts = list.pages.flatMap((page) =>
          page.accounts.map((account) => ({ ...account, of: account.scores[page.score] })),
        );
        if (options.json) return printJson(accounts.map(({ of, ...account }) => account));
        if (accounts.length === 0) return print('No accounts.');
        print(
          table(
            ['account', 'name', 'points', 'band', 'moved', 'phase', 'since'],
            accounts.map(({ id, name, of, phase, date }) => [
              ...[id, name, of?.points ?? null, of?.band?.label.en ?? null, of?.moved ?? null],
              ...[phase?.label.en ?? null, date],
            ]),
          ),
        );
        if (list.more) print('There are more: --all shows them.');
      });
    });
}
