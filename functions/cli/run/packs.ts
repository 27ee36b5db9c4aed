import type { Command } from '@commander-js/extra-typings';
import { retiredAnswer } from '../../records/api/runs.ts';
import { author, withState } from '../options.ts';
import { print, printJson } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko packs retire`: what becomes of accounts that only a replaced pack had. */
export function addPacks(kenko: Command): void {
  const packs = kenko.command('packs').description('packs that were renamed or replaced');
  withState(packs.command('retire'))
    .argument('<pack>', 'the pack that another one replaced')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .addOption(author('who decides'))
    .description('accounts that only it had become absent: in lists, Salesforce and episodes')
    .action(async (pack, { author: by, reason, ...options }) => {
      await using(await openExisting(options), async (session) => {
        const path = `/v1/packs/${encodeURIComponent(pack)}/retire`;
        const answer = await session.post({ path, body: { author: by, reason } });
        const found = retiredAnswer.parse(answer);
        if (options.json) return printJson(found);
        print(`${pack} is retired: ${found.accounts} accounts become absent with the next sweep.`);
      });
    });
}
