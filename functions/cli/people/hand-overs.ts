import { type HandOverAnswer, handOverAnswer, handOverList } from '../../records/api/hand-overs.ts';
import type { StateOptions } from '../options.ts';
import { colour, print, printJson } from '../output.ts';
import { openExisting, using } from '../session/open-session.ts';
import { type Language, words } from '../texts.ts';
import { itemLine } from './log-text.ts';

interface ReadOptions extends StateOptions {
  lang?: Language;
}

/** `kenko hand-overs`: changes of hands, newest first, with what has to be handed over. */
export async function showHandOvers(
  options: ReadOptions & { open?: boolean; owner?: string },
): Promise<void> {
  const lang = options.lang ?? 'en';
  const query = new URLSearchParams({ limit: '200' });
  if (options.open) query.set('open', 'true');
  if (options.owner !== undefined) query.set('owner', options.owner);
  await using(await openExisting(options), async (session) => {
    const list = handOverList.parse(await session.get(`/v1/hand-overs?${query}`));
    if (options.json) return printJson(list.hand_overs);
    if (list.hand_overs.length === 0) return print(words[lang].noHandOvers);
    print(list.hand_overs.map((one) => handOverText(one, lang)).join('\n\n'));
    if (list.next !== undefined) print(`\n${words[lang].olderHandOvers}`);
  });
}

/** `kenko hand-overs tick ID ITEM`: ticks an item off, or sends it back to sales. */
export async function tick(
  id: string,
  item: string,
  options: ReadOptions & { author: string; text?: string; missing?: string },
): Promise<void> {
  const { author, missing } = options;
  const body = {
    author,
    state: missing === undefined ? 'done' : 'missing',
    text: missing ?? options.text,
  };
  const path = `/v1/hand-overs/${encodeURIComponent(id)}/items/${encodeURIComponent(item)}`;
  await using(await openExisting(options), async (session) => {
    const answer = handOverAnswer.parse(await session.post(path, body));
    if (options.json) printJson(answer);
    else print(handOverText(answer, options.lang ?? 'en'));
  });
}

function handOverText(
  { id, account, name, date, from, to, why, checklist }: HandOverAnswer,
  lang: Language,
): string {
  const holder = ({ team, owner }: HandOverAnswer['to']) =>
    owner === null ? team.label[lang] : `${team.label[lang]} (${owner})`;
  return [
    `${colour.bold(name ?? account)} ${id} · ${date} · ${holder(from)} → ${holder(to)} · ${why[lang]}`,
    ...checklist.map((item) => `  ${itemLine(item, lang)} ${colour.dim(`· ${item.id}`)}`),
  ].join('\n');
}
