import type { LogEntry } from '../records/api-entries.ts';
import { colour } from './output.ts';
import type { Language } from './texts.ts';

/** One entry of an account's log in one line; a hand-over's checklist below it. */
export function logLine(entry: LogEntry, lang: Language): string {
  const { at, author, summary, text, url, checklist } = entry;
  const said = [summary[lang], text, url].filter((part) => part !== null).join(': ');
  return [
    `${at.slice(0, 16).replace('T', ' ')}  ${said}${author === null ? '' : colour.dim(` (${author})`)}`,
    ...checklist.map(({ label }) => `    - ${label[lang]}`),
  ].join('\n');
}
