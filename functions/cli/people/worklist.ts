import type { Command } from '@commander-js/extra-typings';
import { worklistAnswer, worklistsAnswer } from '../../records/api/worklists.ts';
import { language, withState } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { readList } from '../session/http-client.ts';
import { openExisting, using } from '../session/open-session.ts';
import { words } from '../texts.ts';

/** `kenko worklist [list]`: whom to look at, why, and what to do next; without a list, the lists. */
export function addWorklist(kenko: Command): void {
  withState(kenko.command('worklist'))
    .description('whom to look at, why, and what to do next; without a list, the lists there are')
    .argument('[list]', 'id of a list, such as save')
    .option('--all', 'all entries, not only the first 20')
    .option('--owner <name>', 'only this owner')
    .option('--team <id>', 'only this team')
    .addOption(language())
    .action(async (id, { owner, team, all, json, lang = 'en', ...options }) => {
      const t = words[lang];
      await using(await openExisting(options), async (session) => {
        if (id === undefined) {
          const { worklists } = worklistsAnswer.parse(await session.get('/v1/worklists'));
          if (json) return printJson(worklists);
          const rows = worklists.map((list) => [list.id, list.label[lang], list.accounts]);
          return print(table([t.list, t.name, t.accounts], rows));
        }
        const path = `/v1/worklists/${encodeURIComponent(id)}`;
        const list = await readList(session, path, worklistAnswer, { query: { owner, team }, all });
        const entries = list.pages.flatMap((page) => page.entries);
        if (json) return printJson(entries);
        if (entries.length === 0) return print(t.none);
        print(
          table(
            [t.account, t.name, t.score, t.owner, t.because, t.action],
            entries.map(({ account, owner, reasons, why, action }) => [
              account.id,
              account.name,
              account.scores[list.pages[0]?.score ?? '']?.points ?? null,
              [owner, account.attributes.mrr, account.attributes.renewal_on]
                .filter((known) => known !== null && known !== undefined)
                .join('\n'),
              [...reasons.map(({ label }) => label[lang]), ...why[lang].slice(0, 2)].join('\n'),
              action?.[lang] ?? null,
            ]),
          ),
        );
        if (list.more) print(t.moreEntries);
      });
    });
}
