import type { Command } from '@commander-js/extra-typings';
import { parseDate } from '../../calendar.ts';
import { endOfDate } from '../../inputs/moments.ts';
import { overrideAnswer } from '../../records/api/overrides.ts';
import { parsePack } from '../../scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../wiring/deployed-files.ts';
import { author, language, withState } from '../options.ts';
import { print, printJson } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { words } from '../texts.ts';

/** `kenko override ACCOUNT`: a person's band in place of the computed one, at once. */
export function addOverride(kenko: Command): void {
  withState(kenko.command('override'))
    .description("set a person's band in place of the computed one, for a limited time")
    .argument('<account>', 'account id')
    .option('--score <name>', 'which score; the first one without it')
    .requiredOption('--band <name>', 'the band that it is')
    .requiredOption('--reason <text>', 'why the score is wrong')
    .requiredOption('--until <date>', 'last day it counts, at most a year ahead')
    .addOption(author('who says so'))
    .addOption(language())
    .action(async (account, options) => {
      const { band, reason, author, lang = 'en' } = options;
      const pack = parsePack(readPackFiles(options.pack));
      const until = endOfDate(parseDate(options.until, '--until'), pack.zone);
      const body = { score: options.score ?? pack.scores[0]?.id, band, reason, author, until };
      await using(await openExisting(options), async (session) => {
        const path = `/v1/accounts/${encodeURIComponent(account)}/overrides`;
        const entered = overrideAnswer.parse(await session.post({ path, body }));
        if (options.json) return printJson(entered);
        const label = pack.scores
          .find(({ id }) => id === entered.score)
          ?.bands.find(({ id }) => id === entered.band)?.label[lang];
        print(words[lang].override(label ?? band, author, options.until, reason));
      });
    });
}
