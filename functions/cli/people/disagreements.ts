import type { Command } from '@commander-js/extra-typings';
import { answerReport, disagreementList } from '../../records/api/entries.ts';
import { language, withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { words } from '../texts.ts';

/** `kenko disagreements`: where people and score disagree. */
export function addDisagreements(kenko: Command): void {
  withState(kenko.command('disagreements'))
    .description('where people and score disagree: what to look at when rules are reviewed')
    .addOption(language())
    .action(async ({ json, lang = 'en', ...options }) => {
      const t = words[lang];
      await using(await openExisting(options), async (session) => {
        const { disagreements } = disagreementList.parse(await session.get('/v1/disagreements'));
        if (json) return printJson(disagreements);
        if (disagreements.length === 0) return print(t.none);
        print(
          table(
            [t.account, t.name, t.score, t.band, t.people, t.because, t.since],
            disagreements.map(({ account, name, score, band, people, author, text, on }) => [
              ...[account, name, score, band],
              ...[`${people[lang]} (${author})`, text, on],
            ]),
          ),
        );
      });
    });
}

/** `kenko answers`: what calls found out, by the band of then. */
export function addAnswers(kenko: Command): void {
  withState(kenko.command('answers'))
    .description('what calls found out, counted by the band that the account was in')
    .option('--score <name>', 'which score')
    .addOption(language())
    .action(async ({ score, json, lang = 'en', ...options }) => {
      const t = words[lang];
      await using(await openExisting(options), async (session) => {
        const { answers } = answerReport.parse(await session.get('/v1/answers', { score }));
        if (json) return printJson(answers);
        if (answers.length === 0) return print(t.nothingLogged);
        print(
          table(
            [t.question, t.band, t.yes, t.no, t.unclear],
            answers.map((one) => [one.question, one.band, one.yes, one.no, one.unclear]),
          ),
        );
      });
    });
}
