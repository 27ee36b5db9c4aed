import type { LogEntry } from '../records/api-entries.ts';
import { colour } from './output.ts';
import { type Language, words } from './texts.ts';

/** One entry of an account's log in one line; a hand-over's checklist below it. */
export function logLine(entry: LogEntry, lang: Language): string {
  const { on, entered_on: entered, author, summary, text, url, checklist } = entry;
  const by = [author, entered === on ? null : words[lang].enteredOn(entered)];
  const from = by.filter((part) => part !== null).join(', ');
  const said = [summary[lang], text, url].filter((part) => part !== null).join(': ');
  return [
    `${on}  ${said}${from === '' ? '' : colour.dim(` (${from})`)}`,
    ...checklist.map(({ label }) => `    - ${label[lang]}`),
  ].join('\n');
}
