import type { LogEntry } from '../../records/api/entries.ts';
import type { ChecklistItem } from '../../records/api/hand-overs.ts';
import type { Lang } from '../../scorecard/language/pack/catalogue.ts';
import { colour } from '../output.ts';
import { words } from '../texts.ts';

/** One entry of an account's log in one line; a hand-over's checklist below it. */
export function logLine(entry: LogEntry, lang: Lang): string {
  const { on, entered_on: entered, author, summary, text, url, checklist } = entry;
  const by = [author, entered === on ? null : words[lang].enteredOn(entered)];
  const from = by.filter((part) => part !== null).join(', ');
  const said = [summary[lang], text, url].filter((part) => part !== null).join(': ');
  return [
    `${on}  ${said}${from === '' ? '' : colour.dim(` (${from})`)}`,
    ...checklist.map((item) => `    ${itemLine(item, lang)}`),
  ].join('\n');
}

const marks = { open: '[ ]', done: '[x]', missing: '[?]' } as const;

/** An item of a checklist, with who ticked it off or sent it back, and what they said. */
export function itemLine({ state, label, done, missing }: ChecklistItem, lang: Lang): string {
  const t = words[lang];
  const said = [
    missing && `${t.backToSales} ${missing.on} (${missing.author}): ${missing.text}`,
    done && `${done.on} (${done.author})${done.text === null ? '' : `: ${done.text}`}`,
  ].filter((part) => part !== null);
  return [`${marks[state]} ${label[lang]}`, ...said.map((part) => colour.dim(part))].join(' · ');
}
