import { type AccountSummary, accountList } from '../../records/api/accounts.ts';
import type { StateOptions } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

interface AccountsOptions extends StateOptions {
  all?: boolean;
  score?: string;
  band?: string;
  phase?: string;
  owner?: string;
}

const shownAtFirst = 20;
const pageSize = 100;

/** `kenko accounts`: lowest scores first. */
export async function showAccounts(options: AccountsOptions): Promise<void> {
  await using(await openExisting(options), async (session) => {
    const query = new URLSearchParams({ sort: 'points' });
    for (const name of ['score', 'band', 'phase', 'owner'] as const) {
      const value = options[name];
      if (value !== undefined) query.set(name, value);
    }
    query.set('limit', String(options.all ? pageSize : shownAtFirst));
    const accounts: AccountSummary[] = [];
    let score = '';
    let more = false;
    for (;;) {
      const page = accountList.parse(await session.get(`/v1/accounts?${query}`));
      score = page.score;
      accounts.push(...page.accounts);
      more = page.next !== undefined;
      if (page.next === undefined || !options.all) break;
      query.set('cursor', page.next);
    }
    if (options.json) return printJson(accounts);
    if (accounts.length === 0) return print('No accounts.');
    print(
      table(
        ['account', 'name', 'points', 'band', 'moved', 'phase', 'since'],
        accounts.map((account) => {
          const of = account.scores[score];
          return [
            account.id,
            account.name,
            of?.points ?? null,
            of?.band?.label.en ?? null,
            of?.moved ?? null,
            account.phase?.label.en ?? null,
            account.date,
          ];
        }),
      ),
    );
    if (more) print('There are more: --all shows them.');
  });
}
