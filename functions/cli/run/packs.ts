import type { Command } from '@commander-js/extra-typings';
import { convertedAnswer, movedAnswer, retiredAnswer } from '../../records/api/runs.ts';
import { author, withState } from '../options.ts';
import { print, printJson, progressLine } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';

/** `kenko packs`: what becomes of a pack that got another name, or that another one replaced. */
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
  withState(packs.command('convert-snapshots'))
    .description(
      'after an upgrade: what releases until 2026-11 kept of accounts by date is taken over',
    )
    .action(async (options) => {
      const progress = progressLine(options.json);
      await using(await openExisting(options), async (session) => {
        const path = `/v1/packs/${encodeURIComponent(session.pack)}/convert-snapshots`;
        const total = { accounts: 0, snapshots: 0 };
        for (let after: string | null | undefined; after !== null; ) {
          const body = after === undefined ? {} : { after };
          const answer = convertedAnswer.parse(await session.post({ path, body }));
          total.accounts += answer.accounts;
          total.snapshots += answer.snapshots;
          after = answer.next;
          progress.show(`${total.snapshots} snapshots of ${total.accounts} accounts`);
        }
        progress.clear();
        if (options.json) return printJson({ pack: session.pack, ...total });
        print(`${total.snapshots} dated snapshots of ${total.accounts} accounts were taken over.`);
      });
    });
  withState(packs.command('move'))
    .argument('<old>', 'the name that the pack had')
    .argument('<new>', 'the name that it runs under now')
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .addOption(author('who decides'))
    .description('history, overrides, episodes and entries go on under the new name')
    .action(async (old, to, { author: by, reason, ...options }) => {
      // The pack runs under its new name, and so does its state.
      await using(await openExisting({ ...options, pack: to }), async (session) => {
        const path = `/v1/packs/${encodeURIComponent(old)}/move`;
        const body = { author: by, reason, to };
        let moved = 0;
        for (let done = false; !done; ) {
          const answer = movedAnswer.parse(await session.post({ path, body }));
          moved += answer.moved;
          done = answer.done;
        }
        if (options.json) return printJson({ pack: old, to, moved });
        print(`${old} is ${to} now: ${moved} documents were moved.`);
      });
    });
}
