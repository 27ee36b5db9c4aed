import type { Command } from '@commander-js/extra-typings';
import { code, Rejected } from '../../errors.ts';
import { accountAnswer } from '../../records/api/accounts.ts';
import { overrideAnswer } from '../../records/api/overrides.ts';
import { quoted } from '../../safe-text.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { author, language, withState } from '../options.ts';
import { print, printJson } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { words } from '../texts.ts';

/** `kenko withdraw ACCOUNT`: the computed band again, before the override's time. */
export function addWithdraw(kenko: Command): void {
  withState(kenko.command('withdraw'))
    .description('take back a band that a person has set')
    .argument('<account>', 'account id')
    .option('--score <name>', 'of which score; the first one without it')
    .requiredOption('--reason <text>', 'why it is no longer right')
    .addOption(author('who says so'))
    .addOption(language())
    .action(async (account, options) => {
      const { reason, author, lang = 'en' } = options;
      const pack = parsePack(readPackFiles(options.pack));
      await using(await openExisting(options), async (session) => {
        const path = `/v1/accounts/${encodeURIComponent(account)}`;
        const { scores } = accountAnswer.parse(await session.get(path));
        const score = options.score ?? pack.scores[0]?.id;
        const override = scores.find(({ id }) => id === score)?.override;
        if (!override) {
          throw new Rejected(
            code.notFound,
            `Nobody has set a band of ${quoted(score ?? '')} for account ${quoted(account)}.`,
          );
        }
        const body = { reason, author };
        const taken = await session.post({
          path: `${path}/overrides/${override.id}/withdraw`,
          body,
        });
        if (options.json) return printJson(overrideAnswer.parse(taken));
        print(words[lang].withdrawn(override.author, author, reason));
      });
    });
}
