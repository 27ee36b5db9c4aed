import type { Command } from '@commander-js/extra-typings';
import { type ParkedAccount, parkedList, retryAnswer } from '../../records/api/sync.ts';
import { withState } from '../options.ts';
import { exitCode, print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import type { Session } from '../session/session.ts';

/** `kenko sync`: accounts that Salesforce refuses, and how they are tried again. */
export function addSync(kenko: Command): void {
  const sync = kenko.command('sync').description('what Salesforce refuses, and trying it again');
  withState(sync.command('parked', { isDefault: true }))
    .description('accounts that Salesforce refuses as they are: reason, field, since when')
    .action(async (options) => {
      await using(await openExisting(options), async (session) => {
        const parked = await allParked(session);
        if (options.json) return printJson(parked);
        if (parked.length === 0) return print('Salesforce refuses no account.');
        print(
          table(
            ['account', 'since', 'code', 'fields', 'why'],
            parked.map(({ account, since, code, fields, reason }) => [
              ...[account, since.slice(0, 10), code, fields.join(', '), reason],
            ]),
          ),
        );
      });
    });
  withState(sync.command('retry'))
    .argument('[account]', 'only this one; all that are parked without it')
    .description('send them again now, when what it was is mended in Salesforce or in the mapping')
    .action(async (account, options) => {
      await using(await openExisting(options), async (session) => {
        const sent = await retryAll(session, account);
        const left = await allParked(session);
        const refused =
          account === undefined ? left : left.filter((one) => one.account === account);
        if (refused.length > 0) process.exitCode = exitCode.failed;
        if (options.json) return printJson({ sent, parked: refused });
        if (sent === 0) return print('Salesforce refuses no account.');
        const [first] = refused;
        const still = first
          ? `Salesforce refuses ${refused.length} still, such as ${first.account}: ${first.reason}`
          : 'Salesforce took all of them.';
        print(`${sent} ${sent === 1 ? 'account was' : 'accounts were'} sent again. ${still}`);
      });
    });
}

async function allParked(session: Pick<Session, 'get'>): Promise<ParkedAccount[]> {
  const parked: ParkedAccount[] = [];
  let cursor: string | undefined;
  do {
    const answer = await session.get('/v1/sync/parked', { limit: 200, cursor });
    const page = parkedList.parse(answer);
    parked.push(...page.accounts);
    cursor = page.next;
  } while (cursor !== undefined);
  return parked;
}

async function retryAll(session: Pick<Session, 'post'>, account?: string): Promise<number> {
  let sent = 0;
  let cursor: string | undefined;
  do {
    const body = { account, cursor };
    const page = retryAnswer.parse(await session.post({ path: '/v1/sync/retry', body }));
    sent += page.accounts;
    cursor = page.next;
  } while (cursor !== undefined);
  return sent;
}
