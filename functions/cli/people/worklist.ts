import { worklistAnswer, worklistsAnswer } from '../../records/api/worklists.ts';
import type { StateOptions } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { type Language, words } from '../texts.ts';

interface WorklistOptions extends StateOptions {
  owner?: string;
  team?: string;
  all?: boolean;
  lang?: Language;
}

const shownAtFirst = 20;
const pageSize = 100;

/** `kenko worklist [list]`: whom to look at, why, and what to do next; without a list, the lists. */
export async function showWorklist(
  id: string | undefined,
  options: WorklistOptions,
): Promise<void> {
  const lang = options.lang ?? 'en';
  const t = words[lang];
  await using(await openExisting(options), async (session) => {
    if (id === undefined) {
      const { worklists } = worklistsAnswer.parse(await session.get('/v1/worklists'));
      if (options.json) return printJson(worklists);
      return print(
        table(
          [t.list, t.name, t.accounts],
          worklists.map((list) => [list.id, list.label[lang], list.accounts]),
        ),
      );
    }
    const query = new URLSearchParams();
    if (options.owner !== undefined) query.set('owner', options.owner);
    if (options.team !== undefined) query.set('team', options.team);
    query.set('limit', String(options.all ? pageSize : shownAtFirst));
    const entries = [];
    let more = false;
    for (;;) {
      const path = `/v1/worklists/${encodeURIComponent(id)}?${query}`;
      const page = worklistAnswer.parse(await session.get(path));
      entries.push(...page.entries);
      more = page.next !== undefined;
      if (page.next === undefined || !options.all) break;
      query.set('cursor', page.next);
    }
    if (options.json) return printJson(entries);
    if (entries.length === 0) return print(t.none);
    print(
      table(
        [t.account, t.name, t.owner, t.because, t.action],
        entries.map(({ account, owner, reasons, why, action }) => [
          account.id,
          account.name,
          owner,
          [...reasons.map(({ label }) => label[lang]), ...why[lang].slice(0, 2)].join('\n'),
          action?.[lang] ?? null,
        ]),
      ),
    );
    if (more) print(t.moreEntries);
  });
}
