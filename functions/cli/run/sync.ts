import type { Command } from '@commander-js/extra-typings';
import {
  mostPreviewed,
  type ParkedAccount,
  type PreviewPage,
  parkedList,
  retryAnswer,
} from '../../records/api/sync.ts';
import { oneLine } from '../../safe-text.ts';
import { previewSync } from '../../sync/preview.ts';
import { runtimeOf } from '../../wiring/deployed.ts';
import { positiveInteger, withState } from '../options.ts';
import { exitCode, print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import type { Session } from '../session/session.ts';

/** `kenko sync`: what would be written to Salesforce, what it refuses, and how that is tried again. */
export function addSync(kenko: Command): void {
  const sync = kenko
    .command('sync')
    .description('what would be written to Salesforce, what it refuses, and trying that again');
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
          : 'Salesforce refuses none of them now.';
        print(`${sent} ${sent === 1 ? 'account was' : 'accounts were'} sent again. ${still}`);
      });
    });
  withState(sync.command('preview'))
    .argument('[account]', 'only this one; all accounts without it')
    .description('record, field, value before and after; nothing is written')
    .option('--limit <n>', 'accounts looked at, the first by id', positiveInteger)
    .option('--all', `print every change, not the first ${mostShown}`)
    .option('--deployed', 'the deployment that KENKO_... variables name, and its Salesforce')
    .action(async (account, { limit, all, deployed, ...options }) => {
      const session = deployed ? await openDeployment() : await openExisting(options);
      await using(session, async ({ preview }) => {
        const found = await previewAll(preview, account, limit);
        if (options.json) return printJson(found);
        print(previewText(found, all === true));
      });
    });
}

/** Changes that are printed without being asked for all. */
const mostShown = 200;

type Preview = Omit<PreviewPage, 'next'>;

/** What functions that reach Salesforce work with, without a process that owns anything. */
async function openDeployment(): Promise<Pick<Session, 'preview' | 'close'>> {
  const runtime = await runtimeOf('reconcile');
  return { preview: (request) => previewSync(runtime, request), close: async () => undefined };
}

async function previewAll(
  preview: Session['preview'],
  account: string | undefined,
  most = Number.POSITIVE_INFINITY,
): Promise<Preview> {
  const all: Preview = { accounts: 0, outside: 0, withheld: false, changes: [], unwritable: [] };
  let after: string | undefined;
  do {
    const limit = Math.min(most - all.accounts, mostPreviewed);
    const { next, ...page } = await preview({ account, after, limit });
    all.accounts += page.accounts;
    all.outside += page.outside;
    all.withheld = page.withheld;
    all.changes.push(...page.changes);
    all.unwritable.push(...page.unwritable);
    after = next;
  } while (after !== undefined && all.accounts < most);
  return all;
}

function previewText(found: Preview, isAll: boolean): string {
  const { changes, unwritable, accounts, outside, withheld } = found;
  const shown = isAll ? changes : changes.slice(0, mostShown);
  const value = (of: Preview['changes'][number]['after']) =>
    of === null ? '-' : oneLine(String(of)).slice(0, 60);
  const records = new Set(changes.map(({ record }) => record)).size;
  const lines = [
    ...(shown.length > 0
      ? [
          table(
            ['account', 'record', 'field', 'before', 'after'],
            shown.map(({ account, record, field, before, after }) => [
              ...[account, record, field, value(before), value(after)],
            ]),
          ),
        ]
      : []),
    ...(shown.length < changes.length
      ? [`${changes.length - shown.length} more: --all shows them.`]
      : []),
    `${changes.length} fields of ${records} records would change; ${accounts} accounts were looked at, and nothing was written.`,
    ...(outside > 0 ? [`${outside} accounts are outside the pilot.`] : []),
    ...(unwritable[0]
      ? [
          `${unwritable.length} accounts cannot be written, such as ${unwritable[0].account}: ${unwritable[0].reason}`,
        ]
      : []),
    ...(withheld ? ['Nothing is written as long as most accounts are unknown.'] : []),
  ];
  return lines.join('\n');
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
