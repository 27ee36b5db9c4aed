import { type Command, Option } from '@commander-js/extra-typings';
import { type HandOverAnswer, handOverAnswer, handOverList } from '../../records/api/hand-overs.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { author, language, withState } from '../options.ts';
import { colour, print, printJson } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { words } from '../texts.ts';
import { itemLine } from './log-text.ts';

/** `kenko hand-overs`: changes of hands, newest first, and their checklists. */
export function addHandOvers(kenko: Command): void {
  const handOvers = kenko
    .command('hand-overs')
    .description('changes of hands, and what has to be handed over at each');
  withState(handOvers.command('list', { isDefault: true }))
    .description('newest first, with their checklists')
    .option('--open', 'only those with an item that is not done yet')
    .option('--owner <name>', 'only those handed to this owner')
    .addOption(language())
    .action(async ({ open, owner, json, lang = 'en', ...options }) => {
      await using(await openExisting(options), async (session) => {
        const query = { limit: 200, open: open ? 'true' : undefined, owner };
        const list = handOverList.parse(await session.get('/v1/hand-overs', query));
        if (json) return printJson(list.hand_overs);
        if (list.hand_overs.length === 0) return print(words[lang].noHandOvers);
        print(list.hand_overs.map((one) => handOverText(one, lang)).join('\n\n'));
        if (list.next !== undefined) print(`\n${words[lang].olderHandOvers}`);
      });
    });
  withState(handOvers.command('tick'))
    .description('tick off what was handed over, or send what is missing back to sales')
    .argument('<hand-over>', 'id of the hand-over')
    .argument('<item>', 'id of the item')
    .addOption(author('who says so'))
    .option('--text <text>', 'what was said about it')
    .addOption(
      new Option('--missing <text>', 'not known: what sales have to find out').conflicts('text'),
    )
    .addOption(language())
    .action(async (id, item, { author, text, missing, json, lang = 'en', ...options }) => {
      const state = missing === undefined ? 'done' : 'missing';
      const path = `/v1/hand-overs/${encodeURIComponent(id)}/items/${encodeURIComponent(item)}`;
      await using(await openExisting(options), async (session) => {
        const body = { author, state, text: missing ?? text };
        const answer = handOverAnswer.parse(await session.post({ path, body }));
        if (json) printJson(answer);
        else print(handOverText(answer, lang));
      });
    });
}

function handOverText(
  { id, account, name, date, from, to, why, checklist }: HandOverAnswer,
  lang: Lang,
): string {
  const holder = ({ team, owner }: HandOverAnswer['to']) =>
    owner === null ? team.label[lang] : `${team.label[lang]} (${owner})`;
  return [
    `${colour.bold(name ?? account)} ${id} · ${date} · ${holder(from)} → ${holder(to)} · ${why[lang]}`,
    ...checklist.map((item) => `  ${itemLine(item, lang)} ${colour.dim(`· ${item.id}`)}`),
  ].join('\n');
}
